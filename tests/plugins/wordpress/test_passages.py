"""Every passage that is shown stands where it says, however the article is made."""

import html
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.plugins.wordpress.articles import PARAGRAPHS, QUIET, QUIET_TITLE, TITLE, blocks
from tests.plugins.wordpress.block_editor import BlockEditor
from tests.plugins.wordpress.site import Site

GRAVE = PARAGRAPHS[1]
UNSEEN = re.compile("[\\s\u00ad\u200b-\u200d\u2060\ufffc]+")


def block(name: str, inner: str, attributes: str = "") -> str:
    return f"<!-- wp:{name} {attributes}-->\n{inner}\n<!-- /wp:{name} -->"


def paragraph(inner: str) -> str:
    return block("paragraph", f"<p>{inner}</p>")


def columns(inner: str) -> str:
    one = block("column", f'<div class="wp-block-column">{inner}</div>')
    return block("columns", f'<div class="wp-block-columns">{one}{one}</div>')


def group(inner: str) -> str:
    return block("group", f'<div class="wp-block-group">{inner}</div>')


# What is grave, in every kind of block in which it can be.
KINDS = {
    "entities": paragraph(
        "The footage shows the officer throwing the&nbsp;boy, 13, to the ground &amp; pressing a "
        "knee &#8211; hard &mdash; into his <strong>ne<em>ck</em></strong> until he fainted."
    ),
    "emoji": paragraph(
        "😱🚓👩‍👩‍👦 “He can’t breathe!” a pupil shouted 😢 while the boy, 13, lay "
        'bleeding to death on <a href="/road?a=1&amp;b=2">Chandler&nbsp;Road</a>.'
    ),
    "shortcodes": paragraph(
        "The boy[footnote id=1], 13, was stabbed[/footnote] with a kitchen knife [sic] and bled to "
        "death before his mother’s eyes."
    ),
    "soft hyphens and breaks": paragraph(
        "The boy, 13, was beaten with an iron bar and his collar\u00adbone,<br>his jaw and his "
        "skull were broken, a doctor told the court."
    ),
    "the same sentence twice": paragraph(f"He was stabbed. {GRAVE}") + paragraph(GRAVE),
    "no block at all": f"{GRAVE}\n\nIt was shown to the court.",
    "columns in groups": group(columns(group(paragraph(GRAVE)))),
    "quote": block("quote", f'<blockquote class="wp-block-quote">{paragraph(GRAVE)}</blockquote>'),
    "citation": block(
        "quote",
        f'<blockquote class="wp-block-quote">{paragraph("That was all.")}<cite>{GRAVE}</cite>'
        "</blockquote>",
    ),
    "pull quote": block(
        "pullquote",
        f'<figure class="wp-block-pullquote"><blockquote><p>{GRAVE}</p></blockquote></figure>',
    ),
    "list": block("list", f"<ul>{block('list-item', f'<li>{GRAVE}</li>')}</ul>"),
    "table": block(
        "table",
        '<figure class="wp-block-table"><table><tbody><tr><td>Monday</td>'
        f"<td>{GRAVE}</td></tr></tbody></table></figure>",
    ),
    "caption": block(
        "image",
        '<figure class="wp-block-image"><img src="/wp-includes/images/blank.gif" alt=""/>'
        f'<figcaption class="wp-element-caption">{GRAVE}</figcaption></figure>',
    ),
    "heading": block("heading", f"<h2>{GRAVE}</h2>"),
    "HTML": block("html", f"<div><b>{GRAVE}</b></div>"),
    "preformatted": block("preformatted", f'<pre class="wp-block-preformatted">{GRAVE}</pre>'),
    "another plug-in's block": block("acme/box", f"<div>{GRAVE}</div>"),
}


@pytest.fixture(scope="module")
def editor(browser: Browser, installed: Site) -> Iterator[BlockEditor]:
    editor = BlockEditor(browser, installed)
    yield editor
    editor.close()


def letters(text: str) -> str:
    """What two texts have in common that are the same to a reader."""
    return UNSEEN.sub("", text)


def without_markup(source: str) -> str:
    plain = re.sub(r"\[/?footnote[^\]]*\]|<[^>]*>", "", html.unescape(source))
    return letters(plain)


def visit_passages(editor: BlockEditor) -> list[str]:
    """Click every passage that the panel shows; what is marked must be what it says."""
    buttons = editor.sidebar.locator(".forewarn-label .forewarn-passages button")
    said = [text[1:-1] for text in buttons.all_text_contents()]
    for number, quote in enumerate(said):
        buttons.nth(number).click()
        if editor.selected == "title":
            assert letters(quote) in letters(editor.title)
            continue
        marked = editor.canvas.locator("mark.annotation-text-forewarn, .is-annotated-by-forewarn")
        expect(marked.first).to_be_attached()
        found = editor.canvas.evaluate(MARKED)
        if found["range"]:
            assert without_markup(found["text"]) == letters(quote)
        else:
            assert letters(quote) in without_markup(found["text"])
    return said


# The marked words; or, where a block as a whole is marked, all that is in it.
MARKED = """() => {
    const marks = [...document.querySelectorAll('mark.annotation-text-forewarn')];
    if (marks.length) {
        return { range: true, text: marks.map((mark) => mark.textContent).join('') };
    }
    const { wp } = window.parent;
    const block = wp.data.select('core/block-editor').getSelectedBlock();
    return { range: false, text: wp.blocks.serialize(block) };
}"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_passage_in_every_kind_of_block(kind: str, site: Site, editor: BlockEditor) -> None:
    content = "\n\n".join([blocks(QUIET), KINDS[kind], blocks(QUIET)])
    editor.open(site.add_post(QUIET_TITLE, content, post_status="draft"))
    editor.wait_for_flags()
    said = visit_passages(editor)
    assert any(letters(one) in without_markup(KINDS[kind]) for one in said)


def test_passages_of_reusable_blocks(site: Site, editor: BlockEditor) -> None:
    inner = site.add_post("Inner", group(paragraph(GRAVE)), post_type="wp_block")
    both = f'{blocks(QUIET)}\n<!-- wp:block {{"ref":{inner}}} /-->'
    outer = site.add_post("Outer", both, post_type="wp_block")
    looped = f'<!-- wp:block {{"ref":{outer}}} /-->\n{blocks(QUIET)}'
    editor.open(site.add_post(QUIET_TITLE, looped, post_status="draft"))
    editor.wait_for_flags()
    assert GRAVE in visit_passages(editor)


def test_a_reusable_block_within_itself_is_read_once(site: Site) -> None:
    block_id = site.add_post("Loop", paragraph(GRAVE), post_type="wp_block")
    loop = f'{paragraph(GRAVE)}<!-- wp:block {{"ref":{block_id}}} /-->'
    site.php(
        "wp_update_post( array( 'ID' => $id, 'post_content' => $loop ) );", id=block_id, loop=loop
    )
    content = f'<!-- wp:block {{"ref":{block_id}}} /-->'
    read = site.php("return ( new Forewarn\\Article( '', $content ) )->blocks;", content=content)
    assert len(read) == 1


def test_passages_of_five_hundred_blocks(site: Site, editor: BlockEditor) -> None:
    many = [paragraph(f"{number}. {QUIET[number % 3]}") for number in range(500)]
    many[411] = paragraph(GRAVE)
    many[77] = paragraph(PARAGRAPHS[0])
    editor.open(site.add_post(TITLE, "\n\n".join(many), post_status="draft"))
    editor.wait_for_flags()
    assert {GRAVE, PARAGRAPHS[0]} <= set(visit_passages(editor))


def test_passages_of_thirty_thousand_words(site: Site, editor: BlockEditor) -> None:
    """Longer than is read while an editor waits: it says so, and the background reads it."""
    long = [" ".join(f"{sentence} ({number})" for sentence in QUIET) for number in range(510)]
    long[500] = GRAVE
    content = "\n\n".join(map(paragraph, long))
    assert len(" ".join(long).split()) > 29_000
    post = site.add_post(TITLE, content, post_status="draft")
    site.run_cron()
    assert site.meta(post, "_forewarn_status") == "flagged"
    editor.open(post)
    editor.wait_for_flags()
    assert GRAVE in visit_passages(editor)


def test_a_block_that_was_moved_is_found(site: Site, editor: BlockEditor) -> None:
    editor.open(site.add_post(TITLE, blocks(), post_status="draft"))
    editor.wait_for_flags()
    editor.page.evaluate(
        "() => { const { getBlockOrder } = wp.data.select('core/block-editor');"
        "const ids = getBlockOrder();"
        "wp.data.dispatch('core/block-editor').moveBlockToPosition(ids[1], '', '', 3); }"
    )
    expect(editor.sidebar.get_by_role("status")).to_contain_text("it has changed since")
    assert GRAVE in visit_passages(editor)


def test_what_was_deleted_is_not_marked(site: Site, editor: BlockEditor) -> None:
    editor.open(site.add_post(TITLE, blocks(), post_status="draft"))
    editor.wait_for_flags()
    editor.page.evaluate("wp.data.dispatch('core/block-editor').resetBlocks([])")
    editor.sidebar.get_by_role("button", name=f"“{GRAVE}”").first.click()
    expect(editor.page.get_by_text("This passage is no longer there.").first).to_be_visible()
    assert editor.canvas.locator("mark.annotation-text-forewarn").count() == 0


def test_the_content_is_never_changed(site: Site, editor: BlockEditor) -> None:
    content = "\n\n".join([KINDS["entities"], KINDS["emoji"], blocks()])
    post = site.add_post(TITLE, content, post_status="draft")
    editor.open(post)
    editor.wait_for_flags()
    before = editor.page.evaluate("wp.data.select('core/editor').getEditedPostContent()")
    visit_passages(editor)
    after = editor.page.evaluate("wp.data.select('core/editor').getEditedPostContent()")
    assert after == before
    assert not editor.page.evaluate("wp.data.select('core/editor').isEditedPostDirty()")
