"""The classic editor has the same in a box."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.plugins.wordpress.articles import PARAGRAPHS, QUIET, TITLE
from tests.plugins.wordpress.block_editor import BlockEditor, wait_for_flags
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site

CLASSIC = "<?php add_filter( 'use_block_editor_for_post', '__return_false' );"
SOURCE = "\n\n".join(
    (
        PARAGRAPHS[0].replace("13-year-old", "<strong>13-year-old</strong>"),
        PARAGRAPHS[1].replace(" neck ", "&nbsp;neck "),
        PARAGRAPHS[2],
        *QUIET,
    )
)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Somebody who writes in the classic editor."""
    must_use = site.folder / "wp-content" / "mu-plugins"
    (must_use / "classic.php").write_text(CLASSIC, encoding="utf-8")
    editor = BlockEditor(browser, site)
    yield editor.page
    assert editor.messages == [], "\n".join(editor.messages)
    editor.close()
    (must_use / "classic.php").unlink()


def box(page: Page) -> Locator:
    return page.locator("#forewarn-box")


def test_from_the_text_to_the_note(page: Page, site: Site, repository: Path) -> None:
    post = site.add_post(TITLE, SOURCE, post_status="draft")
    page.goto(f"/wp-admin/post.php?post={post}&action=edit")
    wait_for_flags(box(page))
    said = box(page).get_by_role("button", name=re.compile("^“The footage")).last
    said.click()
    selected = page.evaluate("tinymce.get('content').selection.getContent({ format: 'text' })")
    assert " ".join(selected.split()) == PARAGRAPHS[1]
    page.screenshot(path=repository / "screenshots" / "wordpress-classic.png")
    page.get_by_role("button", name="Text", exact=True).click()
    said.click()
    selected = page.evaluate(
        "(() => { const a = document.getElementById('content');"
        "return a.value.slice(a.selectionStart, a.selectionEnd); })()"
    )
    assert re.sub("&nbsp;|\u00a0", " ", selected) == PARAGRAPHS[1]
    box(page).get_by_role("button", name="Accept").click()
    expect(box(page).get_by_text("Readers see above the article:")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Post published.")).to_be_visible()
    wait_for_flags(box(page))
    page.goto(site.php("return get_permalink( $post );", post=post))
    expect(page.get_by_role("note")).to_contain_text("This article describes")


def test_while_forewarn_is_down(page: Page, site: Site, forewarn: ForewarnServer) -> None:
    forewarn.stop()
    post = site.add_post(TITLE, SOURCE, post_status="draft")
    page.goto(f"/wp-admin/post.php?post={post}&action=edit")
    status = box(page).get_by_role("status")
    expect(status).to_contain_text("Not checked, because the Forewarn server did not answer.")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Post published.")).to_be_visible()


def test_what_the_database_has_and_what_the_editor_sends_are_one_text(
    page: Page, site: Site, forewarn: ForewarnServer
) -> None:
    """Else each article would be checked twice, once for the editor and once in the background."""
    source = SOURCE.replace("council", "coun&#99;il").replace("lowest", "&ldquo;lowest&rdquo;")
    post = site.add_post(TITLE, source, post_status="draft")
    site.run_cron()
    page.goto(f"/wp-admin/post.php?post={post}&action=edit")
    page.get_by_role("button", name="Visual").click()  # it may be where a test before left it
    page.wait_for_function("tinymce.get('content')?.initialized")
    assert "&ldquo;" not in page.evaluate("wp.editor.getContent('content')")
    wait_for_flags(box(page))
    before = forewarn.log.count("/v1/classify")
    box(page).get_by_role("button", name="Check now").click()
    wait_for_flags(box(page))
    page.wait_for_load_state("networkidle")
    assert forewarn.log.count("/v1/classify") == before + 1
    assert len(site.meta(post, "_forewarn_results")) == 1


def test_what_has_changed_since_is_not_called_checked(page: Page, site: Site) -> None:
    quiet = "\n\n".join(QUIET)
    post = site.add_post("Council chooses a contractor", quiet, post_status="draft")
    page.goto(f"/wp-admin/post.php?post={post}&action=edit")
    status = box(page).get_by_role("status")
    expect(status).to_contain_text("Nothing found.")
    page.get_by_role("button", name="Visual").click()
    body = page.frame_locator("#content_ifr").locator("body")
    body.press("Control+Home")
    body.press("ArrowRight")
    page.get_by_role("button", name="Text", exact=True).click()
    page.locator("#content").press("Control+End")
    page.wait_for_timeout(1_000)  # longer than the text takes to be read
    expect(status).to_contain_text("Nothing found.")
    page.get_by_role("button", name="Visual").click()
    body.press("Control+End")
    body.press("Enter")
    page.keyboard.type(PARAGRAPHS[1])
    expect(status).to_contain_text("Not checked, because it has changed since.")
    page.get_by_role("button", name="Save Draft").click()
    expect(page.get_by_text("Post draft updated.")).to_be_visible()
    expect(status).to_contain_text("Flagged: ")
