"""Superdesk's plug-in, between a stand-in of Superdesk's interface and a real server."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labels import read_policy
from plugins.recipes.forewarn_client import Forewarn
from tests.plugins import servers
from tests.plugins.invented import CANARY, FINNISH
from tests.plugins.superdesk.desk import ITEM, InvalidError, Superdesk

Start = Callable[..., Superdesk]
CHECK = "minor_identification"
# A busy machine is no reason for an answer not to come.
PATIENT = {"connect": 60.0, "total": 60.0}


@pytest.fixture
def start(house: servers.House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a Superdesk, whose modules are gone when it is."""

    def loaded() -> list[str]:
        return [name for name in sys.modules if name.startswith(("superdesk", "plugins.superdesk"))]

    def start(url: str = house.url, key: str = house.key, **config: Any) -> Superdesk:
        return Superdesk(FOREWARN_URL=url, FOREWARN_KEY=key, **config)

    monkeypatch.syspath_prepend(Path(__file__).parent / "standin")
    monkeypatch.setattr(Forewarn.__init__, "__kwdefaults__", PATIENT)
    assert loaded() == []
    yield start
    for name in loaded():
        del sys.modules[name]


def test_the_ai_service_gives_content_warnings_as_subjects(start: Start) -> None:
    analysis = start().analyze(ITEM)
    first = analysis["subject"][0]
    assert first["qcode"].startswith("cwarn:")
    assert first["altids"]["cwarn"].startswith("http://cv.iptc.org/newscodes/contentwarning/")
    assert (first["scheme"], first["source"]) == ("content_warning", "forewarn")
    told = analysis["forewarn"]
    assert told["status"] == "Forewarn: flagged (minors 3, violence 3, trauma 3)"
    assert told["assessment"]["id"] == ITEM["guid"]
    blocks = {one["block"] for one in told["assessment"]["labels"]["minors"]["evidence"]}
    assert blocks <= {None, "abstract", "body_html"}
    assert {"artifact", "taxonomy", "code", "policy"} <= set(told["versions"])


def test_what_it_cannot_check_it_says(start: Start) -> None:
    with servers.refused() as url:
        analysis = start(url).analyze(ITEM)
    assert analysis["subject"] == []
    told = analysis["forewarn"]
    assert told["status"] == "Forewarn: not checked, because Forewarn cannot be reached"
    assert (told["assessment"], told["verdict"]) == (None, "not_checked")


def test_feedback_is_a_decision(start: Start) -> None:
    superdesk = start()
    found = superdesk.analyze(ITEM)["forewarn"]["assessment"]
    kept = {name: found[name] for name in ("content_hash", "versions")}
    given = {"action": "reject", "subject": "label", "subject_id": "violence", "editor": "u-3"}
    decision = {"article_id": ITEM["guid"], **kept, **given}
    told = superdesk.operate("feedback", {"decision": decision, "name": "sd-1"})
    assert told == {"stored": True, "reason": None, "again": False}


def test_feedback_that_is_not_stored_says_so(start: Start) -> None:
    with servers.refused() as url:
        told = start(url).operate("feedback", {"decision": {}, "name": "sd-2"})
    assert told == {"stored": False, "reason": "Forewarn cannot be reached", "again": True}


@pytest.mark.parametrize(
    ("operation", "data"),
    [("search", {"term": "x"}), ("delete", {}), ("feedback", {}), ("feedback", {"decision": "x"})],
)
def test_other_operations_are_refused(start: Start, operation: str, data: Any) -> None:
    superdesk = start()
    with pytest.raises(Exception, match="expected: ") as raised:
        superdesk.operate(operation, data)
    assert type(raised.value).__name__ == "SuperdeskApiError"


def test_what_is_published_says_what_was_found(start: Start) -> None:
    extra = start().publish(ITEM)["extra"]
    assert extra["city"] == "Eastmere"
    assert extra["forewarn"] == "Forewarn: flagged (minors 3, violence 3, trauma 3)"
    record = extra["forewarn_record"]
    assert record["verdict"] == "flagged"
    assert record["etag"]
    assert len(record["content_hash"]) == 64
    assert CANARY not in json.dumps(extra)


def test_named_checks_hold_an_item_until_they_are_ticked(start: Start) -> None:
    superdesk = start(FOREWARN_HOLD=[CHECK])
    with pytest.raises(InvalidError) as raised:
        superdesk.publish(ITEM)
    [told] = raised.value.args
    assert told.startswith("Could anybody work out who the child is?")
    assert told.endswith(f"Tick {CHECK} when you have looked.")
    tick = {"qcode": CHECK, "name": "Looked", "scheme": "forewarn_checks"}
    assert superdesk.publish({**ITEM, "subject": [*ITEM["subject"], tick]})["extra"]["forewarn"]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "published"},  # a kill or a correction
        {"state": "corrected"},
        {"auto_publish": True},
        {"type": "picture"},
        {"body_html": f"<p>{FINNISH}</p>", "abstract": "", "headline": "Lampi", "language": "fi"},
        {"body_html": "<p></p>", "abstract": None},
        {"body_html": {"no": "text"}, "abstract": 7, "anpa_category": None, "language": "?!"},
        {"subject": "no list"},
        {"anpa_category": ["no object"], "subject": 7},
        {"extra": ["no object"]},
    ],
)
def test_nothing_else_is_held(start: Start, changes: dict[str, Any]) -> None:
    odd = {"subject", "extra"} & set(changes)  # of these a check may be asked for all the same
    superdesk = start(FOREWARN_HOLD=[] if odd else [CHECK, "not_checked"])
    published = superdesk.publish({**ITEM, **changes})
    if changes == {"extra": ["no object"]}:
        assert published == {**ITEM, **changes}
        return
    told = published["extra"].get("forewarn", "")
    if "body_html" in changes:
        assert told.startswith("Forewarn: not checked, because Forewarn ")
    else:
        assert bool(told) == ("type" not in changes)


def test_whatever_forewarn_does_an_item_can_be_published(
    start: Start, starting: str, hurried: str, caplog: pytest.LogCaptureFixture
) -> None:
    long = {**ITEM, "body_html": ITEM["body_html"] * 60}
    with servers.refused() as refused, servers.saying(b"") as broken:
        for url, because in (
            (refused, "Forewarn cannot be reached"),
            (broken, "the connection to Forewarn broke"),
            (starting, "Forewarn answered 503: "),
            (hurried, "Forewarn answered 504: "),
        ):
            extra = start(url, key="", FOREWARN_HOLD=[CHECK]).publish(long)["extra"]
            assert extra["forewarn"].startswith(f"Forewarn: not checked, because {because}")
            assert extra["forewarn_record"]["verdict"] == "not_checked"
    assert "is not checked, because Forewarn answered 504" in caplog.text
    assert CANARY not in caplog.text


def test_a_key_that_is_none_stops_no_item_but_is_told(start: Start, house: servers.House) -> None:
    extra = start(key="fw_nobody", FOREWARN_HOLD=[CHECK]).publish(ITEM)["extra"]
    assert extra["forewarn"].startswith("Forewarn: not checked, because Forewarn answered 401: ")
    with pytest.raises(ValueError, match="FOREWARN_KEY"):
        start(key="two words")


def test_the_hooks_outlive_a_collection_and_a_second_start(start: Start) -> None:
    start()
    superdesk = start(FOREWARN_HOLD=[CHECK])
    gc.collect()
    with pytest.raises(InvalidError) as raised:
        superdesk.publish(ITEM)
    assert len(raised.value.args) == 1


def test_editors_can_tick_every_check_of_the_policy(repository: Path) -> None:
    file = repository / "plugins" / "superdesk" / "vocabulary.json"
    [vocabulary] = json.loads(file.read_text("utf-8"))
    assert vocabulary["_id"] == "forewarn_checks"
    policy = {rule.check for rule in read_policy().rules if rule.check}
    assert {one["qcode"] for one in vocabulary["items"]} == policy - {"push_text"}
