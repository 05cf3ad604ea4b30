<?php
/**
 * The note above an article. A theme's own `forewarn/note.php` comes before this one.
 *
 * @package Forewarn
 *
 * @var array  $note    `text`; `topics`: ids; `help_lines`: each with `name`, `contact`, perhaps `url`.
 * @var int    $post_id The post.
 * @var string $after   Id of the place after the article; empty where a link cannot lead there.
 */

defined( 'ABSPATH' ) || exit;
?>
<aside class="forewarn-note" role="note" aria-label="<?php esc_attr_e( 'Note on content', 'forewarn' ); ?>">
<p class="forewarn-note__text"><?php echo esc_html( $note['text'] ); ?></p>
<?php if ( $note['help_lines'] ) : ?>
<ul class="forewarn-note__help">
	<?php foreach ( $note['help_lines'] as $line ) : ?>
	<li>
		<?php if ( ! empty( $line['url'] ) ) : ?>
		<a href="<?php echo esc_url( $line['url'] ); ?>"><?php echo esc_html( $line['name'] ); ?></a>:
		<?php else : ?>
			<?php echo esc_html( $line['name'] ); ?>:
		<?php endif; ?>
		<?php echo esc_html( $line['contact'] ); ?>
	</li>
	<?php endforeach; ?>
</ul>
<?php endif; ?>
<?php if ( $after ) : ?>
<p class="forewarn-note__skip"><a href="#<?php echo esc_attr( $after ); ?>"><?php esc_html_e( 'Skip this article', 'forewarn' ); ?></a></p>
<?php endif; ?>
</aside>
