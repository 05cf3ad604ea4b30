<?php
/**
 * What the browser may ask WordPress for.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * REST routes under forewarn/v1. WordPress takes a request with a cookie only with its nonce, and each
 * route asks whether this user may edit this post.
 */
final class Routes {

	const NAME    = 'forewarn/v1';
	const LONGEST = 2000000; // Characters of a content.

	/**
	 * Adds the routes.
	 */
	public static function register() {
		add_action( 'rest_api_init', array( self::class, 'add' ) );
	}

	/**
	 * Adds the routes.
	 */
	public static function add() {
		$post = array(
			'post' => array(
				'type'     => 'integer',
				'required' => true,
				'minimum'  => 1,
			),
		);
		self::route( '/state', 'GET', 'state', $post );
		self::route( '/check', 'POST', 'check', $post + self::texts() );
		self::route( '/decide', 'POST', 'decide', $post + self::decision() + self::note() );
		self::route( '/note', 'POST', 'change_note', $post + self::note() );
	}

	/**
	 * What is known of a post as it is saved.
	 *
	 * @param \WP_REST_Request $request With `post`.
	 * @return array
	 */
	public static function state( \WP_REST_Request $request ) {
		return State::saved( get_post( $request['post'] ) );
	}

	/**
	 * Checks a text, saved or not.
	 *
	 * @param \WP_REST_Request $request With `post`, `title`, `content`.
	 * @return array What is known of it now. That it could not be checked is no error.
	 */
	public static function check( \WP_REST_Request $request ) {
		$post    = get_post( $request['post'] );
		$article = new Article( $request['title'], $request['content'] );
		Checker::check( $post, $article );
		return State::of( $post, $article );
	}

	/**
	 * Takes a decision.
	 *
	 * @param \WP_REST_Request $request See decision().
	 * @return array|\WP_Error `decisions` that hold now, by subject and id, and the `note`.
	 */
	public static function decide( \WP_REST_Request $request ) {
		$post     = get_post( $request['post'] );
		$decision = array_intersect_key( $request->get_params(), self::decision() + self::note() );
		$problem  = Decisions::take( $post, $decision + array( 'severity' => null ) );
		return $problem ? $problem : State::decisions( $post, $decision['content_hash'] );
	}

	/**
	 * Changes, adds or takes back the note that readers see.
	 *
	 * @param \WP_REST_Request $request With `post`, `text`, `help`.
	 * @return array As for decide().
	 */
	public static function change_note( \WP_REST_Request $request ) {
		$post = get_post( $request['post'] );
		Decisions::change_note( $post, $request['text'], $request['help'] );
		return State::decisions( $post );
	}

	/**
	 * Whether this user may ask about this post.
	 *
	 * @param \WP_REST_Request $request With `post`.
	 * @return true|\WP_Error
	 */
	public static function allow( \WP_REST_Request $request ) {
		$id = (int) $request['post'];
		if ( ! current_user_can( 'edit_post', $id ) || ! Settings::covered( $id ) ) {
			return new \WP_Error( 'rest_forbidden', __( 'You may not edit this post.', 'forewarn' ), array( 'status' => rest_authorization_required_code() ) );
		}
		return true;
	}

	/**
	 * Adds one route.
	 *
	 * @param string $path   After the name.
	 * @param string $method HTTP method.
	 * @param string $answer Name of the method here that answers.
	 * @param array  $args   What is taken.
	 */
	private static function route( $path, $method, $answer, array $args ) {
		register_rest_route(
			self::NAME,
			$path,
			array(
				'methods'             => $method,
				'callback'            => array( self::class, $answer ),
				'permission_callback' => array( self::class, 'allow' ),
				'args'                => $args,
			)
		);
	}

	/**
	 * The parameters of a text.
	 *
	 * @return array
	 */
	private static function texts() {
		return array(
			'title'   => array(
				'type'      => 'string',
				'required'  => true,
				'maxLength' => 10000,
			),
			'content' => array(
				'type'      => 'string',
				'required'  => true,
				'maxLength' => self::LONGEST,
			),
		);
	}

	/**
	 * The parameters of a decision.
	 *
	 * @return array
	 */
	private static function decision() {
		return array(
			'subject'      => array(
				'type'     => 'string',
				'required' => true,
				'enum'     => Decisions::SUBJECTS,
			),
			'id'           => array(
				'type'     => 'string',
				'required' => true,
			),
			'action'       => array(
				'type'     => 'string',
				'required' => true,
				'enum'     => Decisions::ACTIONS,
			),
			'content_hash' => array(
				'type'     => 'string',
				'required' => true,
			),
			'severity'     => array(
				'type'    => 'integer',
				'minimum' => 0,
				'maximum' => 3,
			),
		);
	}

	/**
	 * The parameters of a note.
	 *
	 * @return array
	 */
	private static function note() {
		return array(
			'text' => array(
				'type'              => 'string',
				'default'           => '',
				'maxLength'         => 500,
				'sanitize_callback' => 'sanitize_text_field',
			),
			'help' => array(
				'type'    => 'boolean',
				'default' => false,
			),
		);
	}
}
