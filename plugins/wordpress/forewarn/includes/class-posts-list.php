<?php
/**
 * The list of posts.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Adds a column, a filter and a bulk action to the list of posts.
 */
final class Posts_List {

	const COLUMN = 'forewarn';
	const FILTER = 'forewarn_verdict';
	const ACTION = 'forewarn_check';

	/**
	 * Adds the hooks, for every type of post that is checked.
	 */
	public static function register() {
		add_action( 'admin_init', array( self::class, 'add' ) );
		add_action( 'restrict_manage_posts', array( self::class, 'print_filter' ) );
		add_action( 'pre_get_posts', array( self::class, 'filter' ) );
	}

	/**
	 * Adds column and bulk action.
	 */
	public static function add() {
		foreach ( Settings::all()['post_types'] as $type ) {
			add_filter( "manage_{$type}_posts_columns", array( self::class, 'add_column' ) );
			add_action( "manage_{$type}_posts_custom_column", array( self::class, 'print_column' ), 10, 2 );
			add_filter( "bulk_actions-edit-$type", array( self::class, 'add_action' ) );
			add_filter( "handle_bulk_actions-edit-$type", array( self::class, 'act' ), 10, 3 );
		}
	}

	/**
	 * The verdicts in the words of the list.
	 *
	 * @return string[] By verdict.
	 */
	public static function verdicts() {
		return array(
			'flagged'     => __( 'Flagged', 'forewarn' ),
			'clear'       => __( 'Nothing found', 'forewarn' ),
			'not_checked' => __( 'Not checked', 'forewarn' ),
		);
	}

	/**
	 * Adds the column.
	 *
	 * @param string[] $columns Titles by name.
	 * @return string[]
	 */
	public static function add_column( $columns ) {
		return $columns + array( self::COLUMN => __( 'Forewarn', 'forewarn' ) );
	}

	/**
	 * Prints a cell of the column.
	 *
	 * @param string $column  Its name.
	 * @param int    $post_id The post.
	 */
	public static function print_column( $column, $post_id ) {
		if ( self::COLUMN !== $column ) {
			return;
		}
		$status = get_post_meta( $post_id, Record::STATUS, true );
		$status = $status ? $status : 'not_checked';
		$detail = 'flagged' === $status ? self::flagged( $post_id ) : '';
		if ( Note::of( $post_id ) ) {
			$detail .= ( $detail ? '; ' : '' ) . __( 'has a note', 'forewarn' );
		}
		printf( '<span class="forewarn-is-%s">%s</span>', esc_attr( $status ), esc_html( self::verdicts()[ $status ] ) );
		echo $detail ? '<br>' . esc_html( $detail ) : '';
	}

	/**
	 * Prints the filter.
	 *
	 * @param string $post_type Type of the posts in the list.
	 */
	public static function print_filter( $post_type ) {
		if ( ! Settings::covers( $post_type ) ) {
			return;
		}
		$chosen = self::chosen();
		printf( '<label for="forewarn-filter" class="screen-reader-text">%s</label>', esc_html__( 'Filter by what Forewarn found', 'forewarn' ) );
		printf( '<select name="%s" id="forewarn-filter"><option value="">%s</option>', esc_attr( self::FILTER ), esc_html__( 'Forewarn: all', 'forewarn' ) );
		foreach ( self::verdicts() as $verdict => $name ) {
			printf( '<option value="%s"%s>%s</option>', esc_attr( $verdict ), selected( $chosen, $verdict, false ), esc_html( $name ) );
		}
		echo '</select>';
	}

	/**
	 * Narrows the list down.
	 *
	 * @param \WP_Query $query The list's query.
	 */
	public static function filter( $query ) {
		$chosen = is_admin() && $query->is_main_query() ? self::chosen() : '';
		if ( ! $chosen || ! function_exists( 'get_current_screen' ) || ! get_current_screen() || 'edit' !== get_current_screen()->base ) {
			return;
		}
		$is = array(
			'key'   => Record::STATUS,
			'value' => $chosen,
		);
		if ( 'not_checked' === $chosen ) {
			$never = array(
				'key'     => Record::STATUS,
				'compare' => 'NOT EXISTS',
			);
			$is    = array(
				'relation' => 'OR',
				$is,
				$never,
			);
		}
		$query->set( 'meta_query', array_merge( (array) $query->get( 'meta_query' ), array( $is ) ) );
	}

	/**
	 * Adds the bulk action.
	 *
	 * @param string[] $actions Names by action.
	 * @return string[]
	 */
	public static function add_action( $actions ) {
		return $actions + array( self::ACTION => __( 'Check with Forewarn', 'forewarn' ) );
	}

	/**
	 * Has the chosen posts checked in the background, where they wait behind nobody.
	 *
	 * @param string $to     Where the browser goes then.
	 * @param string $action What was chosen.
	 * @param int[]  $ids    The chosen posts.
	 * @return string
	 */
	public static function act( $to, $action, $ids ) {
		if ( self::ACTION !== $action ) {
			return $to;
		}
		$mine = array_filter(
			array_map( 'intval', $ids ),
			function ( $id ) {
				return current_user_can( 'edit_post', $id );
			}
		);
		return Old_Posts_Page::url( $mine );
	}

	/**
	 * The labels that are flagged, for a cell.
	 *
	 * @param int $post_id The post.
	 * @return string
	 */
	private static function flagged( $post_id ) {
		$names  = array();
		$result = Record::result( $post_id, Article::saved( get_post( $post_id ) )->digest() );
		foreach ( $result ? $result['labels'] : array() as $id => $label ) {
			if ( $label['flagged'] ) {
				$severities = Taxonomy::severities( $id );
				$names[]    = Taxonomy::label( $id ) . ' (' . strtolower( $severities[ $label['severity'] ] ) . ')';
			}
		}
		return implode( ', ', $names );
	}

	/**
	 * The verdict that is filtered by.
	 *
	 * @return string Empty where it is none.
	 */
	private static function chosen() {
		// phpcs:ignore WordPress.Security.NonceVerification -- It only narrows a list down.
		$chosen = isset( $_GET[ self::FILTER ] ) ? sanitize_key( $_GET[ self::FILTER ] ) : '';
		return isset( self::verdicts()[ $chosen ] ) ? $chosen : '';
	}
}
