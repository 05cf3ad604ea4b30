"""The list of posts, old posts, settings, and going away."""

import re
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, expect

from tests.plugins.wordpress.articles import QUIET, QUIET_TITLE, TITLE, blocks
from tests.plugins.wordpress.block_editor import BlockEditor
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site, wordpress


def test_the_list_tells_and_filters(site: Site, forewarn: ForewarnServer) -> None:
    grave = site.add_post(f"{TITLE} (list)", blocks())
    quiet = site.add_post(f"{QUIET_TITLE} (list)", blocks(QUIET))
    site.run_cron()
    forewarn.stop()
    unread = site.add_post("Unread (list)", blocks(QUIET))
    chief = site.log_in()
    page = chief.client.get("/wp-admin/edit.php?s=(list)").text
    assert "Minors (at stake), Violence (grave)" in page
    for verdict, post in (("flagged", grave), ("clear", quiet), ("not_checked", unread)):
        page = chief.client.get(f"/wp-admin/edit.php?s=(list)&forewarn_verdict={verdict}").text
        assert re.findall(r'id="post-(\d+)"', page) == [str(post)]
        assert f'value="{verdict}" selected' in page
    everything = chief.client.get("/wp-admin/edit.php?s=(list)&forewarn_verdict=x'--").text
    assert len(re.findall(r'id="post-(\d+)"', everything)) == 3


# As if all posts had been there before the plug-in was.
FORGET = """
    Forewarn\\Worker::stop();
    foreach ( array( 'status', 'pending', 'reason', 'results' ) as $name ) {
        delete_metadata( 'post', 0, '_forewarn_' . $name, '', true );
    }
"""


def test_old_posts_are_checked_in_steps(
    browser: Browser, site: Site, forewarn: ForewarnServer, repository: Path
) -> None:
    forewarn.stop()
    posts = [site.add_post(f"{TITLE} {number}", blocks()) for number in range(6)]
    posts += [site.add_post(f"{QUIET_TITLE} {number}", blocks(QUIET)) for number in range(6)]
    site.php(FORGET)
    editor = BlockEditor(browser, site)
    page = editor.page
    page.goto("/wp-admin/tools.php?page=forewarn-old-posts")
    page.get_by_role("button", name="Start").click()
    told = page.locator("#forewarn-told")
    expect(told).to_contain_text("Stopped, because the Forewarn server did not answer.")
    editor.look("old-posts-stopped", repository / "screenshots")
    forewarn.start()
    page.get_by_role("button", name="Go on").click()
    expect(told).to_contain_text("0 left.", timeout=60_000)
    editor.look("old-posts", repository / "screenshots")
    statuses = [site.meta(post, "_forewarn_status") for post in posts]
    assert statuses == ["flagged"] * 6 + ["clear"] * 6
    editor.close()


def test_chosen_posts_are_checked(browser: Browser, site: Site) -> None:
    post = site.add_post(f"{TITLE} (chosen)", blocks())
    site.run_cron()
    at = site.meta(post, "_forewarn_results")[0]["at"]
    editor = BlockEditor(browser, site)
    page = editor.page
    page.goto("/wp-admin/edit.php?s=(chosen)")
    page.locator(f"#cb-select-{post}").check()
    page.locator("#bulk-action-selector-top").select_option("forewarn_check")
    page.locator("#doaction").click()
    expect(page.get_by_text("1 post is to be checked.")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#forewarn-told")).to_contain_text("1 checked, 1 of them flagged; 0 could")
    assert site.meta(post, "_forewarn_results")[0]["at"] >= at
    editor.close()


def test_settings_and_the_connection_in_plain_words(
    browser: Browser, site: Site, forewarn: ForewarnServer, repository: Path
) -> None:
    site.set_up()
    editor = BlockEditor(browser, site)
    page = editor.page
    page.goto("/wp-admin/options-general.php?page=forewarn")
    tested = page.locator("#forewarn-tested")
    attempt = page.get_by_role("button", name="Try what is saved")
    attempt.click()
    expect(tested).to_contain_text("no Forewarn server is set")
    page.get_by_label("Server").fill("forewarn.example")
    page.get_by_role("button", name="Save Changes").click()
    expect(page.get_by_text("The server is no address.")).to_be_visible()
    page.get_by_label("Server").fill(f"{forewarn.url}/")
    page.get_by_label("Key").fill(forewarn.make_key("classify"))
    page.get_by_label("Country of the readers").fill("gb")
    page.get_by_role("button", name="Save Changes").click()
    expect(page.get_by_text("A key is stored.")).to_be_visible()
    attempt.click()
    expect(tested).to_contain_text("The key lacks the scope decide.")
    expect(tested).to_contain_text("The key may have articles checked.")
    page.get_by_label("Key", exact=True).fill(forewarn.key)
    with page.expect_navigation():
        page.get_by_role("button", name="Save Changes").click()
    attempt.click()
    expect(tested).to_contain_text("The key may send decisions.")
    expect(tested).not_to_contain_text("✘")
    editor.look("settings", repository / "screenshots")
    stored = site.php("return get_option( 'forewarn_settings' );")
    assert stored["url"] == forewarn.url
    assert (stored["key"], stored["country"]) == (forewarn.key, "GB")
    page.get_by_role("button", name="Save Changes").click()
    assert site.php("return get_option( 'forewarn_settings' );") == stored
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_text("That needs WP-Cron")).to_be_visible()
    editor.look("help", repository / "screenshots")
    forewarn.stop()
    attempt.click()
    expect(tested).to_contain_text("the Forewarn server did not answer.")
    editor.close()


STORED = """
    global $wpdb;
    $options = "SELECT COUNT(*) FROM $wpdb->options WHERE option_value LIKE %s";
    return $wpdb->get_var( $wpdb->prepare( $options, '%' . $wpdb->esc_like( $key ) . '%' ) );
"""


def test_constants_come_first_and_nothing_of_them_is_stored_or_shown(
    database: Path, plugin: Path, forewarn: ForewarnServer, tmp_path: Path
) -> None:
    more = f"define( 'FOREWARN_URL', '{forewarn.url}' );"
    more += f"define( 'FOREWARN_KEY', '{forewarn.key}' );"
    with wordpress(tmp_path, plugin, database, more) as site:
        post = site.add_post(TITLE, blocks())
        site.run_cron()
        assert site.meta(post, "_forewarn_status") == "flagged"
        chief = site.log_in()
        page = chief.client.get("/wp-admin/options-general.php?page=forewarn").text
        assert page.count("Set in wp-config.php.") == 2
        assert forewarn.key not in page
        assert forewarn.url not in page
        assert site.php(STORED, key=forewarn.key) == "0"


REMOVE = """
    require_once ABSPATH . 'wp-admin/includes/plugin.php';
    require_once ABSPATH . 'wp-admin/includes/file.php';
    deactivate_plugins( 'forewarn/forewarn.php' );
    return uninstall_plugin( 'forewarn/forewarn.php' );
"""
# Everything in the database that bears the plug-in's name.
TRACES = """
    global $wpdb;
    wp_cache_flush();
    $meta = "SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '%forewarn%'";
    $options = "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%forewarn%'
        OR ( option_name = 'cron' AND option_value LIKE '%forewarn%' )";
    return array_merge( $wpdb->get_col( $meta ), $wpdb->get_col( $options ) );
"""


def test_uninstalling_removes_what_was_added(database: Path, plugin: Path, tmp_path: Path) -> None:
    with wordpress(tmp_path, plugin, database) as site:
        post = site.add_post(TITLE, blocks())
        site.set_up(url="http://127.0.0.1:1")
        site.log_in().ask("POST", "/note", post=post, text="A note.", help=False)
        assert site.php(TRACES) != []
        assert site.php(REMOVE) is True
        assert site.php(TRACES) == []
        page = httpx2.get(site.php("return get_permalink( $post );", post=post))
        assert page.status_code == 200
        assert 'role="note"' not in page.text


MAKE_NETWORK = """
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    global $wpdb;
    foreach ( $wpdb->tables( 'ms_global' ) as $name => $table ) {
        $wpdb->$name = $table;
    }
    install_network();
    populate_network( 1, '127.0.0.1', 'chief@example.org', 'Network', '/', false );
"""
NETWORK = """
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
define( 'DOMAIN_CURRENT_SITE', '127.0.0.1' );
define( 'PATH_CURRENT_SITE', '/' );
define( 'SITE_ID_CURRENT_SITE', 1 );
define( 'BLOG_ID_CURRENT_SITE', 1 );
"""
SECOND_SITE = """
    update_option( 'forewarn_settings', $settings );
    $place = array( 'domain' => '127.0.0.1', 'path' => '/two/', 'user_id' => 1 );
    $other = wp_insert_site( $place );
    switch_to_blog( $other );
    $fields = array( 'post_content' => $content, 'post_title' => 'T', 'post_status' => 'publish' );
    $id = wp_insert_post( wp_slash( $fields ) );
    $before = get_post_meta( $id, '_forewarn_status', true );
    update_option( 'forewarn_settings', $settings );
    Forewarn\\Worker::catch_up();
    $after = get_post_meta( $id, '_forewarn_status', true );
    return array( $other, $before, $after, Forewarn\\Article::id( $id ), $id );
"""
REMOVE_ALL = """
    define( 'WP_UNINSTALL_PLUGIN', 'forewarn/forewarn.php' );
    require WP_PLUGIN_DIR . '/forewarn/uninstall.php';
    global $wpdb;
    $meta = $wpdb->get_blog_prefix( $other ) . 'postmeta';
    return array(
        get_option( 'forewarn_settings' ),
        get_blog_option( $other, 'forewarn_settings' ),
        $wpdb->get_var( "SELECT COUNT(*) FROM $meta WHERE meta_key LIKE '_forewarn%'" ),
    );
"""


def test_several_sites_of_one_network(
    database: Path, plugin: Path, forewarn: ForewarnServer, tmp_path: Path
) -> None:
    """Each has its own settings, results and background; uninstalling cleans all."""
    with wordpress(tmp_path, plugin, database) as site:
        site.php(MAKE_NETWORK)
        config = site.folder / "wp-config.php"
        text = config.read_text("utf-8").replace("$table_prefix", f"{NETWORK}$table_prefix")
        config.write_text(text, encoding="utf-8")
        settings = {"url": forewarn.url, "key": forewarn.key}
        told = site.php(SECOND_SITE, settings=settings, content=blocks())
        other, before, after, name, post = told
        assert (before, after) == ("not_checked", "flagged")
        assert name == f"127.0.0.1/{other}/{post}"
        assert site.php(REMOVE_ALL, other=other) == [False, False, "0"]
