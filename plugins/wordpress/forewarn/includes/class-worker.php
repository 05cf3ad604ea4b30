<?php
/**
 * What goes on in the background.
 *
 * @package Forewarn
 */

namespace Forewarn;

/**
 * Checks what could not be checked and delivers decisions, by WP-Cron.
 *
 * One event does all of it. It is there only while something waits, works for a short while, and
 * comes back: soon where it got on, later and later where the server is away. WordPress keeps all
 * events in one option without a lock, and two that write at once may lose one: what waits is
 * therefore also looked for once a day, with WordPress's own clean-up.
 */
final class Worker {

	const EVENT    = 'forewarn_catch_up';
	const SETBACKS = 'forewarn_setbacks'; // How often in a row the server was away.
	const BUDGET   = 20;  // Seconds of work at a time.
	const FIRST    = 60;  // Seconds until the next try, doubled with each setback,
	const LONGEST  = 900; // up to this.
	const AT_ONCE  = 20;  // Posts looked up at a time.

	/**
	 * Listens for saved posts and for its event.
	 */
	public static function register() {
		add_action( 'save_post', array( self::class, 'note_saving' ), 20, 2 );
		add_action( self::EVENT, array( self::class, 'catch_up' ) );
		add_action( 'wp_scheduled_delete', array( self::class, 'catch_up' ) );
	}

	/**
	 * A post was saved: where its text is not known, it is checked in the background.
	 *
	 * @param int      $post_id The post.
	 * @param \WP_Post $post    The post.
	 */
	public static function note_saving( $post_id, $post ) {
		if ( 'auto-draft' !== $post->post_status && Settings::covered( $post ) ) {
			Checker::settle( $post );
		}
	}

	/**
	 * Asks for the background to start now.
	 */
	public static function wake() {
		self::come_back( 0 );
	}

	/**
	 * Forgets all work that is planned.
	 */
	public static function stop() {
		wp_clear_scheduled_hook( self::EVENT );
	}

	/**
	 * Does what waits, as far as there is time, and plans the next time where something is left: at
	 * once where it got on, later and later where it did not.
	 */
	public static function catch_up() {
		$done = Decisions::deliver() + self::check_some();
		if ( ! self::pending() && ! Decisions::count( Record::OUTBOX ) ) {
			delete_option( self::SETBACKS );
			self::stop();
			return;
		}
		$setbacks = $done ? 0 : 1 + (int) get_option( self::SETBACKS, 0 );
		update_option( self::SETBACKS, $setbacks, false );
		self::come_back( $done ? 1 : min( self::LONGEST, self::FIRST * 2 ** min( 10, $setbacks - 1 ) ) );
	}

	/**
	 * Checks posts that wait, one after the other, until there is no time or the server is away.
	 *
	 * @return int How many need not be checked again.
	 */
	private static function check_some() {
		$until = microtime( true ) + self::BUDGET;
		$done  = 0;
		foreach ( self::pending() as $id ) {
			$post    = get_post( $id );
			$problem = Checker::check( $post, Article::saved( $post ), Client::PATIENT );
			$again   = $problem && $problem->get_error_data()['again'];
			$done   += $again ? 0 : 1;
			if ( ( $again && $problem->get_error_data()['away'] ) || microtime( true ) > $until ) {
				break;
			}
		}
		return $done;
	}

	/**
	 * Posts that wait, longest first. A try makes them the last.
	 *
	 * @return int[]
	 */
	private static function pending() {
		return get_posts(
			array(
				'post_type'      => Settings::all()['post_types'],
				'post_status'    => array_values( array_diff( get_post_stati(), array( 'auto-draft', 'inherit', 'trash' ) ) ),
				'posts_per_page' => self::AT_ONCE,
				'fields'         => 'ids',
				'meta_key'       => Record::PENDING, // phpcs:ignore WordPress.DB.SlowDBQuery -- Few posts have it.
				'orderby'        => 'meta_value_num',
				'order'          => 'ASC',
			)
		);
	}

	/**
	 * Plans the event, in the place of the one that is planned.
	 *
	 * @param int $seconds From now.
	 */
	private static function come_back( $seconds ) {
		self::stop();
		wp_schedule_single_event( time() + $seconds, self::EVENT );
	}
}
