"""What the other tests stand on: WordPress itself, its background, and how mistakes are noticed."""

import time

import httpx2
import pytest
from playwright.sync_api import Browser

from tests.plugins.wordpress.articles import QUIET, QUIET_TITLE, blocks
from tests.plugins.wordpress.block_editor import BlockEditor
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site

BROKEN = (
    "eval( 'namespace Forewarn; function broken() { global $wpdb;"
    ' $wpdb->query( "SELECT 1 FROM nowhere" ); } broken();\' );'
)


def test_a_post_is_on_its_page_in_the_feed_and_in_rest(site: Site) -> None:
    post = site.add_post(QUIET_TITLE, blocks(QUIET))
    link = site.php("return get_permalink( $post );", post=post)
    assert link.startswith(f"{site.url}/council-picks-contractor")
    assert QUIET[0] in httpx2.get(link).text
    assert link in httpx2.get(f"{site.url}/feed/").text
    assert httpx2.get(f"{site.url}/wp-json/wp/v2/posts/{post}").json()["link"] == link
    assert httpx2.get(f"{site.url}/nothing-of-that-name/").status_code == 404


def test_a_nonce_says_who_asks(site: Site) -> None:
    chief = site.log_in()
    path = "/wp-json/wp/v2/users/me"
    assert chief.client.get(path).status_code == 401
    answer = chief.client.get(path, headers={"X-WP-Nonce": chief.nonce})
    assert answer.json()["id"] == 1


def test_a_visit_starts_the_background(site: Site) -> None:
    """WordPress asks itself for it. What it tidies away here expired in 1970."""
    site.php("update_option( '_transient_timeout_old', 1 ); update_option( '_transient_old', 1 );")
    site.php("wp_schedule_single_event( 1, 'delete_expired_transients', array( 'now' ) );")
    for _ in range(120):
        httpx2.get(site.url, timeout=60)
        if site.php("return get_option( '_transient_old' );") is False:
            return
        time.sleep(0.25)
    raise AssertionError("the background does not start")


def test_what_php_says_of_the_plug_in_is_noticed(site: Site) -> None:
    """An error of the database names the class only, and a complaint may come late."""
    site.php(BROKEN)
    [complaint] = site.complaints()
    assert "Forewarn\\broken" in complaint
    assert site.complaints() == []


def test_the_browser_stays_in_the_house(browser: Browser, site: Site) -> None:
    editor = BlockEditor(browser, site)
    asking = "url => fetch(url, { mode: 'no-cors' }).then(() => 'there', () => 'gone')"
    assert editor.page.evaluate(asking, f"{site.url}/") == "there"
    outside = site.url.replace("127.0.0.1", "localhost")
    assert editor.page.evaluate(asking, f"{outside}/") == "gone"
    editor.close()


def test_forewarn_comes_back_where_it_was(forewarn: ForewarnServer) -> None:
    forewarn.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{forewarn.url}/readyz")
    forewarn.start()
    assert httpx2.get(f"{forewarn.url}/readyz").status_code == 200
