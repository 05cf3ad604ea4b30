<?php
/**
 * The page under Settings.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Lets an administrator enter server and key, try the connection, and see what waits.
 */
final class Settings_Page {

	const PAGE       = 'forewarn';
	const CAPABILITY = 'manage_options';

	/**
	 * Adds the page, the settings and the route of the test.
	 */
	public static function register() {
		add_action( 'admin_menu', array( self::class, 'add' ) );
		add_action( 'admin_init', array( self::class, 'add_settings' ) );
		add_action( 'rest_api_init', array( self::class, 'add_route' ) );
		add_filter( 'plugin_action_links_' . plugin_basename( PLUGIN_FILE ), array( self::class, 'add_link' ) );
	}

	/**
	 * Adds the page to the menu.
	 */
	public static function add() {
		$hook = add_options_page( __( 'Forewarn', 'forewarn' ), __( 'Forewarn', 'forewarn' ), self::CAPABILITY, self::PAGE, array( self::class, 'print_page' ) );
		add_action( "load-$hook", array( self::class, 'prepare' ) );
	}

	/**
	 * Adds a link to the settings in the list of plug-ins.
	 *
	 * @param string[] $links HTML.
	 * @return string[]
	 */
	public static function add_link( $links ) {
		array_unshift( $links, sprintf( '<a href="%s">%s</a>', esc_url( admin_url( 'options-general.php?page=' . self::PAGE ) ), esc_html__( 'Settings', 'forewarn' ) ) );
		return $links;
	}

	/**
	 * Loads the script and the help.
	 */
	public static function prepare() {
		Editors::add_script( 'settings', array( 'wp-api-fetch', 'wp-i18n' ) );
		wp_enqueue_script( 'forewarn-settings' );
		$help = array(
			__( 'Forewarn runs on a server of your own and reads articles there. WordPress asks it when a post is opened, saved or about to be published; browsers never do.', 'forewarn' ),
			__( 'A key is made on that server with: forewarn keys create wordpress --scope classify --scope decide. It can also be set in wp-config.php as FOREWARN_KEY, and the address as FOREWARN_URL; then nothing of it is stored in the database.', 'forewarn' ),
			__( 'Where the server does not answer, posts can be published all the same. They are listed as not checked, and are checked in the background once it is back. That needs WP-Cron: on a site with few visitors, have the system call wp-cron.php every few minutes.', 'forewarn' ),
		);
		get_current_screen()->add_help_tab(
			array(
				'id'      => 'forewarn',
				'title'   => __( 'Forewarn', 'forewarn' ),
				'content' => '<p>' . implode( '</p><p>', array_map( 'esc_html', $help ) ) . '</p>',
			)
		);
	}

	/**
	 * Adds the settings and their fields.
	 */
	public static function add_settings() {
		register_setting( self::PAGE, Settings::OPTION, array( 'sanitize_callback' => array( self::class, 'sanitize' ) ) );
		add_settings_section( 'server', '', '__return_null', self::PAGE );
		$fields = array(
			'url'        => __( 'Server', 'forewarn' ),
			'key'        => __( 'Key', 'forewarn' ),
			'locale'     => __( 'Language of notes and checks', 'forewarn' ),
			'country'    => __( 'Country of the readers', 'forewarn' ),
			'post_types' => __( 'What is checked', 'forewarn' ),
		);
		foreach ( $fields as $name => $title ) {
			$for = 'post_types' === $name ? array() : array( 'label_for' => "forewarn-$name" );
			add_settings_field( $name, $title, array( self::class, "print_$name" ), self::PAGE, 'server', $for );
		}
	}

	/**
	 * Reads what was entered. What is no address or code is refused with a sentence, and the old value
	 * stays; so does the key where the field is left empty.
	 *
	 * @param array $given As entered.
	 * @return array
	 */
	public static function sanitize( $given ) {
		$old   = Settings::all();
		$given = (array) $given + array( 'key' => '' ) + $old; // What wp-config.php sets has no field.
		$new   = array(
			'url'        => self::accept( trim( $given['url'] ), '#^https?://[^\s/?\#]+(/[^\s?\#]*)?$#', $old['url'], __( 'The server is no address. Expected one such as https://forewarn.example.org.', 'forewarn' ) ),
			'locale'     => self::accept( trim( $given['locale'] ), '/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/', $old['locale'], __( 'The language is no code. Expected one such as en or de.', 'forewarn' ) ),
			'country'    => self::accept( strtoupper( trim( $given['country'] ) ), '/^[A-Z]{2}$/', $old['country'], __( 'The country is no code. Expected two letters such as GB.', 'forewarn' ) ),
			'key'        => '' === trim( $given['key'] ) ? $old['key'] : trim( $given['key'] ),
			'post_types' => array_values( array_intersect( (array) $given['post_types'], array_keys( self::types() ) ) ),
		);
		if ( ! empty( $given['forget_key'] ) ) {
			$new['key'] = '';
		}
		return $new;
	}

	/**
	 * A value that has the form, or the old one with a sentence.
	 *
	 * @param string $value   As entered; empty is allowed.
	 * @param string $form    Regular expression.
	 * @param string $old     Value before.
	 * @param string $problem The sentence.
	 * @return string
	 */
	private static function accept( $value, $form, $old, $problem ) {
		if ( '' === $value || preg_match( $form, $value ) ) {
			return untrailingslashit( $value );
		}
		add_settings_error( Settings::OPTION, 'forewarn', $problem );
		return $old;
	}

	/**
	 * Prints the page.
	 */
	public static function print_page() {
		echo '<div class="wrap"><h1>' . esc_html__( 'Forewarn', 'forewarn' ) . '</h1>';
		echo '<form action="' . esc_url( admin_url( 'options.php' ) ) . '" method="post">';
		settings_fields( self::PAGE );
		do_settings_sections( self::PAGE );
		submit_button();
		echo '</form><h2>' . esc_html__( 'Connection', 'forewarn' ) . '</h2>';
		echo '<p><button type="button" class="button" id="forewarn-test" disabled>' . esc_html__( 'Try what is saved', 'forewarn' ) . '</button></p>';
		echo '<ul id="forewarn-tested" role="status"></ul>';
		self::print_waiting();
		echo '</div>';
	}

	/**
	 * Prints how many decisions wait, or were not taken.
	 */
	private static function print_waiting() {
		$waiting = Decisions::count( Record::OUTBOX );
		$refused = Decisions::count( Record::REFUSED );
		if ( $waiting ) {
			/* translators: %d: a number. */
			echo '<p>' . esc_html( sprintf( _n( '%d decision waits to be handed to Forewarn.', '%d decisions wait to be handed to Forewarn.', $waiting, 'forewarn' ), $waiting ) ) . '</p>';
		}
		if ( $refused ) {
			/* translators: %d: a number. */
			echo '<p>' . esc_html( sprintf( _n( '%d decision was not taken by Forewarn. It is kept with its post.', '%d decisions were not taken by Forewarn. They are kept with their posts.', $refused, 'forewarn' ), $refused ) ) . '</p>';
		}
	}

	/**
	 * Prints the field of this name.
	 */
	public static function print_url() {
		self::print_field( 'url', 'https://forewarn.example.org', __( 'Address of your Forewarn server.', 'forewarn' ), 'FOREWARN_URL' );
	}

	/**
	 * Prints the field of this name. The key itself is never on the page.
	 */
	public static function print_key() {
		if ( defined( 'FOREWARN_KEY' ) ) {
			esc_html_e( 'Set in wp-config.php.', 'forewarn' );
			return;
		}
		$set = '' !== Settings::key();
		printf( '<input type="password" id="forewarn-key" name="%s[key]" value="" class="regular-text" autocomplete="off">', esc_attr( Settings::OPTION ) );
		echo '<p class="description">' . ( $set ? esc_html__( 'A key is stored. Enter another one to replace it.', 'forewarn' ) : esc_html__( 'No key is stored.', 'forewarn' ) ) . '</p>';
		if ( $set ) {
			printf( '<label><input type="checkbox" name="%s[forget_key]" value="1"> %s</label>', esc_attr( Settings::OPTION ), esc_html__( 'Forget the stored key', 'forewarn' ) );
		}
	}

	/**
	 * Prints the field of this name.
	 */
	public static function print_locale() {
		self::print_field( 'locale', 'en', __( 'One that the house policy has. Empty: as the server is set.', 'forewarn' ) );
	}

	/**
	 * Prints the field of this name.
	 */
	public static function print_country() {
		self::print_field( 'country', 'GB', __( 'Two letters; for help lines. Empty: as the server is set.', 'forewarn' ) );
	}

	/**
	 * Prints the field of this name.
	 */
	public static function print_post_types() {
		// So that no box at all is not taken for no field.
		printf( '<input type="hidden" name="%s[post_types][]" value="">', esc_attr( Settings::OPTION ) );
		foreach ( self::types() as $name => $label ) {
			printf( '<label><input type="checkbox" name="%s[post_types][]" value="%s"%s> %s</label><br>', esc_attr( Settings::OPTION ), esc_attr( $name ), checked( Settings::covers( $name ), true, false ), esc_html( $label ) );
		}
	}

	/**
	 * Prints a field for a line of text.
	 *
	 * @param string $name     Of the setting.
	 * @param string $example  Such as one might enter.
	 * @param string $help     A sentence.
	 * @param string $constant Name of the constant that comes before it, if any.
	 */
	private static function print_field( $name, $example, $help, $constant = '' ) {
		if ( $constant && defined( $constant ) ) {
			esc_html_e( 'Set in wp-config.php.', 'forewarn' );
			return;
		}
		printf( '<input type="text" id="forewarn-%1$s" name="%2$s[%1$s]" value="%3$s" placeholder="%4$s" class="regular-text">', esc_attr( $name ), esc_attr( Settings::OPTION ), esc_attr( Settings::all()[ $name ] ), esc_attr( $example ) );
		echo '<p class="description">' . esc_html( $help ) . '</p>';
	}

	/**
	 * Types of posts that can be checked: those that readers see, but pictures.
	 *
	 * @return string[] Labels by name.
	 */
	private static function types() {
		$types = wp_list_pluck( get_post_types( array( 'public' => true ), 'objects' ), 'label' );
		return array_diff_key( $types, array( 'attachment' => 1 ) );
	}

	/**
	 * Adds the route of the test.
	 */
	public static function add_route() {
		register_rest_route(
			Routes::NAME,
			'/test',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'test' ),
				'permission_callback' => function () {
					return current_user_can( self::CAPABILITY );
				},
			)
		);
	}

	/**
	 * Tries the connection, step by step, until one fails.
	 *
	 * @return array Each with `good` and a sentence.
	 */
	public static function test() {
		$sentence = array(
			array(
				'id'   => 'connection-test',
				'text' => __( 'The council met on Thursday and chose a contractor for the new ferry ramp.', 'forewarn' ),
			),
		);
		$steps    = array(
			array( '/v1/models', null, 200, __( 'The server answers and knows the key.', 'forewarn' ) ),
			array( '/v1/classify', array( 'body' => $sentence ), 200, __( 'The key may have articles checked.', 'forewarn' ) ),
			// An empty decision: whoever may send decisions is told that it is none.
			array( '/v1/decisions', array( 'action' => 'none' ), 422, __( 'The key may send decisions.', 'forewarn' ) ),
		);
		$told = array();
		foreach ( $steps as list( $path, $body, $hoped, $good ) ) {
			$answer  = Client::ask( $path, $body, array( 'Idempotency-Key' => wp_generate_uuid4() ) );
			$problem = is_wp_error( $answer ) ? $answer : ( $hoped === $answer['status'] ? null : Client::refusal( $answer['status'] ) );
			if ( ! $problem ) {
				$told[] = array( true, $good );
				continue;
			}
			if ( 403 === ( is_wp_error( $answer ) ? 0 : $answer['status'] ) ) {
				/* translators: %s: name of a scope. */
				$scope  = sprintf( __( 'The key lacks the scope %s. Make one that has it.', 'forewarn' ), '/v1/classify' === $path ? 'classify' : 'decide' );
				$told[] = array( false, $scope );
				continue;
			}
			/* translators: %s: why, such as 'the Forewarn server did not answer.' */
			$told[] = array( false, sprintf( __( 'That did not work: %s', 'forewarn' ), $problem->get_error_message() ) );
			break;
		}
		return array_map(
			function ( $step ) {
				return array(
					'good'     => $step[0],
					'sentence' => $step[1],
				);
			},
			$told
		);
	}
}
