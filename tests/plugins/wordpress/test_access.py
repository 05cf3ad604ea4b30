"""Who may not, gets nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.plugins.wordpress.articles import PARAGRAPHS, TITLE, blocks
from tests.plugins.wordpress.block_editor import BlockEditor
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site, Visitor

SCRIPT = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"


@pytest.fixture
def post(site: Site) -> int:
    """The chief's, flagged."""
    post = site.add_post(TITLE, blocks(), post_status="draft")
    site.run_cron()
    return post


@pytest.fixture(scope="module")
def users(installed: Site) -> None:
    for role in ("contributor", "author", "editor", "subscriber"):
        installed.add_user(role, role)


def requests(post: int, content_hash: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All that can be asked about a post."""
    decision = {"subject": "note", "id": "x", "action": "accept", "content_hash": content_hash}
    yield "GET", f"/state?post={post}", {}
    yield "POST", "/check", {"post": post, "title": TITLE, "content": "Nothing to see here."}
    yield "POST", "/decide", {"post": post, **decision}
    yield "POST", "/note", {"post": post, "text": "A note.", "help": False}


def assert_nothing(site: Site, post: int, visitor: Visitor, status: int, **given: str) -> None:
    """None of them answers with anything, and none changes anything."""
    before = [site.meta(post, f"_forewarn_{name}") for name in ("results", "decided", "note")]
    for method, path, sent in requests(post, before[0][-1]["content_hash"]):
        answer = visitor.ask(method, path, **given, **sent)
        assert answer.status_code == status, (path, answer.text)
        assert set(answer.json()) == {"code", "message", "data"}
        assert "officer" not in answer.text
        assert "forewarn-en" not in answer.text
    after = [site.meta(post, f"_forewarn_{name}") for name in ("results", "decided", "note")]
    assert after == before


@pytest.mark.parametrize("role", ["contributor", "author", "subscriber"])
def test_who_may_not_edit_the_post(role: str, site: Site, users: None, post: int) -> None:
    assert_nothing(site, post, site.log_in(role), 403)


def test_who_is_not_logged_in(site: Site, post: int) -> None:
    assert_nothing(site, post, Visitor(site), 401)


def test_a_forged_nonce(site: Site, post: int) -> None:
    assert_nothing(site, post, site.log_in(), 403, nonce="0123456789")


def test_a_nonce_of_somebody_else(site: Site, users: None, post: int) -> None:
    stranger = site.log_in("editor")
    assert_nothing(site, post, site.log_in(), 403, nonce=stranger.nonce)


def test_a_form_of_another_site(site: Site, post: int) -> None:
    """It comes with the cookie, and without what only our pages know."""
    chief = site.log_in()
    for path in ("/note", "/decide", "/check"):
        fields = {"post": str(post), "text": "A note.", "title": "x", "content": "x"}
        fields |= {"subject": "note", "id": "x", "action": "accept", "content_hash": "x"}
        answer = chief.client.post(
            f"/wp-json/forewarn/v1{path}", data=fields, headers={"Origin": "https://evil.example"}
        )
        assert answer.status_code == 401
    assert site.meta(post, "_forewarn_note") == ""


def test_an_editor_may(site: Site, users: None, post: int) -> None:
    answer = site.log_in("editor").ask("GET", f"/state?post={post}")
    assert answer.json()["verdict"] == "flagged"


@pytest.mark.parametrize("role", ["contributor", "author", "editor"])
def test_only_administrators_try_the_connection(role: str, site: Site, users: None) -> None:
    assert site.log_in(role).ask("POST", "/test").status_code == 403


def test_only_editors_have_old_posts_checked(site: Site, users: None) -> None:
    for role, status in (("contributor", 403), ("author", 403), ("editor", 200)):
        assert site.log_in(role).ask("POST", "/old-posts", after=0).status_code == status


def test_what_is_no_post_of_a_checked_type(site: Site) -> None:
    page = site.add_post("A page", blocks(), post_type="page")
    chief = site.log_in()
    assert chief.ask("GET", f"/state?post={page}").status_code == 403
    assert chief.ask("GET", "/state?post=999999").status_code == 403
    assert chief.ask("GET", "/state?post=0").status_code == 400


def test_scripts_in_titles_notes_and_texts_stay_text(
    browser: Browser, site: Site, forewarn: ForewarnServer
) -> None:
    typed = SCRIPT.replace("<", "&lt;").replace(">", "&gt;")
    title = f"{TITLE} {typed}"
    hostile = (f"{PARAGRAPHS[1]} {typed}", *PARAGRAPHS)
    post = site.add_post(title, blocks(hostile))
    site.run_cron()
    chief = site.log_in()
    chief.ask("POST", "/note", post=post, text=f"A note {SCRIPT}", help=False)
    assert site.meta(post, "_forewarn_note")["text"] == "A note"
    # As if somebody had written it into the database.
    site.php(
        "$note = get_post_meta( $post, '_forewarn_note', true ); $note['text'] = $text;"
        "update_post_meta( $post, '_forewarn_note', wp_slash( $note ) );",
        post=post,
        text=f"A note {SCRIPT}",
    )
    editor = BlockEditor(browser, site)
    editor.open(post)
    expect(editor.sidebar.get_by_text(f"A note {SCRIPT}").first).to_be_visible()
    assert editor.page.evaluate("window.pwned") is None
    link = site.php("return get_permalink( $post );", post=post)
    for url in (link, "/wp-admin/edit.php", f"/wp-json/wp/v2/posts/{post}"):
        editor.page.goto(url)
        assert editor.page.evaluate("window.pwned") is None
    source = chief.client.get(link).text
    assert "&lt;script&gt;window.pwned" in source
    data = source.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert json.loads(data)["contentRating"]["ratingExplanation"] == f"A note {SCRIPT}"
    assert "window.pwned" not in forewarn.log
    editor.close()


def test_tags_in_a_title_are_not_sent(site: Site) -> None:
    """An administrator's title may have them; a reader doesn't see them."""
    title = f"Boy, 13, &amp; dog <em>saved</em>{SCRIPT}<style>p {{}}</style>"
    code = "return ( new Forewarn\\Article( $title, '' ) )->title;"
    assert site.php(code, title=title) == "Boy, 13, & dog saved"


def test_the_key_is_in_no_page(site: Site, forewarn: ForewarnServer, post: int) -> None:
    chief = site.log_in()
    pages = (
        f"/wp-admin/post.php?post={post}&action=edit",
        "/wp-admin/options-general.php?page=forewarn",
        "/wp-admin/edit.php",
        f"/wp-json/wp/v2/posts/{post}?context=edit",
        "/wp-json/wp/v2/settings",
    )
    for page in pages:
        answer = chief.client.get(page, headers={"X-WP-Nonce": chief.nonce})
        assert answer.status_code == 200, page
        assert forewarn.key not in answer.text
        assert "_forewarn_" not in answer.text
