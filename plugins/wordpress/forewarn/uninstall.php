<?php
/**
 * Removes everything that the plug-in added: settings, results, decisions, notes, scheduled work.
 *
 * @package Forewarn
 */

namespace Forewarn;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/**
 * Removes it from the current site. Every name that the plug-in gave begins with its own.
 */
function remove_from_site() {
	global $wpdb;
	wp_clear_scheduled_hook( 'forewarn_catch_up' );
	// Directly: there is no call that deletes meta and options by the beginning of their names.
	// phpcs:disable WordPress.DB.DirectDatabaseQuery
	$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->postmeta} WHERE meta_key LIKE %s", $wpdb->esc_like( '_forewarn_' ) . '%' ) );
	$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->options} WHERE option_name LIKE %s", $wpdb->esc_like( 'forewarn_' ) . '%' ) );
	// phpcs:enable
	wp_cache_flush();
}

if ( is_multisite() ) {
	foreach ( get_sites(
		array(
			'fields' => 'ids',
			'number' => 0,
		)
	) as $forewarn_site ) {
		switch_to_blog( $forewarn_site );
		remove_from_site();
		restore_current_blog();
	}
} else {
	remove_from_site();
}
