<?php
/**
 * Requests to the Forewarn server.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Asks the Forewarn server. Whatever goes wrong comes back as a WP_Error whose message goes on after
 * 'Not checked, because'; its data says whether to ask `again`, and whether it is the server that is
 * `away`, so that other articles need not be tried. No text of an article is in it.
 */
final class Client {

	const CONNECT = 1;       // Seconds until there is a connection.
	const TOTAL   = 3;       // Seconds for an editor who waits.
	const PATIENT = 60;      // Seconds in the background, where long articles have time.
	const MARGIN  = 500;     // Milliseconds by which the server is to give up before we do.
	const LARGEST = 5000000; // Bytes of an answer.

	/**
	 * Sets the time for connections: WordPress has no argument for it.
	 */
	public static function register() {
		add_action( 'http_api_curl', array( self::class, 'limit_connecting' ), 10, 3 );
	}

	/**
	 * Limits the time in which a connection to the Forewarn server must stand.
	 *
	 * @param resource|\CurlHandle $handle    What cURL works with.
	 * @param array                $arguments Unused.
	 * @param string               $url       Where the request goes.
	 */
	public static function limit_connecting( $handle, $arguments, $url ) {
		$base = Settings::url();
		if ( '' !== $base && 0 === strpos( $url, $base . '/' ) ) {
			// phpcs:ignore WordPress.WP.AlternativeFunctions.curl_curl_setopt -- It is WordPress's own handle.
			curl_setopt( $handle, CURLOPT_CONNECTTIMEOUT_MS, 1000 * self::CONNECT );
		}
	}

	/**
	 * Asks, and gives the answer to whatever was asked.
	 *
	 * @param string     $path    Such as /v1/models.
	 * @param array|null $body    What is sent as JSON; null asks with GET.
	 * @param array      $headers Further headers.
	 * @param int        $total   Seconds that the whole may take.
	 * @return array|\WP_Error `status`, `etag`, and `body`: the decoded JSON, null where there is none.
	 */
	public static function ask( $path, $body = null, array $headers = array(), $total = self::TOTAL ) {
		if ( '' === Settings::url() ) {
			return self::problem( 'no_server', __( 'no Forewarn server is set. An administrator can enter one under Settings, Forewarn.', 'forewarn' ), true, true );
		}
		$json = null === $body ? null : wp_json_encode( $body );
		if ( false === $json ) {
			return self::problem( 'unreadable', __( 'its text holds characters that cannot be sent.', 'forewarn' ), false, false );
		}
		$answer = wp_remote_request(
			Settings::url() . $path,
			array(
				'method'              => null === $json ? 'GET' : 'POST',
				'body'                => $json,
				'headers'             => $headers + self::headers( $total ),
				'timeout'             => $total,
				'redirection'         => 0,
				'limit_response_size' => self::LARGEST,
				'user-agent'          => 'Forewarn for WordPress/' . VERSION,
			)
		);
		return self::read( $answer );
	}

	/**
	 * The error for a status other than those that were hoped for.
	 *
	 * @param int $status HTTP status.
	 * @return \WP_Error
	 */
	public static function refusal( $status ) {
		switch ( $status ) {
			case 401:
			case 403:
				return self::problem( 'key', __( 'the Forewarn server did not accept the key. An administrator can enter another one.', 'forewarn' ), true, true );
			case 413:
				return self::problem( 'too_long', __( 'it is longer than the Forewarn server reads.', 'forewarn' ), false, false );
			case 504:
				return self::problem( 'late', __( 'it took too long.', 'forewarn' ), true, false );
			case 429:
			case 503:
				return self::problem( 'busy', __( 'the Forewarn server is busy.', 'forewarn' ), true, true );
		}
		$final = $status >= 400 && $status < 500;
		/* translators: %d: an HTTP status, such as 500. */
		return self::problem( 'unexpected', sprintf( __( 'the Forewarn server answered with status %d.', 'forewarn' ), $status ), ! $final, false );
	}

	/**
	 * The headers of every request.
	 *
	 * @param int $total Seconds that the whole may take.
	 * @return array
	 */
	private static function headers( $total ) {
		$headers = array(
			'Content-Type'  => 'application/json',
			'X-Deadline-Ms' => (string) ( 1000 * $total - self::MARGIN ),
		);
		if ( '' !== Settings::key() ) {
			$headers['Authorization'] = 'Bearer ' . Settings::key();
		}
		return $headers;
	}

	/**
	 * What came back, read.
	 *
	 * @param array|\WP_Error $answer As WordPress's HTTP API gives it.
	 * @return array|\WP_Error
	 */
	private static function read( $answer ) {
		if ( is_wp_error( $answer ) ) {
			return self::problem( 'no_answer', __( 'the Forewarn server did not answer.', 'forewarn' ), true, true );
		}
		$text = wp_remote_retrieve_body( $answer );
		$body = json_decode( $text, true );
		if ( '' !== $text && ! is_array( $body ) ) {
			return self::problem( 'unexpected', __( 'what answered is no Forewarn server.', 'forewarn' ), true, true );
		}
		return array(
			'status' => (int) wp_remote_retrieve_response_code( $answer ),
			'etag'   => (string) wp_remote_retrieve_header( $answer, 'etag' ),
			'body'   => $body,
		);
	}

	/**
	 * Something that went wrong.
	 *
	 * @param string $code    Stable, for programs.
	 * @param string $message Goes on after 'Not checked, because'.
	 * @param bool   $again   Whether to ask again later.
	 * @param bool   $away    Whether other articles would fare no better.
	 * @return \WP_Error
	 */
	public static function problem( $code, $message, $again, $away ) {
		return new \WP_Error( 'forewarn_' . $code, $message, compact( 'again', 'away' ) );
	}
}
