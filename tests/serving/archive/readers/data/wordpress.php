<?php
/* Fills a new WordPress with invented posts and prints its own export of them; see README.md. */

$_SERVER['HTTP_HOST'] = 'herald.example';
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/export.php';
require_once ABSPATH . 'wp-admin/includes/taxonomy.php';

wp_set_current_user( 1 );
update_option( 'permalink_structure', '/%year%/%postname%/' );
update_option( 'timezone_string', 'Europe/London' );
foreach ( get_posts( array( 'post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1 ) ) as $old ) {
	wp_delete_post( $old->ID, true );
}

/** A post as an editor saves it, dated some days into July 2024, by London's clock. */
function add( array $post, int $day ): int {
	$defaults = array(
		'post_status' => 'publish',
		'post_author' => 1,
		'post_date'   => sprintf( '2024-07-%02d 09:30:00', $day ),
	);
	return wp_insert_post( wp_slash( $post + $defaults ), true );
}

$harbour = wp_create_category( 'Harbour & coast' );
$crime   = wp_create_category( 'Crime' );

add( array(
	'post_title'    => 'Ferry & tug collide — “nobody hurt”',
	'post_category' => array( $harbour, $crime ),
	'tags_input'    => array( 'ferries' ),
	'post_excerpt'  => 'What the excerpt says.',
	'post_content'  => "<!-- wp:paragraph {\"dropCap\":true} -->\n<p class=\"has-drop-cap\">Two boats met in the fog &amp; stuck 🚢.</p>\n<!-- /wp:paragraph -->\n\n"
		. "<!-- wp:image {\"id\":7} -->\n<figure class=\"wp-block-image\"><img src=\"https://harbour.example/7.jpg\" alt=\"\"/><figcaption>The tug at noon.</figcaption></figure>\n<!-- /wp:image -->\n\n"
		. "<!-- wp:code -->\n<pre class=\"wp-block-code\"><code>log[i]]&gt; end ]]> of log</code></pre>\n<!-- /wp:code -->",
), 1 );
add( array(
	'post_title'   => 'A <em>classic</em> post',
	'post_content' => "The mayor opened the pier.\n\n[caption id=\"a\" width=\"300\"]<img src=\"x.jpg\" /> The pier[/caption]\n\nA vertical\x0btab and a \x01bell came with it.",
), 2 );
add( array( 'post_title' => 'About us', 'post_type' => 'page', 'post_content' => '<p>We print a paper.</p>' ), 3 );
add( array( 'post_title' => 'الميناء', 'post_content' => '<p>אבא והים</p>', 'post_category' => array( $crime ) ), 4 );
add( array( 'post_title' => 'Only pictures', 'post_content' => '' ), 5 );
add( array( 'post_title' => 'Draft', 'post_status' => 'draft', 'post_content' => 'Not ready.' ), 6 );
add( array( 'post_title' => 'Private', 'post_status' => 'private', 'post_content' => 'For us.' ), 6 );
add( array( 'post_title' => 'Bin', 'post_status' => 'trash', 'post_content' => 'Thrown away.' ), 6 );
add( array( 'post_title' => 'Photograph', 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_content' => 'A boat.' ), 6 );
add( array( 'post_title' => 'Menu', 'post_type' => 'nav_menu_item', 'post_content' => '' ), 6 );
$revised = add( array( 'post_title' => 'Twice', 'post_content' => '<p>First wording.</p>' ), 7 );
wp_update_post( array( 'ID' => $revised, 'post_content' => '<p>Second wording.</p>' ) );
wp_insert_comment( array( 'comment_post_ID' => $revised, 'comment_content' => 'A comment of a reader.', 'comment_author' => 'Reader' ) );

ob_start();
export_wp();
echo ob_get_clean();
