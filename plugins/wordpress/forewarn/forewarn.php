<?php
/**
 * Plugin Name:       Forewarn
 * Description:       Says whether an article involves minors, violence or trauma, how gravely and in which passages, and proposes a note for readers and checks for editors. Editors decide.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * License URI:       https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain:       forewarn
 * Domain Path:       /languages
 *
 * @package Forewarn
 */

namespace Forewarn;

defined( 'ABSPATH' ) || exit;

const VERSION     = '0.1.0';
const PLUGIN_FILE = __FILE__;

require_once __DIR__ . '/includes/class-settings.php';
require_once __DIR__ . '/includes/class-client.php';
require_once __DIR__ . '/includes/class-article.php';
require_once __DIR__ . '/includes/class-taxonomy.php';
require_once __DIR__ . '/includes/class-record.php';
require_once __DIR__ . '/includes/class-checker.php';
require_once __DIR__ . '/includes/class-decisions.php';
require_once __DIR__ . '/includes/class-state.php';
require_once __DIR__ . '/includes/class-worker.php';
require_once __DIR__ . '/includes/class-routes.php';
require_once __DIR__ . '/includes/class-note.php';
require_once __DIR__ . '/includes/class-syndication.php';
require_once __DIR__ . '/includes/class-editors.php';
require_once __DIR__ . '/includes/class-posts-list.php';
require_once __DIR__ . '/includes/class-old-posts-page.php';
require_once __DIR__ . '/includes/class-settings-page.php';

foreach ( array( Client::class, Worker::class, Routes::class, Note::class, Syndication::class, Editors::class, Posts_List::class, Old_Posts_Page::class, Settings_Page::class ) as $part ) {
	$part::register();
}

register_deactivation_hook( __FILE__, array( Worker::class, 'stop' ) );
