"""An editor's article, from the first word to the page; and one while Forewarn is down."""

import re
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, expect

from tests.plugins.wordpress.articles import PARAGRAPHS, TITLE
from tests.plugins.wordpress.block_editor import BlockEditor, wait_for_flags
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site

NOTE = "This article describes"


def test_from_the_first_word_to_the_page(browser: Browser, site: Site, repository: Path) -> None:
    pictures = repository / "screenshots"
    editor = BlockEditor(browser, site)
    editor.open()
    editor.look("new", pictures)
    editor.write(TITLE, PARAGRAPHS)
    editor.save()
    editor.wait_for_flags()
    expect(editor.sidebar.get_by_role("status")).to_contain_text("Violence (grave)")
    editor.look("flagged", pictures)
    passage = editor.sidebar.get_by_role("button", name=re.compile("^“The footage")).last
    passage.click()
    assert editor.marked == PARAGRAPHS[1]
    mark = editor.canvas.locator("mark.annotation-text-forewarn").first
    expect(mark).to_have_css("background-color", "rgb(252, 240, 195)")
    editor.look("passage", pictures)
    editor.begin_publishing()
    panel = editor.before_publishing
    wait_for_flags(panel)
    editor.look("before", pictures)
    panel.get_by_role("button", name="Accept").click()
    expect(panel.get_by_text("Readers see above the article:")).to_be_visible()
    editor.look("accepted", pictures)
    url = editor.publish()
    editor.look("published", pictures)
    editor.page.goto(url)
    note = editor.page.get_by_role("note")
    expect(note).to_contain_text(NOTE)
    editor.look("page", pictures)
    assert NOTE in httpx2.get(f"{site.url}/feed/").text
    assert editor.messages == [], "\n".join(editor.messages)
    editor.close()


def test_while_forewarn_is_down(
    browser: Browser, site: Site, forewarn: ForewarnServer, repository: Path
) -> None:
    forewarn.stop()
    editor = BlockEditor(browser, site)
    editor.open()
    editor.write(TITLE, PARAGRAPHS)
    editor.begin_publishing()
    status = editor.before_publishing.get_by_role("status")
    expect(status).to_contain_text("Not checked, because the Forewarn server did not answer.")
    editor.look("down", repository / "screenshots")
    url = editor.publish()
    assert httpx2.get(url).status_code == 200
    post = editor.page.evaluate("wp.data.select('core/editor').getCurrentPostId()")
    editor.page.goto("/wp-admin/edit.php")
    row = editor.page.locator(f"#post-{post}")
    expect(row).to_contain_text("Not checked")
    forewarn.start()
    site.php("wp_clear_scheduled_hook( 'forewarn_catch_up' ); Forewarn\\Worker::wake();")
    site.run_cron()
    editor.page.reload()
    expect(row).to_contain_text("Flagged")
    editor.look("list", repository / "screenshots")
    assert editor.messages == [], "\n".join(editor.messages)
    editor.close()
