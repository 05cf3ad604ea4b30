<?php
/**
 * What an administrator has set.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Reads the settings. Constants in wp-config.php come before what is stored.
 */
final class Settings {

	const OPTION   = 'forewarn_settings';
	const DEFAULTS = array(
		'url'        => '',
		'key'        => '',
		'locale'     => '',
		'country'    => '',
		'post_types' => array( 'post' ),
	);

	/**
	 * All that is stored, with defaults for what is not.
	 *
	 * @return array
	 */
	public static function all() {
		return array_merge( self::DEFAULTS, (array) get_option( self::OPTION, array() ) );
	}

	/**
	 * Address of the Forewarn server without a slash at its end; empty where none is set.
	 *
	 * @return string
	 */
	public static function url() {
		$url = defined( 'FOREWARN_URL' ) ? FOREWARN_URL : self::all()['url'];
		return untrailingslashit( trim( (string) $url ) );
	}

	/**
	 * The API key; empty where none is set. It never leaves the server but to Forewarn.
	 *
	 * @return string
	 */
	public static function key() {
		return trim( (string) ( defined( 'FOREWARN_KEY' ) ? FOREWARN_KEY : self::all()['key'] ) );
	}

	/**
	 * Whether posts of this type are checked.
	 *
	 * @param string $post_type Name of the type.
	 * @return bool
	 */
	public static function covers( $post_type ) {
		return in_array( $post_type, self::all()['post_types'], true );
	}

	/**
	 * The post, where it is one that is checked: of a type that is, and no draft that nobody began.
	 *
	 * @param int|\WP_Post $post The post or its id.
	 * @return \WP_Post|null
	 */
	public static function covered( $post ) {
		$found = get_post( $post );
		$begun = $found && ! in_array( $found->post_status, array( 'inherit', 'trash' ), true );
		return $begun && self::covers( $found->post_type ) ? $found : null;
	}

	/**
	 * What the server is asked for with every article.
	 *
	 * @return array Query parameters.
	 */
	public static function query() {
		$all = self::all();
		return array_filter(
			array(
				'offset_unit' => 'utf16',
				'locale'      => $all['locale'],
				'country'     => $all['country'],
			)
		);
	}
}
