<?php
/**
 * What editors decide.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Keeps decisions with the post and hands them to Forewarn, from which it learns.
 *
 * A decision is about the passages that were shown. It holds as long as they stay; where they
 * change, what was rejected may be proposed again. Each goes into an outbox with a key of its own
 * before it is sent, so that none is lost or counted twice.
 */
final class Decisions {

	const ACTIONS  = array( 'accept', 'edit', 'reject' );
	const SUBJECTS = array( 'note', 'check', 'label' );
	const OWN      = 'own_note'; // In the place of a rule, for a note that nothing proposed.
	const AT_ONCE  = 50; // Sent in one go.

	/**
	 * Takes a decision.
	 *
	 * @param \WP_Post $post     The post.
	 * @param array    $decision `subject`, `id`, `action`, `content_hash` of the result that the
	 *                           editor saw, and where they belong `text` (of a note), `help` (whether
	 *                           the note has help lines) and `severity` (of a label).
	 * @return \WP_Error|null Why it was not taken.
	 */
	public static function take( \WP_Post $post, array $decision ) {
		$result = Record::result( $post->ID, $decision['content_hash'], 'content_hash' );
		if ( ! $result ) {
			return new \WP_Error( 'forewarn_stale', __( 'The article was checked anew in the meantime. Look at the new result and decide again.', 'forewarn' ), array( 'status' => 409 ) );
		}
		$subject = self::subject( $result, $decision['subject'], $decision['id'] );
		if ( null === $subject ) {
			return new \WP_Error( 'forewarn_unknown', __( 'The result has nothing by this name. Check the article again.', 'forewarn' ), array( 'status' => 404 ) );
		}
		if ( 'edit' === $decision['action'] && ! self::is_whole( $decision ) ) {
			return new \WP_Error( 'forewarn_blank', __( 'The decision is not complete. Expected a text for a note, or a severity for a label.', 'forewarn' ), array( 'status' => 400 ) );
		}
		self::keep( $post->ID, $decision, $subject );
		if ( 'note' === $decision['subject'] ) {
			self::set_note( $post->ID, $decision, $subject, $result );
		}
		$label = 'label' === $decision['subject'];
		self::send(
			$post->ID,
			$result,
			array(
				'action'          => $decision['action'],
				'subject'         => $decision['subject'],
				'subject_id'      => $decision['id'],
				'severity_before' => $label ? $subject['severity'] : null,
				'severity_after'  => $label ? $decision['severity'] : null,
				'text'            => 'edit' === $decision['action'] && ! $label ? $decision['text'] : null,
			)
		);
		return null;
	}

	/**
	 * Changes, adds or takes back the note that readers see, whatever is proposed now.
	 *
	 * @param \WP_Post $post The post.
	 * @param string   $text The note; empty takes it back.
	 * @param bool     $help Whether help lines go with it.
	 */
	public static function change_note( \WP_Post $post, $text, $help ) {
		$note   = Record::get( $post->ID, Record::NOTE );
		$result = Record::latest( $post->ID );
		if ( ! $note && '' === $text ) {
			return;
		}
		$proposed = $note && $result ? self::subject( $result, 'note', $note['rule'] ) : null;
		if ( $proposed ) {
			$decision = array(
				'subject'      => 'note',
				'id'           => $note['rule'],
				'action'       => '' === $text ? 'reject' : 'edit',
				'content_hash' => $result['content_hash'],
				'severity'     => null,
			);
			self::take( $post, $decision + compact( 'text', 'help' ) );
			return;
		}
		if ( '' === $text ) {
			delete_post_meta( $post->ID, Record::NOTE );
			$action = 'reject';
		} else {
			$action = $note ? 'edit' : 'add';
			$new    = $note ? $note : self::own_note( $result );
			self::put_note( $post->ID, $new, $text, $help && $result ? $result['help_lines'] : array() );
		}
		$about = $note ? $note : $result;
		if ( ! empty( $about['versions'] ) ) {
			self::send(
				$post->ID,
				$about,
				array(
					'action'     => $action,
					'subject'    => 'note',
					'subject_id' => $note ? $note['rule'] : self::OWN,
					'text'       => '' === $text ? null : $text,
				)
			);
		}
	}

	/**
	 * The decision that holds for a note, check or label as it is now.
	 *
	 * @param array  $decided What was decided for the post.
	 * @param string $kind    note, check or label.
	 * @param string $id      Its id.
	 * @param array  $subject It, as it is kept.
	 * @return array|null `action`, `user`, `at`, and `severity` for a label; null where none holds.
	 */
	public static function holding( array $decided, $kind, $id, array $subject ) {
		$name = "$kind:$id";
		$same = isset( $decided[ $name ] ) && $decided[ $name ]['about'] === self::about( $subject );
		return $same ? array_diff_key( $decided[ $name ], array( 'about' => 1 ) ) : null;
	}

	/**
	 * Sends what waits in the outbox, oldest first, until the server does not take one.
	 *
	 * @return int How many it took.
	 */
	public static function deliver() {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- Rows of any post, oldest first: there is no call for that.
		$rows = $wpdb->get_results( $wpdb->prepare( "SELECT meta_id, post_id, meta_value FROM {$wpdb->postmeta} WHERE meta_key = %s ORDER BY meta_id LIMIT %d", Record::OUTBOX, self::AT_ONCE ) );
		foreach ( $rows as $sent => $row ) {
			$outgoing = maybe_unserialize( $row->meta_value );
			$answer   = Client::ask( '/v1/decisions', $outgoing['decision'], array( 'Idempotency-Key' => $outgoing['key'] ) );
			$status   = is_wp_error( $answer ) ? 0 : $answer['status'];
			if ( ! in_array( $status, array( 200, 201, 409, 422 ), true ) ) {
				return $sent;
			}
			if ( $status >= 400 ) {
				add_post_meta( $row->post_id, Record::REFUSED, wp_slash( $outgoing ) );
			}
			delete_metadata_by_mid( 'post', $row->meta_id );
		}
		return count( $rows );
	}

	/**
	 * How many decisions are kept under a name.
	 *
	 * @param string $name Record::OUTBOX or Record::REFUSED.
	 * @return int
	 */
	public static function count( $name ) {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- As above.
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->postmeta} WHERE meta_key = %s", $name ) );
	}

	/**
	 * Whether an edit says what it is edited to.
	 *
	 * @param array $decision As given.
	 * @return bool
	 */
	private static function is_whole( array $decision ) {
		return 'label' === $decision['subject'] ? null !== $decision['severity'] : '' !== $decision['text'];
	}

	/**
	 * A note, check or label of a result.
	 *
	 * @param array  $result As it is kept.
	 * @param string $kind   note, check or label.
	 * @param string $id     Its id.
	 * @return array|null
	 */
	private static function subject( array $result, $kind, $id ) {
		if ( 'label' === $kind ) {
			return isset( $result['labels'][ $id ] ) ? $result['labels'][ $id ] : null;
		}
		$found = wp_list_filter( $result[ $kind . 's' ], array( 'id' => $id ) );
		return $found ? reset( $found ) : null;
	}

	/**
	 * Stands for the passages that something is about.
	 *
	 * @param array $subject Note, check or label as it is kept.
	 * @return string
	 */
	private static function about( array $subject ) {
		$quotes = wp_list_pluck( $subject['passages'], 'quote' );
		sort( $quotes );
		return md5( wp_json_encode( $quotes ) );
	}

	/**
	 * Keeps the decision with the post.
	 *
	 * @param int   $post_id  The post.
	 * @param array $decision As given.
	 * @param array $subject  What it is about.
	 */
	private static function keep( $post_id, array $decision, array $subject ) {
		$decided = Record::get( $post_id, Record::DECIDED );

		$decided[ $decision['subject'] . ':' . $decision['id'] ] = array(
			'action'   => $decision['action'],
			'severity' => $decision['severity'],
			'user'     => get_current_user_id(),
			'at'       => time(),
			'about'    => self::about( $subject ),
		);
		Record::set( $post_id, Record::DECIDED, $decided );
	}

	/**
	 * Shows the note to readers, or no longer.
	 *
	 * @param int   $post_id  The post.
	 * @param array $decision As given.
	 * @param array $subject  The proposed note.
	 * @param array $result   That it comes from.
	 */
	private static function set_note( $post_id, array $decision, array $subject, array $result ) {
		if ( 'reject' === $decision['action'] ) {
			delete_post_meta( $post_id, Record::NOTE );
			return;
		}
		$note = array(
			'rule'         => $subject['id'],
			'topics'       => $subject['topics'],
			'versions'     => $result['versions'],
			'content_hash' => $result['content_hash'],
		);
		$text = 'edit' === $decision['action'] ? $decision['text'] : $subject['text'];
		self::put_note( $post_id, $note, $text, $decision['help'] ? $result['help_lines'] : array() );
	}

	/**
	 * Keeps the note that readers see.
	 *
	 * @param int    $post_id    The post.
	 * @param array  $note       `rule`, `topics`, `versions`, `content_hash`.
	 * @param string $text       What readers read.
	 * @param array  $help_lines Help lines that go with it.
	 */
	private static function put_note( $post_id, array $note, $text, array $help_lines ) {
		$now = array(
			'text'       => $text,
			'help_lines' => $help_lines,
			'user'       => get_current_user_id(),
			'at'         => time(),
		);
		Record::set( $post_id, Record::NOTE, $now + $note );
	}

	/**
	 * What is known of a note that nothing proposed.
	 *
	 * @param array $result The last good answer, if any.
	 * @return array
	 */
	private static function own_note( array $result ) {
		return array(
			'rule'         => self::OWN,
			'topics'       => array(),
			'versions'     => $result ? $result['versions'] : array(),
			'content_hash' => $result ? $result['content_hash'] : '',
		);
	}

	/**
	 * Puts a decision into the outbox, as Forewarn takes it, with the key that names it.
	 *
	 * @param int   $post_id The post.
	 * @param array $about   What was decided about: `content_hash`, `versions`.
	 * @param array $what    What was decided.
	 */
	private static function send( $post_id, array $about, array $what ) {
		$decision = $what + array(
			'article_id'   => Article::id( $post_id ),
			'content_hash' => $about['content_hash'],
			'editor'       => 'wordpress:' . get_current_user_id(),
			'versions'     => $about['versions'],
		);
		$given    = array_filter(
			$decision,
			function ( $value ) {
				return null !== $value;
			}
		);
		$outgoing = array(
			'key'      => wp_generate_uuid4(),
			'decision' => $given,
		);
		add_post_meta( $post_id, Record::OUTBOX, wp_slash( $outgoing ) );
		Worker::wake();
	}
}
