"""The queue: what gets in, how it is narrowed down, and that no decision is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from serving.store.queue_items import Filters, NewItem
from serving.store.store import Store
from tests.serving.desk.conftest import ARTICLE, Browser, visit
from tests.serving.desk.test_people import make_key, sign_in

HOSTILE = "<script>alert(1)</script>"
VERSIONS = {"artifact": "a", "taxonomy": "1.0", "code": "0", "policy": "p"}


def new_item(name: str, severity: int = 2, probability: float = 0.9, **more: Any) -> NewItem:
    """An item whose label violence has this severity."""
    record: dict[str, Any] = {
        "verdict": "flagged" if severity >= 2 else "clear",
        "reason": None,
        "labels": {
            "violence": {"severity": severity, "probabilities": [probability] * 3},
            "minors": {"severity": 0, "probabilities": [0.1, 0.1, 0.1]},
        },
        **{key: {} for key in ("sub_labels", "details", "texts")},
        **{key: [] for key in ("marks", "checks", "actions", "help_lines")},
        **dict.fromkeys(("treatment", "language", "note", "identification")),
        "versions": VERSIONS,
    }
    values: dict[str, Any] = {"source": "api", "origin": "k", "content_hash": name}
    values |= {"unsure": False} | more
    return NewItem(name=name, record=record, **values)


@pytest.fixture
def store(desk_app: FastAPI, api: TestClient) -> Store:
    found: Store = desk_app.state.store
    return found


def decisions(store: Store) -> list[tuple[str, str, str, int | None]]:
    items = store.decisions.page().items
    return [(one.action, one.subject, one.subject_id, one.undoes) for one in items]


def test_an_article_is_queued_only_where_that_is_asked_for(
    api: TestClient, queue: Callable[..., int], store: Store
) -> None:
    assert api.post("/v1/classify", json=ARTICLE).json()["queued"] is None
    assert store.queue.count(Filters()) == 0
    number = queue(id="story-1", section="local")
    item = store.queue.get(number)
    assert (item.article_id, item.section, item.source) == ("story-1", "local", "api")
    assert item.severities == {"minors": 3, "violence": 3, "trauma": 3}
    assert queue(id="story-1", section="local") == number  # the same again
    assert queue(id="story-1", body="The boy was killed.") == number  # another text
    assert store.queue.get(number).version == 2
    assert [one.action for one in store.queue.history(number)] == ["queued", "queued again"]


def test_a_batch_is_queued_too(api: TestClient, store: Store) -> None:
    batch = {"articles": [ARTICLE | {"id": "a", "queue": True}, ARTICLE | {"id": "b"}]}
    results = api.post("/v1/classify/batch", json=batch).json()["results"]
    assert [one["assessment"]["queued"] for one in results] == [1, None]


def test_what_was_not_checked_waits_too(queue: Callable[..., int], local: Browser) -> None:
    german = "Der Stadtrat hat am Montag über den neuen Garten der Schule beraten und entschieden."
    page = local.get(f"/desk/queue/{queue(title='', body=german * 3)}")
    assert "Not checked" in page
    local.post(
        "/desk/queue/1/decide",
        version=local.version,
        how="save",
        severity_minors="0",
        severity_violence="2",
        severity_trauma="0",
    )
    assert "violence 2" in local.page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "grave two audit"),
        ("?severity=3", "grave"),
        ("?label=violence&severity=2", "grave two"),
        ("?label=minors", ""),
        ("?source=archive", "two"),
        ("?unsure=on", "two"),
        ("?sample=on", "audit"),
        ("?age=older", ""),
        ("?age=day", "grave two audit"),
        ("?state=decided", ""),
        ("?state=mine", "grave"),
        ("?label=%3Cscript%3E&severity=9", "grave two audit"),
    ],
)
def test_filters(query: str, names: str, store: Store, local: Browser) -> None:
    numbers = store.queue.put(
        [
            new_item("two", unsure=True, source="archive"),
            new_item("audit", severity=0, probability=0.1, drawing=0.5),
            new_item("grave", severity=3),
        ]
    )
    local.get("/desk/queue")
    local.post(f"/desk/queue/{numbers[2]}/take")
    page = local.get(f"/desk/queue{query}")
    found = re.findall(r'<a href="/desk/queue/\d+[^"]*"[^>]*>(\w+)</a>', page)
    assert found == names.split()


def test_pages_lead_through_all_of_it_and_back(store: Store, local: Browser) -> None:
    store.queue.put(new_item(f"n{number}", severity=2 + number % 2) for number in range(120))
    page, seen = local.get("/desk/queue"), list[str]()
    while True:
        seen += re.findall(r">(n\d+)</a>", page)
        after = re.search(r'rel="next"[^>]*href="([^"]*)"', page)
        if not after:
            break
        page = local.get(after[1].replace("&amp;", "&"))
    assert len(seen) == len(set(seen)) == 120
    before = re.search(r'rel="prev"[^>]*href="([^"]*)"', page)
    assert before
    assert re.findall(r">(n\d+)</a>", local.get(before[1])) == seen[50:100]


def test_neighbours_follow_the_order(store: Store, local: Browser) -> None:
    [two, grave, other] = store.queue.put(
        [new_item("two"), new_item("grave", severity=3), new_item("other")]
    )
    page = local.get(f"/desk/queue/{two}")
    assert f'rel="prev" data-key="p" href="/desk/queue/{grave}"' in page
    assert f'rel="next" data-key="n" href="/desk/queue/{other}"' in page


def test_a_decision_is_stored_where_those_of_plugins_are(
    queue: Callable[..., int], local: Browser, store: Store
) -> None:
    number = queue(id="story-1")
    local.get(f"/desk/queue/{number}")
    page = local.post(
        f"/desk/queue/{number}/decide",
        version=local.version,
        how="save",
        severity_minors="3",
        severity_violence="2",
        severity_trauma="0",
        reason="Only in passing",
    )
    assert "Decided" in page
    labels = [one for one in store.decisions.page().items if one.subject == "label"]
    assert [(one.subject_id, one.action, one.severity_after) for one in labels] == [
        ("minors", "accept", 3),
        ("violence", "edit", 2),
        ("trauma", "reject", 0),
    ]
    assert {one.reason for one in labels} == {"Only in passing"}
    assert {one.article_id for one in labels} == {"story-1"}
    assert {one.editor for one in labels} == {"local"}
    assert store.queue.count(Filters()) == 0


def test_the_second_editor_is_told_and_nothing_is_lost(
    queue: Callable[..., int], desk_app: FastAPI, api: TestClient, store: Store
) -> None:
    number = queue()
    first, second = visit(api), visit(api)
    sign_in(first, make_key(desk_app, "editor", name="Ana Lind"))
    sign_in(second, make_key(desk_app, "editor", name="Ben Ode"))
    first.get(f"/desk/queue/{number}")
    second.get(f"/desk/queue/{number}")
    first.post(f"/desk/queue/{number}/decide", version=first.version, how="accept")
    stored = decisions(store)
    page = second.post(f"/desk/queue/{number}/decide", 409, version=second.version, how="reject")
    assert "Ana Lind: decided" in page
    assert "violence 3" in page
    assert decisions(store) == stored


def test_what_somebody_has_taken_is_theirs_for_a_while(
    queue: Callable[..., int], desk_app: FastAPI, api: TestClient
) -> None:
    number = queue()
    first, second, admin = visit(api), visit(api), visit(api)
    sign_in(first, make_key(desk_app, "editor", name="Ana Lind"))
    sign_in(second, make_key(desk_app, "editor", name="Ben Ode"))
    sign_in(admin, make_key(desk_app, "admin", name="Cy Rask"))
    first.get(f"/desk/queue/{number}")
    first.post(f"/desk/queue/{number}/take")
    page = second.get(f"/desk/queue/{number}")
    assert "Ana Lind has it until" in page
    version = second.version
    assert "Ana Lind has this article" in second.post(f"/desk/queue/{number}/take", 409)
    second.get(f"/desk/queue/{number}")
    second.post(f"/desk/queue/{number}/decide", 409, version=version, how="accept")
    admin.get(f"/desk/queue/{number}")
    admin.post(f"/desk/queue/{number}/take")
    assert "Yours until" in admin.page


def test_a_taken_article_is_free_again_in_time(store: Store, local: Browser) -> None:
    [number] = store.queue.put([new_item("a")])
    local.get("/desk/queue")
    local.post(f"/desk/queue/{number}/take")
    item, now = store.queue.get(number), datetime.now(UTC)
    assert item.holder(now) == "local"
    assert item.holder(now + timedelta(minutes=31)) is None


def test_undo_takes_everything_back(
    queue: Callable[..., int], local: Browser, store: Store
) -> None:
    number = queue()
    local.get(f"/desk/queue/{number}")
    local.post(f"/desk/queue/{number}/decide", version=local.version, how="reject")
    before = decisions(store)
    page = local.post(f"/desk/queue/{number}/undo", version=local.version)
    assert "it waits again" in page
    after = decisions(store)[len(before) :]
    assert [one[:3] for one in after] == [one[:3] for one in before]
    assert [one[3] for one in after] == list(range(1, len(before) + 1))
    assert store.queue.get(number).decided == {}
    local.post(f"/desk/queue/{number}/undo", 409, version=local.version)
    assert "There is no decision to take back" in local.page


def test_a_label_is_added_with_its_passage(
    queue: Callable[..., int], local: Browser, store: Store
) -> None:
    number = queue(body="The boy was killed.")
    local.get(f"/desk/queue/{number}")
    label, passage = "suicide_self_harm", "body:4:7"
    page = local.post(
        f"/desk/queue/{number}/add", version=local.version, label=label, passage=passage
    )
    assert "Added by editors" in page
    [decision] = store.decisions.page().items
    assert (decision.action, decision.subject_id, decision.text) == (
        "add",
        "suicide_self_harm",
        "boy",
    )
    local.post(f"/desk/queue/{number}/add", 422, version=local.version, label="nonsense")


def test_checking_again_tells_what_changed(queue: Callable[..., int], local: Browser) -> None:
    number = queue()
    local.get(f"/desk/queue/{number}")
    page = local.post(
        f"/desk/queue/{number}/check-again",
        version=local.version,
        body="The council met in the garden of the school. A law was old.",
    )
    assert "The text is another." in page
    assert "checked again" in page
    page = local.post(f"/desk/queue/{number}/check-again", version=local.version)
    assert "Nothing found is different" in page


def test_hostile_fields_are_text_everywhere(queue: Callable[..., int], local: Browser) -> None:
    number = queue(
        id=f"{HOSTILE}id",
        title=f"{HOSTILE}title",
        section=f"{HOSTILE}section",
        body=f"{HOSTILE} The boy was killed.",
        body_format="text",
        headline=f"{HOSTILE}headline",
    )
    local.get(f"/desk/queue/{number}")
    local.post(
        f"/desk/queue/{number}/decide",
        version=local.version,
        how="save",
        note=f"{HOSTILE}note",
        own_reason=f"{HOSTILE}reason",
        severity_minors="3",
        severity_violence="3",
        severity_trauma="3",
        view=f"?label={HOSTILE}",
        reason=HOSTILE,
    )
    assert escape(f"{HOSTILE}reason") in local.page
    for path in ("/desk/queue?state=decided", f"/desk/queue/{number}", "/desk/figures"):
        page = local.get(path)
        assert HOSTILE not in page
    assert escape(f"{HOSTILE}section") in page


def test_hard_articles_are_counted_once_a_day(queue: Callable[..., int], local: Browser) -> None:
    numbers = [queue(id=str(number)) for number in range(5)]
    for number in (*numbers[:4], numbers[0]):
        page = local.get(f"/desk/queue/{number}")
    assert "4 of severity 3 opened today" in page
    assert "A pause is work, too" in local.get(f"/desk/queue/{numbers[4]}")


def test_an_article_that_is_not_there_is_told(local: Browser) -> None:
    assert "no article of this number" in local.get("/desk/queue/77", 409)


def test_a_deleted_article_leaves_the_queue_with_its_history(store: Store) -> None:
    gone, kept = store.queue.put([new_item("gone"), new_item("kept", drawing=0.1)])
    assert store.queue.drawings() == {"kept": 0.1}
    store.decisions.forget(["gone"], "person:test")
    assert store.queue.get(kept).content_hash == "kept"
    assert store.queue.count(Filters()) == 1
    assert store.queue.history(gone) == []
    *_, last = store.audit.page().items
    assert last.old == {"decisions": 0, "queued": 1}
