<?php
/**
 * The note for programs.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Tells other systems of an accepted note: REST, ActivityPub, schema.org.
 */
final class Syndication {

	/**
	 * Adds the fields and filters.
	 */
	public static function register() {
		add_action( 'rest_api_init', array( self::class, 'add_fields' ) );
		add_filter( 'get_post_metadata', array( self::class, 'warn_fediverse' ), 10, 3 );
		add_action( 'wp_head', array( self::class, 'print_schema' ) );
	}

	/**
	 * Adds to posts in REST `content_warning` (null, or `text`, `topics`, `help_lines`), and `sensitive`
	 * and `summary` as ActivityPub has them (`summary` is null where nothing is sensitive).
	 */
	public static function add_fields() {
		$types = Settings::all()['post_types'];
		foreach ( array( 'content_warning', 'sensitive', 'summary' ) as $field ) {
			register_rest_field(
				$types,
				$field,
				array(
					'get_callback' => array( self::class, $field ),
					'schema'       => self::schema()[ $field ],
				)
			);
		}
	}

	/**
	 * The field of this name.
	 *
	 * @param array $post As REST prepared it.
	 * @return array|null
	 */
	public static function content_warning( $post ) {
		$note = self::public_note( $post['id'] );
		return $note ? array_intersect_key( $note, array_flip( array( 'text', 'topics', 'help_lines' ) ) ) : null;
	}

	/**
	 * The field of this name.
	 *
	 * @param array $post As REST prepared it.
	 * @return bool
	 */
	public static function sensitive( $post ) {
		return null !== self::public_note( $post['id'] );
	}

	/**
	 * The field of this name.
	 *
	 * @param array $post As REST prepared it.
	 * @return string|null
	 */
	public static function summary( $post ) {
		$note = self::public_note( $post['id'] );
		return $note ? $note['text'] : null;
	}

	/**
	 * Gives the note to the ActivityPub plug-in as its content warning, unless it has one of its own:
	 * it makes `sensitive` and `summary` of it.
	 *
	 * @param mixed  $value   What another filter found; null where none did.
	 * @param int    $post_id The post.
	 * @param string $key     Name of the meta.
	 * @return mixed
	 */
	public static function warn_fediverse( $value, $post_id, $key ) {
		if ( 'activitypub_content_warning' !== $key || null !== $value ) {
			return $value;
		}
		$meta = get_post_meta( $post_id ); // All of it, which asks this filter for another name.
		$note = empty( $meta[ $key ][0] ) ? self::public_note( $post_id ) : null;
		return $note ? array( $note['text'] ) : $value;
	}

	/**
	 * Prints the note for search engines: schema.org's rating of a piece, with its explanation.
	 */
	public static function print_schema() {
		$note = is_singular() ? self::public_note( get_queried_object_id() ) : null;
		if ( ! $note ) {
			return;
		}
		$data = array(
			'@context'      => 'https://schema.org',
			'@type'         => 'Article',
			'url'           => get_permalink( get_queried_object_id() ),
			'headline'      => wp_strip_all_tags( get_the_title( get_queried_object_id() ) ),
			'contentRating' => array(
				'@type'             => 'Rating',
				'ratingExplanation' => $note['text'],
			),
		);
		// JSON_HEX_TAG: nothing in it can end the script.
		echo '<script type="application/ld+json">' . wp_json_encode( $data, JSON_HEX_TAG | JSON_UNESCAPED_SLASHES ) . "</script>\n";
	}

	/**
	 * The note of a post that is checked and needs no password.
	 *
	 * @param int $post_id The post.
	 * @return array|null
	 */
	private static function public_note( $post_id ) {
		$post = Settings::covered( $post_id );
		return $post && ! post_password_required( $post ) ? Note::of( $post->ID ) : null;
	}

	/**
	 * The JSON schemas of the fields.
	 *
	 * @return array
	 */
	private static function schema() {
		$common = array(
			'context'  => array( 'view', 'edit', 'embed' ),
			'readonly' => true,
		);
		return array(
			'content_warning' => $common + array(
				'description' => __( 'The note on content that an editor accepted.', 'forewarn' ),
				'type'        => array( 'object', 'null' ),
			),
			'sensitive'       => $common + array(
				'description' => __( 'Whether there is a note on content.', 'forewarn' ),
				'type'        => 'boolean',
			),
			'summary'         => $common + array(
				'description' => __( 'The note on content as text.', 'forewarn' ),
				'type'        => array( 'string', 'null' ),
			),
		);
	}
}
