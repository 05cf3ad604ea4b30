"""The caller in Python, at a real server and at others."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from plugins.recipes.forewarn_client import Answer, Forewarn, decision_on
from tests.plugins import servers
from tests.plugins.invented import ARTICLE, BODY, CANARY, FINNISH, HTML

TIME = 60.0  # a busy machine is no reason for an answer not to come


@pytest.fixture
def forewarn(house: servers.House) -> Forewarn:
    return Forewarn(house.url, house.key, total=TIME)


def decisions(house: servers.House) -> list[dict[str, Any]]:
    asked = urllib.request.Request(
        f"{house.url}/v1/decisions", headers={"Authorization": f"Bearer {house.reading}"}
    )
    with urllib.request.urlopen(asked, timeout=TIME) as answer:
        found: list[dict[str, Any]] = json.load(answer)["decisions"]
    return found


def test_an_article_is_checked(forewarn: Forewarn) -> None:
    answer = forewarn.classify(ARTICLE)
    assert answer.verdict == "flagged"
    assert answer.reason is None
    assert answer.assessment is not None
    assert answer.assessment["id"] == "story-815"
    [best, *_] = answer.assessment["labels"]["minors"]["evidence"]
    assert BODY[best["start"] : best["end"]] == best["quote"] or best["field"] == "title"


def test_a_save_that_changes_nothing_costs_nothing(forewarn: Forewarn) -> None:
    first = forewarn.classify(ARTICLE, iptc="true")
    assert first.etag
    assert first.assessment is not None
    assert first.assessment["subjects"]
    assert forewarn.classify(ARTICLE, first, iptc="true") is first
    changed = forewarn.classify({**ARTICLE, "body": "The council met."}, first, iptc="true")
    assert changed is not first
    assert changed.etag != first.etag


def test_offsets_count_as_asked_for(forewarn: Forewarn) -> None:
    article = {"body": HTML, "body_format": "html"}
    answer = forewarn.classify(article, offset_unit="utf16")
    assert answer.assessment is not None
    for found in answer.assessment["labels"]["trauma"]["evidence"]:
        source = HTML.encode("utf-16-le")[2 * found["start"] : 2 * found["end"]]
        assert source.decode("utf-16-le")[:3] == found["quote"][:3]


def test_another_language_is_not_checked(forewarn: Forewarn) -> None:
    answer = forewarn.classify({"body": FINNISH})
    assert answer.verdict == "not_checked"
    assert answer.reason
    assert answer.reason.startswith("Forewarn says: ")
    assert answer.again is False


def test_a_decision_is_stored_once(forewarn: Forewarn, house: servers.House) -> None:
    answer = forewarn.classify({**ARTICLE, "id": "decided"})
    decision = decision_on(
        answer, action="accept", subject="label", subject_id="minors", editor="u-7"
    )
    assert forewarn.decide(decision, "save-1").stored
    assert forewarn.decide(decision, "save-1").stored
    [kept] = [one for one in decisions(house) if one["article_id"] == "decided"]
    assert kept["content_hash"] == (answer.assessment or {})["content_hash"]
    other = forewarn.decide({**decision, "action": "reject"}, "save-1")
    assert (other.stored, other.again) == (False, False)
    assert other.reason
    assert other.reason.startswith("Forewarn answered 409: ")


def test_who_was_not_answered_cannot_decide() -> None:
    with pytest.raises(ValueError, match="Ask again first"):
        decision_on(Answer(None, "Forewarn cannot be reached"), action="accept")


@pytest.mark.parametrize("key", ["", "fw_nobody"])
def test_without_its_key_nothing_is_checked(house: servers.House, key: str) -> None:
    answer = Forewarn(house.url, key, total=TIME).classify(ARTICLE)
    assert answer.verdict == "not_checked"
    assert answer.reason
    assert answer.reason.startswith("Forewarn answered 401: ")
    assert answer.again
    assert CANARY not in repr(answer)


def test_a_key_for_other_things_is_told(house: servers.House) -> None:
    answer = Forewarn(house.url, house.deciding, total=TIME).classify(ARTICLE)
    assert answer.reason
    assert "403" in answer.reason
    assert "scope classify" in answer.reason


@pytest.mark.parametrize(
    "article", [{"body": "  "}, {"boddy": CANARY}, {"body": "half \ud83d a pair"}]
)
def test_what_is_refused_says_where_and_is_final(
    forewarn: Forewarn, article: dict[str, Any]
) -> None:
    answer = forewarn.classify(article)
    assert answer.verdict == "not_checked"
    assert answer.again is False
    assert answer.reason
    assert answer.reason.startswith("Forewarn answered 422: ")
    assert "#" in answer.reason
    assert CANARY not in answer.reason


def test_a_server_that_starts_says_when_to_come_back(starting: str) -> None:
    answer = Forewarn(starting, total=TIME).classify(ARTICLE)
    assert (answer.verdict, answer.again, answer.after) == ("not_checked", True, 1)
    assert answer.reason
    assert answer.reason.startswith("Forewarn answered 503: The server is starting")


def test_a_server_without_time_is_told(hurried: str) -> None:
    answer = Forewarn(hurried, total=TIME).classify({**ARTICLE, "body": BODY * 40})
    assert (answer.verdict, answer.again) == ("not_checked", True)
    assert answer.reason
    assert answer.reason.startswith("Forewarn answered 504: ")


def test_nobody_is_waited_for_who_says_nothing() -> None:
    with servers.silent() as url:
        answer = Forewarn(url, "k", total=0.3).classify(ARTICLE)
    assert answer == Answer(None, "no answer came from Forewarn within 0.3 s", again=True)


def test_nor_who_says_a_byte_at_a_time() -> None:
    with servers.saying(*servers.drops({"verdict": "clear"}), pause=0.1) as url:
        answer = Forewarn(url, total=0.5).classify(ARTICLE)
    assert answer.reason == "no answer came from Forewarn within 0.5 s"


def test_nor_a_body_that_ends_with_its_connection_and_its_time() -> None:
    head = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
    with servers.saying(head + b'{"verdict": "clear"}', b" ", b" ", pause=1.0) as url:
        answer = Forewarn(url, total=0.4).classify(ARTICLE)
    assert answer.verdict == "not_checked"
    assert answer.reason == "no answer came from Forewarn within 0.4 s"


def test_where_nobody_listens_nothing_is_checked() -> None:
    with servers.refused() as url:
        forewarn = Forewarn(url, "k", total=TIME)
        assert forewarn.classify(ARTICLE).reason == "Forewarn cannot be reached"
        decided = forewarn.decide({}, "1")
    assert (decided.stored, decided.again) == (False, True)
    assert decided.reason == "Forewarn cannot be reached"


@pytest.mark.parametrize(
    "said",
    [
        servers.http(200, b"<h1>Sign in to the hotel's network</h1>", "text/html"),
        servers.http(200, b'{"verdict": "fine"}'),
        servers.http(200, b"[]"),
        servers.http(200, b"[" * 100_000),
        servers.http(502, b"Bad Gateway " + CANARY.encode(), "text/html"),
        servers.http(500, b"[1]", "application/problem+json"),
        servers.moved("http://127.0.0.1:1"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{",
        f"{CANARY} HTTP\r\n\r\n".encode(),
        b"",
    ],
)
def test_what_is_no_answer_is_none(said: bytes) -> None:
    with servers.saying(said) as url:
        answer = Forewarn(url, total=TIME).classify(ARTICLE)
    assert (answer.verdict, answer.assessment, answer.again) == ("not_checked", None, True)
    assert answer.reason
    assert CANARY not in answer.reason


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://127.0.0.1", "k"),
        ("127.0.0.1:8000", "k"),
        ("http://secret@127.0.0.1", "k"),
        ("http://127.0.0.1", "secret\nX: y"),
    ],
)
def test_a_wrong_setting_is_told_but_not_repeated(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"FOREWARN_(URL|KEY): expected") as raised:
        Forewarn(url, key)
    assert "secret" not in str(raised.value)


def test_the_file_alone_is_enough(house: servers.House, repository: Path, tmp_path: Path) -> None:
    """As a newsroom uses it: copied, with the key in the environment."""
    recipe = repository / "plugins" / "recipes" / "forewarn_client.py"
    (tmp_path / recipe.name).write_bytes(recipe.read_bytes())
    program = (
        "import sys, json; from forewarn_client import Forewarn;"
        f"answer = Forewarn.from_environment(total={TIME}).classify(json.load(sys.stdin));"
        "print(answer.verdict, answer)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.append({str(tmp_path)!r}); {program}"],
        input=json.dumps(ARTICLE),
        env=os.environ | {"FOREWARN_URL": house.url, "FOREWARN_KEY": f"{house.key}\n"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("flagged ")
    assert CANARY not in done.stdout + done.stderr
    assert house.key not in done.stdout + done.stderr
