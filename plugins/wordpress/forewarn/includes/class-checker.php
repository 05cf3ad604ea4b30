<?php
/**
 * Checks a post.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Has an article checked and keeps what comes of it. Whoever saves never waits for it.
 */
final class Checker {

	const VERDICTS = array( 'flagged', 'clear', 'not_checked' );

	/**
	 * Checks a text of a post, which need not be saved.
	 *
	 * @param \WP_Post $post    Whose text it is.
	 * @param Article  $article The text.
	 * @param int      $total   Seconds that it may take.
	 * @return \WP_Error|null Why it was not checked; null where there is an answer.
	 */
	public static function check( \WP_Post $post, Article $article, $total = Client::TOTAL ) {
		$problem = self::ask( $post->ID, $article, $article->request( $post ), $total );
		if ( $problem ) {
			Record::set( $post->ID, Record::REASON, self::reason( $article, $problem ) );
		} else {
			delete_post_meta( $post->ID, Record::REASON );
		}
		if ( 'auto-draft' !== $post->post_status ) {
			self::settle( $post );
		}
		return $problem;
	}

	/**
	 * Brings what is kept of a post in line with its saved text: what is known of it, and whether it
	 * waits for the background. A text that was not checked is never called clear for what it was before.
	 *
	 * @param \WP_Post $post The post, as saved.
	 */
	public static function settle( \WP_Post $post ) {
		$digest = Article::saved( $post )->digest();
		$result = Record::result( $post->ID, $digest );
		$reason = Record::get( $post->ID, Record::REASON );
		$final  = $reason && $reason['digest'] === $digest && ! $reason['again'];
		Record::set( $post->ID, Record::STATUS, $result ? $result['verdict'] : 'not_checked' );
		if ( $result || $final ) {
			delete_post_meta( $post->ID, Record::PENDING );
		} else {
			Record::set( $post->ID, Record::PENDING, (string) time() );
			Worker::wake();
		}
	}

	/**
	 * Asks the server, and keeps a good answer.
	 *
	 * @param int     $post_id The post.
	 * @param Article $article The text.
	 * @param array   $request What is sent.
	 * @param int     $total   Seconds that it may take.
	 * @return \WP_Error|null
	 */
	private static function ask( $post_id, Article $article, array $request, $total ) {
		if ( ! $article->blocks ) {
			return Client::problem( 'empty', __( 'there is no text to read.', 'forewarn' ), false, false );
		}
		$known   = Record::result( $post_id, $article->digest() );
		$headers = $known ? array( 'If-None-Match' => $known['etag'] ) : array();
		$answer  = Client::ask( add_query_arg( Settings::query(), '/v1/classify' ), $request, $headers, $total );
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		if ( 304 === $answer['status'] && $known ) {
			Record::keep( $post_id, array( 'at' => time() ) + $known );
			return null;
		}
		if ( 200 !== $answer['status'] ) {
			return Client::refusal( $answer['status'] );
		}
		return self::take( $post_id, $article, $answer );
	}

	/**
	 * Keeps an answer, or says why it is none.
	 *
	 * @param int     $post_id The post.
	 * @param Article $article The text.
	 * @param array   $answer  As the client gives it.
	 * @return \WP_Error|null
	 */
	private static function take( $post_id, Article $article, array $answer ) {
		$body = $answer['body'];
		if ( ! isset( $body['verdict'], $body['versions'], $body['labels'] ) || ! in_array( $body['verdict'], self::VERDICTS, true ) ) {
			return Client::problem( 'unexpected', __( 'what answered is no Forewarn server.', 'forewarn' ), true, true );
		}
		if ( 'not_checked' === $body['verdict'] ) {
			return Client::problem( $body['reason']['code'], lcfirst( $body['reason']['message'] ), false, false );
		}
		Taxonomy::follow( $body['versions']['taxonomy'] );
		Record::keep_answer( $post_id, $article, $body, $answer['etag'] );
		return null;
	}

	/**
	 * A problem as it is kept.
	 *
	 * @param Article   $article The text that was not checked.
	 * @param \WP_Error $problem Why.
	 * @return array
	 */
	private static function reason( Article $article, \WP_Error $problem ) {
		return array(
			'digest'  => $article->digest(),
			'message' => $problem->get_error_message(),
			'again'   => $problem->get_error_data()['again'],
			'at'      => time(),
		);
	}
}
