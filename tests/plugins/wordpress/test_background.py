"""Nothing waits for Forewarn, and nothing stays unchecked that it could check."""

import socket

import pytest

from tests.plugins.wordpress.articles import QUIET, QUIET_TITLE, TITLE, blocks
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site


def status(site: Site, post: int) -> str:
    found = site.meta(post, "_forewarn_status")
    assert isinstance(found, str)
    return found


def wake(site: Site) -> None:
    """Let it come back now, and not after a while as it does when the server was away."""
    site.php("Forewarn\\Worker::wake();")
    site.run_cron()


def test_a_saved_post_is_checked_in_the_background(site: Site, forewarn: ForewarnServer) -> None:
    forewarn.stop()
    grave, quiet = site.add_post(TITLE, blocks()), site.add_post(QUIET_TITLE, blocks(QUIET))
    assert status(site, grave) == "not_checked"
    forewarn.start()
    wake(site)
    assert (status(site, grave), status(site, quiet)) == ("flagged", "clear")
    result = site.meta(grave, "_forewarn_results")[-1]
    assert set(result["versions"]) == {"artifact", "taxonomy", "code", "policy"}
    assert result["labels"]["violence"]["severity"] == 3


def test_it_comes_back_later_and_later_while_the_server_is_away(
    site: Site, forewarn: ForewarnServer
) -> None:
    site.run_cron()
    forewarn.stop()
    post = site.add_post(TITLE, blocks())
    waits = []
    for _ in range(3):
        site.php("Forewarn\\Worker::stop(); Forewarn\\Worker::catch_up();")
        waits.append(site.php("return wp_next_scheduled( 'forewarn_catch_up' ) - time();"))
    first = round(waits[0], -1)
    assert first in (60, 120)  # the second, where the background came before us
    assert [round(wait, -1) for wait in waits] == [first, 2 * first, 4 * first]
    reason = site.meta(post, "_forewarn_reason")
    assert reason["message"] == "the Forewarn server did not answer."
    forewarn.start()
    wake(site)
    assert status(site, post) == "flagged"
    assert site.php("return get_option( 'forewarn_setbacks' );") is False


def test_a_lost_event_is_made_up_for(site: Site) -> None:
    """Two requests that plan events at once may leave one out: WordPress has no lock for them."""
    site.run_cron()
    saved = {"post_title": TITLE, "post_content": blocks(), "post_status": "publish"}
    save_and_lose = (
        "$id = wp_insert_post( wp_slash( $post ) ); Forewarn\\Worker::stop(); return $id;"
    )
    post = site.php(save_and_lose, post=saved)
    site.run_cron()
    assert status(site, post) == "not_checked"
    site.php("do_action( 'wp_scheduled_delete' );")
    assert status(site, post) == "flagged"


def test_what_cannot_be_checked_is_said_and_not_tried_for_ever(site: Site) -> None:
    german = "<p>Der Gemeinderat von Ostmeer hat am Donnerstag über die neue Fähre beraten.</p>" * 9
    posts = [
        site.add_post("Fähre", f"<!-- wp:paragraph -->{german}<!-- /wp:paragraph -->"),
        site.add_post("Nothing but a picture", '<img src="/ferry.jpg" alt="A ferry">'),
        site.add_post(TITLE, "<p>" + " ".join(QUIET * 1_200) + "</p>"),
    ]
    site.run_cron()
    assert [status(site, post) for post in posts] == ["not_checked"] * 3
    messages = [site.meta(post, "_forewarn_reason")["message"] for post in posts]
    assert messages[0].startswith("only English articles are checked")
    assert messages[1:] == [
        "there is no text to read.",
        "it is longer than the Forewarn server reads.",
    ]
    assert [site.meta(post, "_forewarn_pending") for post in posts] == [""] * 3


def test_an_unchanged_save_asks_nobody(site: Site, forewarn: ForewarnServer) -> None:
    post = site.add_post(TITLE, blocks())
    site.run_cron()
    requests = forewarn.log.count("/v1/classify")
    site.php("wp_update_post( array( 'ID' => $post, 'post_excerpt' => 'New' ) );", post=post)
    site.run_cron()
    assert status(site, post) == "flagged"
    assert forewarn.log.count("/v1/classify") == requests
    site.php("wp_update_post( array( 'ID' => $post, 'post_title' => 'New' ) );", post=post)
    assert status(site, post) == "not_checked" or forewarn.log.count("/v1/classify") > requests
    site.run_cron()
    assert forewarn.log.count("/v1/classify") == requests + 1


@pytest.mark.parametrize(
    ("key", "scopes", "because"),
    [
        ("wrong", (), "the Forewarn server did not accept the key."),
        ("", (), "the Forewarn server did not accept the key."),
        (None, ("decide",), "the Forewarn server did not accept the key."),
    ],
)
def test_a_key_that_is_not_accepted(
    key: str | None, scopes: tuple[str, ...], because: str, site: Site, forewarn: ForewarnServer
) -> None:
    chosen = forewarn.make_key(*scopes) if key is None else key
    site.set_up(url=forewarn.url, key=chosen)
    post = site.add_post(TITLE, blocks())
    answer = site.log_in().ask("POST", "/check", post=post, title=TITLE, content=blocks()).json()
    assert answer["verdict"] == "not_checked"
    assert answer["because"].startswith(because)
    assert answer["result"] is None


def test_a_server_that_is_no_forewarn_server(site: Site) -> None:
    """WordPress itself answers, with pages and with other JSON."""
    chief = site.log_in()
    for url in (site.url, f"{site.url}/wp-json", "http://127.0.0.1:1", ""):
        site.set_up(url=url)
        post = site.add_post(TITLE, blocks())
        answer = chief.ask("POST", "/check", post=post, title=TITLE, content=blocks()).json()
        assert (answer["verdict"], answer["result"]) == ("not_checked", None), url
        assert answer["because"].endswith(".")


def test_a_server_that_never_answers(site: Site) -> None:
    """Three seconds, and the editor is told."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        site.set_up(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        post = site.add_post(TITLE, blocks())
        answer = site.log_in().ask("POST", "/check", post=post, title=TITLE, content=blocks())
        assert answer.json()["because"] == "the Forewarn server did not answer."
        assert site.php("return wp_update_post( array( 'ID' => $post ) );", post=post) == post


def test_decisions_reach_forewarn_once(site: Site, forewarn: ForewarnServer) -> None:
    post = site.add_post(TITLE, blocks())
    chief = site.log_in()
    state = chief.check(post, TITLE, blocks())
    before = len(forewarn.decisions())
    forewarn.stop()
    content_hash, note = state["result"]["content_hash"], state["result"]["notes"][0]["id"]
    about = {"post": post, "content_hash": content_hash}
    chief.ask("POST", "/decide", subject="note", id=note, action="accept", **about)
    chief.ask("POST", "/decide", subject="label", id="minors", action="edit", severity=1, **about)
    check = state["result"]["checks"][0]["id"]
    chief.ask("POST", "/decide", subject="check", id=check, action="reject", **about)
    site.run_cron()
    assert len(site.php("return get_post_meta( $p, '_forewarn_outbox' );", p=post)) == 3
    forewarn.start()
    wake(site)
    wake(site)
    assert site.php("return get_post_meta( $p, '_forewarn_outbox' );", p=post) == []
    accepted, corrected, rejected = forewarn.decisions()[before:]
    assert (accepted["subject"], accepted["subject_id"], accepted["action"]) == (
        "note",
        note,
        "accept",
    )
    assert accepted["content_hash"] == content_hash
    assert accepted["article_id"] == f"127.0.0.1/1/{post}"
    assert accepted["versions"] == state["result"]["versions"]
    assert (corrected["severity_before"], corrected["severity_after"]) == (3, 1)
    assert (rejected["subject"], rejected["action"]) == ("check", "reject")
    assert {one["editor"] for one in (accepted, corrected, rejected)} == {"wordpress:1"}


def test_a_decision_sent_twice_is_stored_once(site: Site, forewarn: ForewarnServer) -> None:
    """As when the answer to the first got lost."""
    post = site.add_post(TITLE, blocks())
    chief = site.log_in()
    state = chief.check(post, TITLE, blocks())
    before = len(forewarn.decisions())
    forewarn.stop()
    about = {"post": post, "content_hash": state["result"]["content_hash"], "action": "accept"}
    chief.ask("POST", "/decide", subject="note", id=state["result"]["notes"][0]["id"], **about)
    [row] = site.php("return get_post_meta( $p, '_forewarn_outbox' );", p=post)
    forewarn.start()
    wake(site)
    site.php("add_post_meta( $p, '_forewarn_outbox', $row );", p=post, row=row)
    wake(site)
    assert len(forewarn.decisions()) == before + 1
    assert site.php("return get_post_meta( $p, '_forewarn_outbox' );", p=post) == []


def test_no_text_of_an_article_is_in_the_servers_log(site: Site, forewarn: ForewarnServer) -> None:
    site.add_post("A canary at Chandler Hill", blocks(("The quagga of Chandler Hill escaped.",)))
    site.run_cron()
    assert "/v1/classify" in forewarn.log
    assert "Chandler" not in forewarn.log
