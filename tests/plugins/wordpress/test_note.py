"""What readers and programs get of an accepted note, and what becomes of a rejected one."""

import json
from typing import Any

import httpx2
import pytest

from tests.plugins.wordpress.articles import PARAGRAPHS, TITLE, blocks
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site, Visitor

WORDS = "This article describes"


@pytest.fixture
def chief(site: Site) -> Visitor:
    return site.log_in()


def check(chief: Visitor, post: int, content: str) -> dict[str, Any]:
    return chief.check(post, TITLE, content)


def decide(chief: Visitor, state: dict[str, Any], action: str, **more: Any) -> httpx2.Response:
    """Decide about the note that is proposed."""
    note = state["result"]["notes"][0]
    decision = {"subject": "note", "id": note["id"], "action": action} | more
    return chief.ask(
        "POST",
        "/decide",
        post=state["post"],
        content_hash=state["result"]["content_hash"],
        **decision,
    )


@pytest.fixture
def noted(site: Site, chief: Visitor) -> int:
    """A post with an accepted note."""
    post = site.add_post(TITLE, blocks(), post_excerpt="What a video showed.")
    decide(chief, check(chief, post, blocks()), "accept", help=True).raise_for_status()
    return post


def test_on_the_page(site: Site, noted: int) -> None:
    page = httpx2.get(site.php("return get_permalink( $post );", post=noted)).text
    assert page.count('role="note"') == 1
    note = page.partition('<aside class="forewarn-note"')[2].partition("</aside>")[0]
    assert WORDS in note
    assert "Childline" in note
    assert f'href="#forewarn-after-{noted}"' in note
    assert page.count(f'id="forewarn-after-{noted}"') == 1
    assert (
        page.index("forewarn-note")
        < page.index(PARAGRAPHS[0])
        < page.index(f'id="forewarn-after-{noted}"')
    )
    data = json.loads(page.partition('application/ld+json">')[2].partition("</script>")[0])
    assert data["contentRating"]["ratingExplanation"].startswith(WORDS)


def test_in_feeds(site: Site, noted: int) -> None:
    feed = httpx2.get(f"{site.url}/feed/").text
    item = feed.partition("<item>")[2].partition("</item>")[0]
    excerpt = item.partition("<description>")[2].partition("</description>")[0]
    content = item.partition("<content:encoded>")[2].partition("</content:encoded>")[0]
    assert WORDS in excerpt
    assert 'role="note"' in content
    assert "Skip this article" not in content  # leads nowhere in a reader
    atom = httpx2.get(f"{site.url}/feed/atom/").text
    assert WORDS in atom


def test_in_rest_and_the_fediverse(site: Site, noted: int, chief: Visitor) -> None:
    shown = httpx2.get(f"{site.url}/wp-json/wp/v2/posts/{noted}").json()
    assert shown["content_warning"]["text"].startswith(WORDS)
    assert shown["content_warning"]["topics"]
    assert shown["content_warning"]["help_lines"][0]["name"] == "Childline"
    assert shown["sensitive"] is True
    assert shown["summary"] == shown["content_warning"]["text"]
    code = "return get_post_meta( $post, 'activitypub_content_warning', true );"
    assert site.php(code, post=noted) == shown["summary"]
    own = "update_post_meta( $post, 'activitypub_content_warning', 'Their own' );"
    assert site.php(own + code, post=noted) == "Their own"
    plain = httpx2.get(f"{site.url}/wp-json/wp/v2/posts/{site.add_post('A', 'b')}").json()
    assert (plain["content_warning"], plain["sensitive"], plain["summary"]) == (None, False, None)


def test_not_in_excerpts_and_behind_passwords(site: Site, noted: int, chief: Visitor) -> None:
    trimmed = site.add_post(TITLE, blocks())
    decide(chief, check(chief, trimmed, blocks()), "accept").raise_for_status()
    excerpt = site.php("return get_the_excerpt( $post );", post=trimmed)
    assert excerpt.startswith("A police officer")
    site.php("wp_update_post( array( 'ID' => $p, 'post_password' => 'secret' ) );", p=noted)
    page = httpx2.get(site.php("return get_permalink( $post );", post=noted)).text
    assert WORDS not in page
    assert httpx2.get(f"{site.url}/wp-json/wp/v2/posts/{noted}").json()["content_warning"] is None


def test_where_the_editor_put_the_block(site: Site, chief: Visitor) -> None:
    content = f"{blocks(PARAGRAPHS[:1])}\n<!-- wp:forewarn/note /-->\n{blocks(PARAGRAPHS[1:])}"
    post = site.add_post(TITLE, content)
    decide(chief, check(chief, post, content), "accept").raise_for_status()
    page = httpx2.get(site.php("return get_permalink( $post );", post=post)).text
    assert page.count('role="note"') == 1
    assert page.index(PARAGRAPHS[0]) < page.index('role="note"') < page.index(PARAGRAPHS[1])


def test_a_classic_theme_and_its_own_template(site: Site, noted: int) -> None:
    before = site.php("return get_stylesheet();")
    theme = site.folder / "wp-content" / "themes" / "twentytwentyone"
    own = theme / "forewarn"
    try:
        site.php("switch_theme( 'twentytwentyone' );")
        link = site.php("return get_permalink( $post );", post=noted)
        assert httpx2.get(link).text.count('role="note"') == 1
        own.mkdir()
        template = "<p id='ours'><?php echo esc_html( $note['text'] ); ?></p>"
        (own / "note.php").write_text(template, encoding="utf-8")
        page = httpx2.get(link).text
        assert f"<p id='ours'>{WORDS}" in page
        assert 'role="note"' not in page
    finally:
        (own / "note.php").unlink(missing_ok=True)
        site.php("switch_theme( $before );", before=before)


def test_what_was_rejected_comes_back_only_when_the_passage_changes(
    site: Site, chief: Visitor
) -> None:
    post = site.add_post(TITLE, blocks())
    decide(chief, check(chief, post, blocks()), "reject").raise_for_status()
    more = (*PARAGRAPHS, "The ferry goes twice a day.")
    for content in (blocks(), blocks(more)):
        note = check(chief, post, content)["result"]["notes"][0]
        assert note["decision"]["action"] == "reject"
        assert note["decision"]["user"] == "chief"
    graver = (PARAGRAPHS[0], PARAGRAPHS[1].replace("cannot breathe", "is dying"), *PARAGRAPHS[2:])
    assert check(chief, post, blocks(graver))["result"]["notes"][0]["decision"] is None


def test_an_edited_note(site: Site, chief: Visitor) -> None:
    post = site.add_post(TITLE, blocks())
    state = check(chief, post, blocks())
    assert decide(chief, state, "edit", text="  ").status_code == 400
    decide(chief, state, "edit", text='A "boy" is hurt \\ by <b>police</b>.').raise_for_status()
    assert site.meta(post, "_forewarn_note")["text"] == 'A "boy" is hurt \\ by police.'
    answer = chief.ask("POST", "/note", post=post, text="Shorter.", help=True).json()
    assert answer["note"]["text"] == "Shorter."
    answer = chief.ask("POST", "/note", post=post, text="", help=False).json()
    assert answer["note"] is None
    name = f"note:{state['result']['notes'][0]['id']}"
    assert answer["decisions"][name]["action"] == "reject"


def test_a_note_of_ones_own_while_forewarn_is_down(
    site: Site, chief: Visitor, forewarn: ForewarnServer
) -> None:
    forewarn.stop()
    post = site.add_post("A quiet piece", blocks(("The ferry goes twice a day.",)))
    answer = chief.ask("POST", "/note", post=post, text="About a ferry.", help=False).json()
    assert answer["note"] == {"text": "About a ferry.", "rule": "own_note", "help": False}
    assert "About a ferry." in httpx2.get(site.php("return get_permalink( $p );", p=post)).text
    answer = chief.ask("POST", "/note", post=post, text="", help=False).json()
    assert answer["note"] is None


def test_a_decision_about_a_result_that_is_long_gone_is_refused(site: Site, chief: Visitor) -> None:
    post = site.add_post(TITLE, blocks())
    old = check(chief, post, blocks(PARAGRAPHS[:2]))
    for number in (1, 3, 4):
        check(chief, post, blocks(PARAGRAPHS[:number]))
    answer = decide(chief, old, "accept")
    assert answer.status_code == 409
    assert "checked anew" in answer.json()["message"]
    assert site.meta(post, "_forewarn_note") == ""


def test_what_an_editor_has_unsaved_and_what_is_saved_are_both_known(
    site: Site, chief: Visitor
) -> None:
    """The background checks the one while the editor decides about the other."""
    post = site.add_post(TITLE, blocks(PARAGRAPHS[2:]))
    unsaved = check(chief, post, blocks())
    site.run_cron()
    decide(chief, unsaved, "accept").raise_for_status()
    assert chief.ask("GET", f"/state?post={post}").json()["result"] is not None
    assert (
        check(chief, post, blocks())["result"]["content_hash"] == unsaved["result"]["content_hash"]
    )
