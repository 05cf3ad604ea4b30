<?php
/**
 * What is kept of a post.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * The plug-in's post meta. None of it shows in REST or among custom fields.
 *
 * Of an answer no more is kept than editors see and decisions need, with the passages' words and the
 * versions that gave it.
 */
final class Record {

	const RESULTS = '_forewarn_results'; // The last good answers, newest last; see keep_answer().
	const STATUS  = '_forewarn_status';  // Of the text as saved: flagged, clear, not_checked.
	const REASON  = '_forewarn_reason';  // Why not_checked: `digest`, `message`, `at`.
	const PENDING = '_forewarn_pending'; // Since when it waits for the background; absent where it does not.
	const DECIDED = '_forewarn_decided'; // Decisions by `subject:id`; see Decisions.
	const NOTE    = '_forewarn_note';    // The accepted note; see Note.
	const OUTBOX  = '_forewarn_outbox';  // A decision that Forewarn has not got yet; one row each.
	const REFUSED = '_forewarn_refused'; // A decision that Forewarn would not take.

	const PASSAGES = 5; // Kept of each label, note and check.
	const TEXTS    = 3; // Whose results are kept: as saved, as an editor has it, and the one before.

	/**
	 * What is kept under a name, an empty array where nothing is.
	 *
	 * @param int    $post_id The post.
	 * @param string $name    One of the constants.
	 * @return array
	 */
	public static function get( $post_id, $name ) {
		$kept = get_post_meta( $post_id, $name, true );
		return is_array( $kept ) ? $kept : array();
	}

	/**
	 * Keeps something. WordPress takes slashes away from what it is given, also where there are none.
	 *
	 * @param int          $post_id The post.
	 * @param string       $name    One of the constants.
	 * @param array|string $value   What to keep.
	 */
	public static function set( $post_id, $name, $value ) {
		update_post_meta( $post_id, $name, wp_slash( $value ) );
	}

	/**
	 * The result that is kept for a text.
	 *
	 * @param int    $post_id The post.
	 * @param string $value   Its digest.
	 * @param string $name    Another name by which to look for it, such as `content_hash`.
	 * @return array Empty where there is none.
	 */
	public static function result( $post_id, $value, $name = 'digest' ) {
		$found = wp_list_filter( self::get( $post_id, self::RESULTS ), array( $name => $value ) );
		return $found ? end( $found ) : array();
	}

	/**
	 * The newest result, of whichever text.
	 *
	 * @param int $post_id The post.
	 * @return array Empty where there is none.
	 */
	public static function latest( $post_id ) {
		$kept = self::get( $post_id, self::RESULTS );
		return $kept ? end( $kept ) : array();
	}

	/**
	 * Keeps a result as the newest. There are several, as the text as saved and the text that an editor
	 * has before them are checked in turns.
	 *
	 * @param int   $post_id The post.
	 * @param array $result  With `digest`.
	 */
	public static function keep( $post_id, array $result ) {
		$others = wp_list_filter( self::get( $post_id, self::RESULTS ), array( 'digest' => $result['digest'] ), 'NOT' );
		$all    = array_merge( array_values( $others ), array( $result ) );
		self::set( $post_id, self::RESULTS, array_slice( $all, -self::TEXTS ) );
	}

	/**
	 * Keeps an answer: the part of it that is needed.
	 *
	 * @param int     $post_id The post.
	 * @param Article $article What was asked about.
	 * @param array   $answer  The answer of /v1/classify.
	 * @param string  $etag    Its ETag.
	 */
	public static function keep_answer( $post_id, Article $article, array $answer, $etag ) {
		$labels = array();
		foreach ( $answer['labels'] as $id => $label ) {
			$labels[ $id ] = array(
				'severity' => (int) $label['severity'],
				'flagged'  => (bool) $label['flagged'],
				'passages' => self::passages( $label['evidence'] ),
			);
		}
		self::keep(
			$post_id,
			array(
				'digest'       => $article->digest(),
				'etag'         => $etag,
				'at'           => time(),
				'verdict'      => $answer['verdict'],
				'content_hash' => $answer['content_hash'],
				'versions'     => $answer['versions'],
				'labels'       => $labels,
				'present'      => self::present( $answer['sub_labels'] + $answer['details'] ),
				'notes'        => array_map( array( self::class, 'proposal' ), $answer['notes'] ),
				'checks'       => array_map( array( self::class, 'proposal' ), $answer['checks'] ),
				'actions'      => wp_list_pluck( $answer['actions'], 'id' ),
				'help_lines'   => $answer['help_lines'],
			)
		);
	}

	/**
	 * A note or a check, with the rule that names it in decisions.
	 *
	 * @param array $proposal As in the answer.
	 * @return array
	 */
	private static function proposal( array $proposal ) {
		return array(
			'id'       => $proposal['rules'] ? $proposal['rules'][0] : 'not_checked',
			'text'     => $proposal['text'],
			'topics'   => isset( $proposal['topics'] ) ? $proposal['topics'] : array(),
			'reason'   => $proposal['reason'],
			'passages' => self::passages( $proposal['passages'] ),
		);
	}

	/**
	 * What is needed of passages to find and show them.
	 *
	 * @param array $passages As in the answer.
	 * @return array
	 */
	private static function passages( array $passages ) {
		$kept = array();
		foreach ( array_slice( $passages, 0, self::PASSAGES ) as $passage ) {
			$kept[] = array(
				'title' => 'title' === $passage['field'],
				'path'  => (string) $passage['block'],
				'start' => (int) $passage['visible']['start'],
				'quote' => $passage['quote'],
			);
		}
		return $kept;
	}

	/**
	 * Ids of the sub-labels and details that are there.
	 *
	 * @param array $given As in the answer.
	 * @return string[]
	 */
	private static function present( array $given ) {
		return array_keys( array_filter( wp_list_pluck( $given, 'present' ) ) );
	}
}
