"""`forewarn classify`: files in, the classifier's own answer out."""

import json
import re
import sys
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from classifier import Article, SensitivityClassifier
from forewarn.classify import LONGEST_TITLE, split_title
from serving.bodies.body import Block, Body
from serving.submission import Submission
from tests.forewarn.articles import BODY, FINNISH, TITLE, write
from tests.forewarn.conftest import Command


def answers(artifact: Path, articles: Sequence[Article]) -> list[object]:
    """What the classifier says, as JSON would have it."""
    found = SensitivityClassifier.load(artifact).assess(articles)
    sent = [Submission(Body([Block(a.body, "text")]), a.title, a.id) for a in articles]
    pairs = zip(sent, found, strict=True)
    return [json.loads(json.dumps(one.answer(other, "codepoint"))) for one, other in pairs]


def lines(out: str) -> list[object]:
    return [json.loads(line) for line in out.splitlines()]


def test_json_is_the_classifiers_answer_a_line_for_each_file(
    classify: Command, artifact: Path, tmp_path: Path
) -> None:
    titled = write(tmp_path / "titled.txt", f"\ufeff{TITLE}\r\n\r\n{BODY}")
    plain = write(tmp_path / "plain.txt", BODY)
    finnish = write(tmp_path / "finnish.txt", FINNISH)
    status, out, err = classify("--json", titled, plain, finnish)
    assert lines(out) == answers(
        artifact,
        [
            Article(BODY, TITLE, str(titled)),
            Article(BODY, "", str(plain)),
            Article(FINNISH, id=str(finnish)),
        ],
    )
    assert (status, err) == (1, "")


def test_a_request_is_read_as_the_api_reads_it(
    classify: Command, artifact: Path, tmp_path: Path
) -> None:
    whole = {"title": TITLE, "body": BODY, "id": "7", "section": "local", "language": "en-GB"}
    least = {"body": f"{TITLE}\n\n{BODY}", "title": None, "id": None}
    files = [write(tmp_path / f"{n}.json", json.dumps(r)) for n, r in enumerate((whole, least))]
    status, out, err = classify("--json", *files)
    # A body is a body: no title is looked for in it.
    expected = [Article(**whole), Article(least["body"] or "", id=str(files[1]))]
    assert lines(out) == answers(artifact, expected)
    assert (status, err) == (0, "")


def test_standard_input_is_read_where_it_is_asked_for(
    classify: Command, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "article.txt", BODY)
    given = BytesIO(f"{TITLE}\n\n{BODY}".encode())
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(given, encoding="ascii"))
    status, out, _ = classify("--json", file, "-")
    assert lines(out) == answers(artifact, [Article(BODY, id=str(file)), Article(BODY, TITLE, "-")])
    assert status == 0


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        "Who paid for the pool?",
        "'We were told nothing', says mother of the boy",
        "x" * LONGEST_TITLE,
        "MPs",
    ],
)
def test_a_first_line_like_a_headline_is_the_title(title: str) -> None:
    assert split_title(f"{title}\n\n{BODY}") == (title, BODY)
    assert split_title(f"  {title} \r\n\r\n\r\n{BODY}") == (title, BODY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TITLE,
        f"{TITLE}\n",
        f"{TITLE}\n\n  \n",
        f"{TITLE}\n{BODY}",
        f"She was found.\n\n{BODY}",
        f"He said: \u201cShe was found.\u201d\n\n{BODY}",
        f'He said: "She was found."\n\n{BODY}',
        f"{'x' * (LONGEST_TITLE + 1)}\n\n{BODY}",
        f"\n\n{TITLE}",
    ],
)
def test_any_other_first_line_belongs_to_the_body(text: str) -> None:
    assert split_title(text) == ("", text)


BAD_FILES = {
    "missing.txt": None,
    "latin.txt": b"The caf\xe9 canary was closed.",
    "utf16.txt": "The canary was found.".encode("utf-16"),
    "broken.json": b'{"body": "canary',
    "empty.json": b"",
    "text.json": b'"canary"',
    "list.json": b'[{"body": "canary"}]',
    "bodiless.json": b'{"title": "canary"}',
    "number.json": b'{"body": 7, "title": "canary"}',
    "unknown.json": b'{"body": "canary", "canary": "x"}',
    "wrong.json": b'{"body": "canary", "id": ["x"]}',
}


@pytest.mark.parametrize(("name", "content"), BAD_FILES.items(), ids=BAD_FILES)
def test_a_bad_file_is_told_in_a_sentence_and_the_others_are_answered(
    classify: Command, tmp_path: Path, name: str, content: bytes | None
) -> None:
    good = write(tmp_path / "good.txt", BODY)
    bad = tmp_path / name
    if content is not None:
        bad.write_bytes(content)
    status, out, err = classify("--json", good, bad, good)
    assert status == 1
    assert len(lines(out)) == 2
    assert re.fullmatch(rf"forewarn classify: {re.escape(str(bad))} .*\.\n", err)
    assert "canary" not in err


def test_a_folder_is_no_file(classify: Command, tmp_path: Path) -> None:
    status, out, err = classify(tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith(f"forewarn classify: {tmp_path} cannot be read: ")


def test_a_request_nested_without_end_does_not_spoil_the_rest(
    classify: Command, tmp_path: Path
) -> None:
    deep = write(tmp_path / "deep.json", "[" * 200_000)
    status, out, err = classify("--json", deep, write(tmp_path / "good.txt", BODY))
    assert (status, len(lines(out))) == (1, 1)
    assert err.startswith(f"forewarn classify: {deep} ")


@pytest.mark.parametrize("folder", ["nowhere", ""])
def test_without_an_artifact_nothing_is_answered(
    command: Command, tmp_path: Path, folder: str
) -> None:
    file = write(tmp_path / "a.txt", BODY)
    status, out, err = command("classify", "--artifact", tmp_path / folder, file)
    assert (status, out) == (2, "")
    assert err.startswith(f"forewarn classify: No artifact at {tmp_path / folder}: ")
    assert "make train" in err
