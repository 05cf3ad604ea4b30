<?php
/**
 * What Forewarn is given to read of a post.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * A title and a content, as they stand in the database or in an editor's window.
 *
 * The content is read block by block. A block is named by its path, the places of its ancestors and
 * its own, such as `3/0`, counted from 0 among blocks that are not blank: the editor in the browser
 * counts in the same way. The content of reusable blocks is read where they stand.
 */
final class Article {

	const DEEPEST = 30; // Blocks within blocks; more is a loop, or no article.

	/**
	 * What is sent as `body`: pieces with the `id` of their block, in reading order.
	 *
	 * @var array
	 */
	public $blocks = array();

	/**
	 * Names of blocks that make their text elsewhere, which was not read.
	 *
	 * @var string[]
	 */
	public $unread = array();

	/**
	 * The title, as readers see it.
	 *
	 * @var string
	 */
	public $title;

	/**
	 * Ids of reusable blocks that are being read, so that none is read within itself.
	 *
	 * @var int[]
	 */
	private $within = array();

	/**
	 * Reads a title and a content.
	 *
	 * @param string $title   As stored, perhaps with markup.
	 * @param string $content As stored: blocks, or what the classic editor wrote.
	 */
	public function __construct( $title, $content ) {
		$this->title = trim( html_entity_decode( wp_strip_all_tags( $title ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ) );
		$this->read( parse_blocks( str_replace( "\r\n", "\n", $content ) ), '' );
		$this->unread = array_values( array_unique( $this->unread ) );
	}

	/**
	 * The article that a post is, as it is saved.
	 *
	 * @param \WP_Post $post The post.
	 * @return self
	 */
	public static function saved( \WP_Post $post ) {
		return new self( $post->post_title, $post->post_content );
	}

	/**
	 * Stands for all that is sent: where it is the same, there is nothing to check anew.
	 *
	 * The visual editor writes characters where the database has their entities, all but those of `&`,
	 * `<` and `>`. To readers, and so here, both are the same.
	 *
	 * @return string SHA-256 in hexadecimal.
	 */
	public function digest() {
		$sent = wp_json_encode( array( $this->title, $this->blocks ), JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_UNESCAPED_UNICODE );
		$read = preg_replace_callback(
			'/&(?!(?:amp|lt|gt);)\w+;|&#(?:\d+|x[\da-f]+);/i',
			function ( $entity ) {
				$character = html_entity_decode( $entity[0], ENT_QUOTES | ENT_HTML5, 'UTF-8' );
				return strpbrk( $character, '&<>' ) ? $entity[0] : $character;
			},
			$sent
		);
		return hash( 'sha256', $read );
	}

	/**
	 * The request for /v1/classify.
	 *
	 * @param \WP_Post $post Whose text it is.
	 * @return array
	 */
	public function request( \WP_Post $post ) {
		$sections = get_the_category( $post->ID );
		return array_filter(
			array(
				'id'      => self::id( $post->ID ),
				'title'   => $this->title,
				'section' => $sections ? $sections[0]->slug : '',
				'body'    => $this->blocks,
			)
		);
	}

	/**
	 * The name of a post among all sites that ask the same Forewarn server.
	 *
	 * @param int $post_id The post.
	 * @return string
	 */
	public static function id( $post_id ) {
		return wp_parse_url( home_url(), PHP_URL_HOST ) . '/' . get_current_blog_id() . '/' . $post_id;
	}

	/**
	 * Adds blocks and what is in them.
	 *
	 * @param array  $blocks As parse_blocks() gives them.
	 * @param string $prefix Path of the block that they are in, with a slash; empty at the top.
	 */
	private function read( array $blocks, $prefix ) {
		$place = 0;
		foreach ( $blocks as $block ) {
			if ( null !== $block['blockName'] || '' !== trim( $block['innerHTML'] ) ) {
				$this->read_block( $block, $prefix . $place++ );
			}
		}
	}

	/**
	 * Adds a block and what is in it.
	 *
	 * @param array  $block As parse_blocks() gives it.
	 * @param string $path  Its path.
	 */
	private function read_block( array $block, $path ) {
		$name = $block['blockName'];
		if ( null === $name ) {
			$this->add( $path, wpautop( $block['innerHTML'] ) );
		} elseif ( 'core/block' === $name ) {
			$this->read_reusable( $block, $path );
		} elseif ( substr_count( $path, '/' ) >= self::DEEPEST || self::writes_elsewhere( $block ) ) {
			$this->unread[] = $name;
		} else {
			$this->read_pieces( $block, $path );
		}
	}

	/**
	 * Adds a block's own HTML, with the blocks in it where they stand.
	 *
	 * @param array  $block As parse_blocks() gives it.
	 * @param string $path  Its path.
	 */
	private function read_pieces( array $block, $path ) {
		$place = 0;
		foreach ( $block['innerContent'] as $piece ) {
			if ( null === $piece ) {
				$this->read_block( $block['innerBlocks'][ $place ], "$path/$place" );
				++$place;
			} else {
				$this->add( $path, $piece );
			}
		}
	}

	/**
	 * Adds what a reusable block refers to.
	 *
	 * @param array  $block As parse_blocks() gives it.
	 * @param string $path  Its path.
	 */
	private function read_reusable( array $block, $path ) {
		$id   = isset( $block['attrs']['ref'] ) ? (int) $block['attrs']['ref'] : 0;
		$post = $id && ! in_array( $id, $this->within, true ) ? get_post( $id ) : null;
		if ( ! $post || 'wp_block' !== $post->post_type || 'publish' !== $post->post_status ) {
			return; // Nothing is shown of it either.
		}
		$this->within[] = $id;
		$this->read( parse_blocks( $post->post_content ), "$path/" );
		array_pop( $this->within );
	}

	/**
	 * Adds HTML, where there is something to read in it.
	 *
	 * @param string $path Path of its block.
	 * @param string $html The HTML.
	 */
	private function add( $path, $html ) {
		if ( '' !== trim( wp_strip_all_tags( $html ) ) ) {
			$this->blocks[] = array(
				'id'   => $path,
				'html' => $html,
			);
		}
	}

	/**
	 * Whether a block has no text in the article, but may well have some on the page.
	 *
	 * @param array $block As parse_blocks() gives it.
	 * @return bool
	 */
	private static function writes_elsewhere( array $block ) {
		$others = 'core/footnotes' === $block['blockName'] || ! preg_match( '#^(core|forewarn)/#', $block['blockName'] );
		return $others && ! $block['innerBlocks'] && '' === trim( wp_strip_all_tags( $block['innerHTML'] ) );
	}
}
