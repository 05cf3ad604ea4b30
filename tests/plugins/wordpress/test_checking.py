"""What is shown while somebody goes on writing."""

from playwright.sync_api import Browser, Route, expect

from tests.plugins.wordpress.articles import PARAGRAPHS, QUIET, QUIET_TITLE, blocks
from tests.plugins.wordpress.block_editor import BlockEditor
from tests.plugins.wordpress.site import Site


def test_the_last_text_is_checked_in_the_end(browser: Browser, site: Site) -> None:
    post = site.add_post(QUIET_TITLE, blocks(QUIET), post_status="draft")
    editor = BlockEditor(browser, site)
    editor.open(post)
    status = editor.sidebar.get_by_role("status")
    expect(status).to_contain_text("Nothing found.")
    slow: list[Route] = []
    editor.page.route("**/forewarn/v1/check**", lambda route: slow.append(route), times=1)
    append(editor, "The landing gets a roof, too.")
    expect(status).to_contain_text("Not checked, because it has changed since.")
    editor.save()
    expect(status).to_contain_text("Checking")
    append(editor, PARAGRAPHS[1])
    editor.save()
    slow[0].continue_()
    expect(status).to_contain_text("Flagged: ")
    assert editor.messages == []
    editor.close()


def append(editor: BlockEditor, paragraph: str) -> None:
    """Somebody, or a plug-in, adds a paragraph at the end."""
    editor.page.evaluate(
        "text => wp.data.dispatch('core/block-editor').insertBlocks("
        "wp.blocks.createBlock('core/paragraph', { content: text }))",
        paragraph,
    )
