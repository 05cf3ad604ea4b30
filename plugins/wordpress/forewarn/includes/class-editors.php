<?php
/**
 * What is added to the editors.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Loads the panels: a sidebar and a pre-publish panel in the block editor, a box in the classic one.
 * Both show the same. The key of the Forewarn server is never in a page.
 */
final class Editors {

	/**
	 * Adds the hooks.
	 */
	public static function register() {
		add_action( 'enqueue_block_editor_assets', array( self::class, 'load_block_editor' ) );
		add_action( 'enqueue_block_assets', array( self::class, 'load_canvas' ) );
		add_action( 'add_meta_boxes', array( self::class, 'add_box' ), 10, 2 );
	}

	/**
	 * Loads the panels of the block editor, where posts are edited that are checked.
	 */
	public static function load_block_editor() {
		if ( self::is_wanted() ) {
			$needs = array( 'wp-plugins', 'wp-edit-post', 'wp-editor', 'wp-block-editor', 'wp-blocks', 'wp-annotations', 'wp-rich-text' );
			self::load( 'block-editor', $needs );
		}
	}

	/**
	 * Loads what marks a passage to where the block editor has the article.
	 */
	public static function load_canvas() {
		if ( is_admin() && self::is_wanted() ) {
			wp_enqueue_style( 'forewarn-canvas', plugins_url( 'assets/canvas.css', PLUGIN_FILE ), array(), VERSION );
		}
	}

	/**
	 * Adds the box to the classic editor.
	 *
	 * @param string   $post_type Type of the post.
	 * @param \WP_Post $post      The post.
	 */
	public static function add_box( $post_type, $post ) {
		if ( ! Settings::covers( $post_type ) || use_block_editor_for_post( $post ) ) {
			return;
		}
		$old = array( '__back_compat_meta_box' => true );
		add_meta_box( 'forewarn', __( 'Forewarn', 'forewarn' ), array( self::class, 'print_box' ), $post_type, 'side', 'high', $old );
		self::load( 'classic-editor', array( 'editor' ) );
	}

	/**
	 * Prints the box, which the script fills.
	 *
	 * @param \WP_Post $post The post.
	 */
	public static function print_box( $post ) {
		$begin = __( 'Not checked, because the page is still loading.', 'forewarn' );
		printf( '<div id="forewarn-box" data-post="%d">%s</div>', (int) $post->ID, esc_html( $begin ) );
	}

	/**
	 * Whether a post is being edited that is checked.
	 *
	 * @return bool
	 */
	private static function is_wanted() {
		$screen = get_current_screen();
		return $screen && 'post' === $screen->base && Settings::covers( $screen->post_type );
	}

	/**
	 * Loads a script on top of what all share.
	 *
	 * @param string   $name  Of the file.
	 * @param string[] $needs Further scripts that it needs.
	 */
	private static function load( $name, array $needs ) {
		$shared = array( 'wp-api-fetch', 'wp-components', 'wp-data', 'wp-date', 'wp-element', 'wp-html-entities', 'wp-i18n' );
		self::add_script( 'panel', $shared );
		self::add_script( 'checking', array( 'forewarn-panel' ) );
		self::add_script( $name, array_merge( $needs, array( 'forewarn-checking' ) ) );
		wp_enqueue_script( "forewarn-$name" );
		wp_enqueue_style( 'forewarn-editor', plugins_url( 'assets/editor.css', PLUGIN_FILE ), array( 'wp-components' ), VERSION );
	}

	/**
	 * Registers a script of ours with its translations.
	 *
	 * @param string   $name  Of the file.
	 * @param string[] $needs Scripts that it needs.
	 */
	public static function add_script( $name, array $needs ) {
		wp_register_script( "forewarn-$name", plugins_url( "assets/$name.js", PLUGIN_FILE ), $needs, VERSION, true );
		wp_set_script_translations( "forewarn-$name", 'forewarn', dirname( PLUGIN_FILE ) . '/languages' );
	}
}
