"""What of Ghost's deliveries is checked."""

import json
from typing import Any

import pytest

from plugins.ghost.deliveries import UnreadableError, read_delivery
from tests.plugins.ghost.ghost import CURRENT, delivery


def read(**changes: Any) -> Any:
    return read_delivery(delivery(**changes))


def test_a_post_is_an_article_for_the_review_desk() -> None:
    found = read()
    assert (found.article, found.updated_at) == (CURRENT["id"], CURRENT["updated_at"])
    assert found.request == {
        "id": CURRENT["id"],
        "title": CURRENT["title"],
        "body": CURRENT["html"],
        "body_format": "html",
        "queue": True,
        "social": CURRENT["custom_excerpt"],
        "section": "Local",
    }
    assert CURRENT["title"] not in repr(found)


def test_a_page_is_one_too() -> None:
    body = json.dumps({"page": {"current": CURRENT, "previous": {}}}).encode()
    found = read_delivery(body)
    assert found
    assert found.request["body"] == CURRENT["html"]


def test_what_has_no_text_is_read_by_its_title() -> None:
    found = read(html=None, primary_tag=None, custom_excerpt="x" * 3000)
    assert found.request == {
        "id": CURRENT["id"],
        "title": CURRENT["title"],
        "body": CURRENT["title"],
        "body_format": "text",
        "queue": True,
    }


@pytest.mark.parametrize(
    "changes", [{"status": "draft"}, {"status": "scheduled"}, {"html": " ", "title": ""}]
)
def test_what_is_not_out_or_empty_is_not_checked(changes: dict[str, Any]) -> None:
    assert read(**changes) is None


def test_what_was_deleted_is_not_checked() -> None:
    assert read_delivery(b'{"post": {"current": {}, "previous": {"id": "1"}}}') is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"7", b"null", b'{"member": {}}', b"\xff", b"[" * 100_000),
        *(b'{"post": 7}', b'{"post": {}}', b'{"post": {"current": [1]}}'),
        delivery(id=None),
        delivery(id=["1"]),
        delivery(updated_at=7),
        delivery(html={"a": 1}),
        delivery(title=["a"]),
        delivery(primary_tag="Local"),
    ],
)
def test_what_is_no_delivery_is_told_apart(body: bytes) -> None:
    with pytest.raises(UnreadableError) as raised:
        read_delivery(body)
    assert str(raised.value) == ""
