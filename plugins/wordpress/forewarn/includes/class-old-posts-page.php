<?php
/**
 * The page under Tools that has old posts checked.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Has posts checked a few at a time while the page is open. It may be closed and opened again: what is
 * checked stays so, and the rest is taken up where it was left.
 */
final class Old_Posts_Page {

	const PAGE       = 'forewarn-old-posts';
	const CAPABILITY = 'edit_others_posts';
	const STEP       = 5;   // Posts in one request.
	const MOST       = 500; // Posts that can be chosen in a list.

	/**
	 * Adds the page and its route.
	 */
	public static function register() {
		add_action( 'admin_menu', array( self::class, 'add' ) );
		add_action( 'rest_api_init', array( self::class, 'add_route' ) );
	}

	/**
	 * Adds the page to the menu.
	 */
	public static function add() {
		$title = __( 'Forewarn: old posts', 'forewarn' );
		$hook  = add_management_page( $title, $title, self::CAPABILITY, self::PAGE, array( self::class, 'print_page' ) );
		add_action( "load-$hook", array( self::class, 'load_script' ) );
	}

	/**
	 * Address of the page.
	 *
	 * @param int[] $ids Posts to check; none for all that are not checked.
	 * @return string
	 */
	public static function url( array $ids ) {
		$url = admin_url( 'tools.php?page=' . self::PAGE );
		return $ids ? add_query_arg( 'posts', implode( ',', array_slice( $ids, 0, self::MOST ) ), $url ) : $url;
	}

	/**
	 * Loads the script.
	 */
	public static function load_script() {
		Editors::add_script( 'old-posts', array( 'wp-api-fetch', 'wp-i18n' ) );
		wp_enqueue_script( 'forewarn-old-posts' );
	}

	/**
	 * Prints the page.
	 */
	public static function print_page() {
		$ids  = self::chosen();
		$left = self::count( $ids, 0 );
		echo '<div class="wrap"><h1>' . esc_html__( 'Have old posts checked', 'forewarn' ) . '</h1>';
		printf(
			'<p>%s</p>',
			/* translators: %s: a number. */
			esc_html( sprintf( _n( '%s post is to be checked.', '%s posts are to be checked.', $left, 'forewarn' ), number_format_i18n( $left ) ) )
		);
		printf(
			'<p><button class="button button-primary" id="forewarn-start" data-posts="%s" data-left="%d" disabled>%s</button></p>',
			esc_attr( implode( ',', $ids ) ),
			(int) $left,
			esc_html__( 'Start', 'forewarn' )
		);
		echo '<p><progress id="forewarn-progress" max="' . (int) $left . '" value="0" hidden></progress> <span id="forewarn-told" role="status"></span></p>';
		echo '<h2>' . esc_html__( 'A whole archive', 'forewarn' ) . '</h2><p>';
		esc_html_e( 'More than some thousand posts are better read on the Forewarn server: export them under Tools, Export, and have the file screened. That makes a report for the managing editor, too.', 'forewarn' );
		echo '</p><pre>forewarn screen run wordpress.xml --to screened</pre></div>';
	}

	/**
	 * Adds the route that checks the next posts.
	 */
	public static function add_route() {
		register_rest_route(
			Routes::NAME,
			'/old-posts',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'step' ),
				'permission_callback' => array( self::class, 'allow' ),
				'args'                => array(
					'after' => array(
						'type'     => 'integer',
						'required' => true,
						'minimum'  => 0,
					),
					'posts' => array(
						'type'     => 'array',
						'default'  => array(),
						'maxItems' => self::MOST,
						'items'    => array( 'type' => 'integer' ),
					),
				),
			)
		);
	}

	/**
	 * Whether this user may have other people's posts checked.
	 *
	 * @return bool
	 */
	public static function allow() {
		return current_user_can( self::CAPABILITY );
	}

	/**
	 * Checks the next posts.
	 *
	 * @param \WP_REST_Request $request With `after`, the id of the last post that was done, and `posts`.
	 * @return array `after`; `checked`, `flagged` and `failed` in this step; `left`; `problem`, a sentence,
	 *               where the server is away and nothing is gained by going on.
	 */
	public static function step( \WP_REST_Request $request ) {
		$told = array(
			'after'   => $request['after'],
			'checked' => 0,
			'flagged' => 0,
			'failed'  => 0,
			'problem' => null,
		);
		foreach ( self::next( $request['posts'], $request['after'] ) as $id ) {
			$post    = current_user_can( 'edit_post', $id ) ? Settings::covered( $id ) : null;
			$problem = $post ? Checker::check( $post, Article::saved( $post ) ) : null;
			if ( $problem && $problem->get_error_data()['away'] ) {
				$told['problem'] = $problem->get_error_message();
				break;
			}
			$told['after'] = $id;
			if ( ! $post || $problem ) {
				++$told['failed'];
				continue;
			}
			++$told['checked'];
			$told['flagged'] += 'flagged' === get_post_meta( $id, Record::STATUS, true ) ? 1 : 0;
		}
		return $told + array( 'left' => self::count( $request['posts'], $told['after'] ) );
	}

	/**
	 * Ids of the next posts.
	 *
	 * @param int[] $ids   Those that were chosen; none for all that are not checked.
	 * @param int   $after Id of the last one that was done.
	 * @return int[]
	 */
	private static function next( array $ids, $after ) {
		global $wpdb;
		list( $from, $values ) = self::query( $ids, $after );
		// phpcs:ignore WordPress.DB -- The query is made of constants and placeholders below.
		return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT p.ID $from ORDER BY p.ID LIMIT %d", array_merge( $values, array( self::STEP ) ) ) ) );
	}

	/**
	 * How many posts are left.
	 *
	 * @param int[] $ids   As above.
	 * @param int   $after As above.
	 * @return int
	 */
	private static function count( array $ids, $after ) {
		global $wpdb;
		list( $from, $values ) = self::query( $ids, $after );
		// phpcs:ignore WordPress.DB -- As above.
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) $from", $values ) );
	}

	/**
	 * The posts after one, by id: a query for them stays quick, however many there are.
	 *
	 * @param int[] $ids   As above.
	 * @param int   $after As above.
	 * @return array SQL from FROM on with placeholders, and their values.
	 */
	private static function query( array $ids, $after ) {
		global $wpdb;
		$types  = Settings::all()['post_types'];
		$places = function ( array $values, $place ) {
			return implode( ', ', array_fill( 0, count( $values ), $place ) );
		};
		$from   = "FROM {$wpdb->posts} p LEFT JOIN {$wpdb->postmeta} m ON m.post_id = p.ID AND m.meta_key = %s
			WHERE p.ID > %d AND p.post_status IN ('publish', 'future', 'private', 'draft', 'pending')
			AND p.post_type IN (" . $places( $types, '%s' ) . ')';
		$values = array_merge( array( Record::STATUS, $after ), array_values( $types ) );
		if ( $ids ) {
			return array( "$from AND p.ID IN (" . $places( $ids, '%d' ) . ')', array_merge( $values, array_values( $ids ) ) );
		}
		return array( "$from AND (m.meta_value IS NULL OR m.meta_value = 'not_checked')", $values );
	}

	/**
	 * The posts that were chosen in a list.
	 *
	 * @return int[]
	 */
	private static function chosen() {
		// phpcs:ignore WordPress.Security.NonceVerification -- It only says what the page is about.
		$given = isset( $_GET['posts'] ) ? sanitize_text_field( wp_unslash( $_GET['posts'] ) ) : '';
		return array_slice( array_filter( array_map( 'intval', explode( ',', $given ) ) ), 0, self::MOST );
	}
}
