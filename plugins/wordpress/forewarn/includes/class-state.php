<?php
/**
 * What an editor sees of a post.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Puts together what the panels in the editors show. Everything is plain text; nothing is HTML.
 */
final class State {

	/**
	 * The state of a post for a text.
	 *
	 * @param \WP_Post $post    The post.
	 * @param Article  $article The text that the editor has before them.
	 * @return array
	 */
	public static function of( \WP_Post $post, Article $article ) {
		$digest = $article->digest();
		$result = Record::result( $post->ID, $digest );
		$reason = Record::get( $post->ID, Record::REASON );
		return array(
			'post'    => $post->ID,
			'verdict' => $result ? $result['verdict'] : 'not_checked',
			'because' => $result ? null : self::because( $post->ID, $reason, $digest ),
			'again'   => ! $result && ( ! $reason || $reason['digest'] !== $digest || $reason['again'] ),
			'result'  => $result ? self::result( $result, Record::get( $post->ID, Record::DECIDED ) ) : null,
			'unread'  => $article->unread,
			'note'    => self::note( $post->ID ),
		);
	}

	/**
	 * The state of a post as it is saved.
	 *
	 * @param \WP_Post $post The post.
	 * @return array
	 */
	public static function saved( \WP_Post $post ) {
		return self::of( $post, Article::saved( $post ) );
	}

	/**
	 * What was decided, for whoever has the rest before them.
	 *
	 * @param \WP_Post $post         The post.
	 * @param string   $content_hash Of the result that they have; empty for the newest.
	 * @return array `decisions` by subject and id (`note:…`), and the `note` that readers see.
	 */
	public static function decisions( \WP_Post $post, $content_hash = '' ) {
		$result  = $content_hash ? Record::result( $post->ID, $content_hash, 'content_hash' ) : Record::latest( $post->ID );
		$shown   = $result ? self::result( $result, Record::get( $post->ID, Record::DECIDED ) ) : array();
		$holding = array();
		foreach ( Decisions::SUBJECTS as $kind ) {
			foreach ( $shown ? $shown[ $kind . 's' ] : array() as $subject ) {
				$holding[ $kind . ':' . $subject['id'] ] = $subject['decision'];
			}
		}
		return array(
			'decisions' => (object) $holding,
			'note'      => self::note( $post->ID ),
		);
	}

	/**
	 * Why a text is not checked: goes on after 'Not checked, because'.
	 *
	 * @param int    $post_id The post.
	 * @param array  $reason  The last failure, if any.
	 * @param string $digest  Of the text.
	 * @return string
	 */
	private static function because( $post_id, array $reason, $digest ) {
		if ( $reason && $reason['digest'] === $digest ) {
			return $reason['message'];
		}
		return Record::latest( $post_id ) ? __( 'it has changed since.', 'forewarn' ) : __( 'nobody has asked yet.', 'forewarn' );
	}

	/**
	 * A result with names and what was decided about it.
	 *
	 * @param array $result  As it is kept.
	 * @param array $decided What was decided for the post.
	 * @return array
	 */
	private static function result( array $result, array $decided ) {
		$labels = array();
		foreach ( $result['labels'] as $id => $label ) {
			$labels[] = self::decided( $decided, 'label', $id, $label ) + array(
				'id'         => $id,
				'name'       => Taxonomy::label( $id ),
				'severities' => array_values( Taxonomy::severities( $id ) ),
			);
		}
		$proposals = array();
		foreach ( array( 'note', 'check' ) as $kind ) {
			$proposals[ $kind ] = array();
			foreach ( $result[ $kind . 's' ] as $proposal ) {
				$proposals[ $kind ][] = self::decided( $decided, $kind, $proposal['id'], $proposal );
			}
		}
		return array(
			'content_hash' => $result['content_hash'],
			'at'           => gmdate( DATE_RFC3339, $result['at'] ),
			'versions'     => $result['versions'],
			'labels'       => $labels,
			'present'      => array_map( array( Taxonomy::class, 'name' ), $result['present'] ),
			'notes'        => $proposals['note'],
			'checks'       => $proposals['check'],
			'actions'      => $result['actions'],
			'help_lines'   => $result['help_lines'],
		);
	}

	/**
	 * Something with the decision that holds for it.
	 *
	 * @param array  $decided What was decided for the post.
	 * @param string $kind    note, check or label.
	 * @param string $id      Its id.
	 * @param array  $subject It, as it is kept.
	 * @return array
	 */
	private static function decided( array $decided, $kind, $id, array $subject ) {
		$decision = Decisions::holding( $decided, $kind, (string) $id, $subject );
		if ( $decision ) {
			$user             = get_userdata( $decision['user'] );
			$decision['user'] = $user ? $user->display_name : '';
			$decision['at']   = gmdate( DATE_RFC3339, $decision['at'] );
		}
		return $subject + compact( 'decision' );
	}

	/**
	 * The note that readers see.
	 *
	 * @param int $post_id The post.
	 * @return array|null `text`, and `help`: whether it has help lines.
	 */
	private static function note( $post_id ) {
		$note = Record::get( $post_id, Record::NOTE );
		return $note ? array(
			'text' => $note['text'],
			'rule' => $note['rule'],
			'help' => (bool) $note['help_lines'],
		) : null;
	}
}
