"""An editor's morning in a real browser: by keyboard, wide and narrow, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.settings import Settings
from tests.serving.desk.conftest import ARTICLE
from tests.serving.desk.walk import Walk, chromium, serving

# uvicorn's server in a thread leaves its sockets to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def base(retained: Settings, classifier: SensitivityClassifier) -> Iterator[str]:
    app: FastAPI = create_app(retained, classifier)
    with serving(app) as base:
        yield base


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_an_editors_morning(
    size: str, scheme: str, browser: Browser, base: str, repository: Path
) -> None:
    walk = Walk(browser, base, size, scheme, repository / "screenshots")
    try_an_article(walk)
    for number in range(2):
        sent = ARTICLE | {"id": f"story-{number}", "queue": True, "section": "local"}
        assert walk.page.request.post("/v1/classify", data=sent).ok
    filter_the_queue(walk, base)
    decide_by_keyboard(walk)
    add_what_is_selected(walk)
    move_a_threshold(walk)
    assert walk.messages == []  # nothing was blocked, nothing failed
    walk.page.context.close()


def try_an_article(walk: Walk) -> None:
    """Paste, read, see what is marked and why."""
    page = walk.page
    page.goto("/desk/try")
    page.get_by_label("Headline").fill(ARTICLE["title"])
    page.get_by_label("Text or HTML").fill(ARTICLE["body"])
    page.get_by_role("button", name="Read it").press("Enter")
    link = page.get_by_role("link", name="Passage 1 of")
    expect(link.first).to_be_visible()
    link.first.press("Enter")
    mark = page.locator("#p1")
    expect(mark).to_be_focused()
    expect(mark.locator(".why")).to_contain_text("Passage 1 of")
    walk.look("try")


def filter_the_queue(walk: Walk, base: str) -> None:
    page = walk.page
    page.goto("/desk/queue")
    expect(page.get_by_role("status")).to_contain_text("2 articles waiting")
    page.get_by_label("Severity").select_option("3")
    expect(page).to_have_url(re.compile("severity=3"))
    page.get_by_label("Label").select_option("violence")
    expect(page).to_have_url(re.compile("label=violence"))
    walk.look("queue")


def decide_by_keyboard(walk: Walk) -> None:
    page = walk.page
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Decide")).to_be_visible()
    walk.look("article")
    page.keyboard.press("a")
    expect(page.get_by_role("status").first).to_contain_text("Decided.")
    page.keyboard.press("u")
    expect(page.get_by_role("status").first).to_contain_text("it waits again")
    page.keyboard.press("x")
    expect(page.get_by_role("status").first).to_contain_text("Decided.")
    walk.look("decided")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Decide")).to_be_visible()


def add_what_is_selected(walk: Walk) -> None:
    """A label is added to a word, whose offsets are those of the text."""
    page = walk.page
    page.locator("#text > summary").click()
    page.locator("#p2").dblclick(position={"x": 40, "y": 8})
    selected = str(page.evaluate("document.getSelection().toString()")).strip()
    page.get_by_text("Add a label", exact=True).click()
    chosen = page.locator("#add-passage")
    expect(chosen.locator("option:checked")).to_contain_text("What I have selected")
    field, start, end = chosen.input_value().split(":")
    assert ARTICLE[field][int(start) : int(end)].strip() == selected
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Added by editors")).to_be_visible()


def move_a_threshold(walk: Walk) -> None:
    page = walk.page
    page.goto("/desk/figures")
    walk.look("figures")
    page.goto("/desk/policy")
    page.get_by_label("counts from a probability of").fill("0.99")
    page.keyboard.press("Tab")
    expect(page.locator("#found")).to_contain_text("decided last")
    walk.look("policy")


def test_without_javascript_everything_can_be_done(browser: Browser, base: str) -> None:
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto("/desk/try")
    page.get_by_label("Text or HTML").fill(ARTICLE["body"])
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("link", name="Passage 1 of").first).to_be_visible()
    assert page.request.post("/v1/classify", data=ARTICLE | {"queue": True}).ok
    page.goto("/desk/queue?severity=3")
    page.locator(".items a").first.click()
    page.get_by_text("Add a label", exact=True).click()
    page.locator("#add-passage").select_option(index=2)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("Added by editors")).to_be_visible()
    page.get_by_role("button", name="Accept as proposed").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").first).to_contain_text("it waits again")
    context.close()
