<?php
/**
 * The note that readers see.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Shows an accepted note above the article: where the editor put the block for it, else before the
 * content. A theme may have a template of its own, `forewarn/note.php`.
 */
final class Note {

	const BLOCK = 'forewarn/note';

	/**
	 * Ids of posts whose note a block has shown, such as one in the theme's template.
	 *
	 * @var bool[]
	 */
	private static $placed = array();

	/**
	 * Adds the block and the filters.
	 */
	public static function register() {
		add_action( 'init', array( self::class, 'add_block' ) );
		// After blocks and shortcodes, so that a note is never taken for content.
		add_filter( 'the_content', array( self::class, 'put_above' ), 20 );
		add_filter( 'the_excerpt_rss', array( self::class, 'put_into_excerpt' ) );
	}

	/**
	 * The note of a post.
	 *
	 * @param int $post_id The post.
	 * @return array|null `text`, `topics`, `help_lines`.
	 */
	public static function of( $post_id ) {
		$note = Record::get( $post_id, Record::NOTE );
		return $note ? $note : null;
	}

	/**
	 * Adds the block that says where the note stands.
	 */
	public static function add_block() {
		register_block_type(
			self::BLOCK,
			array(
				'api_version'     => 3,
				'title'           => __( 'Note on content', 'forewarn' ),
				'category'        => 'text',
				'icon'            => 'info-outline',
				'uses_context'    => array( 'postId' ),
				'supports'        => array(
					'html'     => false,
					'multiple' => false,
					'reusable' => false,
				),
				'render_callback' => array( self::class, 'render_block' ),
			)
		);
	}

	/**
	 * The block on the page.
	 *
	 * @param array     $attributes Unused.
	 * @param string    $content    Unused.
	 * @param \WP_Block $block      The block.
	 * @return string HTML; empty where no note was accepted.
	 */
	public static function render_block( $attributes, $content, $block ) {
		$post_id                        = isset( $block->context['postId'] ) ? (int) $block->context['postId'] : get_the_ID();
		self::$placed[ (int) $post_id ] = true;
		return self::html( (int) $post_id, is_feed() );
	}

	/**
	 * Puts the note above the content, where the editor has not put it elsewhere.
	 *
	 * @param string $content HTML.
	 * @return string
	 */
	public static function put_above( $content ) {
		$post = get_post();
		if ( ! $post || ! self::is_for( $post ) ) {
			return $content;
		}
		if ( has_block( self::BLOCK, $post ) || isset( self::$placed[ $post->ID ] ) ) {
			return self::close( $content, $post->ID );
		}
		$note = self::html( $post->ID, is_feed() );
		return '' === $note ? $content : self::close( $note . $content, $post->ID );
	}

	/**
	 * Puts the note before the excerpt of a feed.
	 *
	 * @param string $excerpt Text.
	 * @return string
	 */
	public static function put_into_excerpt( $excerpt ) {
		$post = get_post();
		$note = $post && self::is_for( $post ) ? self::of( $post->ID ) : null;
		return $note ? esc_html( $note['text'] ) . ' ' . $excerpt : $excerpt;
	}

	/**
	 * The note as HTML.
	 *
	 * @param int  $post_id The post.
	 * @param bool $plain   Whether it is for a place where a link within the page leads nowhere.
	 * @return string Empty where no note was accepted.
	 */
	public static function html( $post_id, $plain ) {
		$note = self::of( $post_id );
		if ( ! $note ) {
			return '';
		}
		$after = $plain ? '' : self::anchor( $post_id );
		wp_enqueue_style( 'forewarn-note', plugins_url( 'assets/note.css', PLUGIN_FILE ), array(), VERSION );
		$own = locate_template( 'forewarn/note.php' );
		ob_start();
		// The template has $note, $post_id and $after.
		require $own ? $own : dirname( PLUGIN_FILE ) . '/templates/note.php';
		return trim( ob_get_clean() );
	}

	/**
	 * Whether this content is being shown to readers, and not read for an excerpt or a description.
	 *
	 * @param \WP_Post $post The post.
	 * @return bool
	 */
	private static function is_for( \WP_Post $post ) {
		$shown = ! is_admin() && ! doing_filter( 'get_the_excerpt' ) && ! doing_action( 'wp_head' );
		return $shown && Settings::covers( $post->post_type ) && ! post_password_required( $post );
	}

	/**
	 * Puts after the content what the note's link leads to.
	 *
	 * @param string $content HTML.
	 * @param int    $post_id The post.
	 * @return string
	 */
	private static function close( $content, $post_id ) {
		$shown = ! is_feed() && self::of( $post_id );
		return $shown ? $content . '<span id="' . esc_attr( self::anchor( $post_id ) ) . '" tabindex="-1"></span>' : $content;
	}

	/**
	 * Name of the place after the article.
	 *
	 * @param int $post_id The post.
	 * @return string
	 */
	private static function anchor( $post_id ) {
		return "forewarn-after-$post_id";
	}
}
