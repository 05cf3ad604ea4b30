"""`forewarn classify FILE…`: the answer of the API, for people or as JSON lines."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from classifier import ArticleError, SensitivityClassifier
from classifier.artifact import released_artifact
from serving.bodies.body import Block, Body, read_block
from serving.bodies.ninjs import NinjsError, is_ninjs
from serving.submission import Submission, from_ninjs

LONGEST_TITLE = 200  # characters of a first line that is taken for a title
FIELDS = ("title", "body", "body_format", "id", "section", "language")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="plain text (UTF-8), .html, a .json request {title, body} or ninjs document, or - for "
        "standard input; a first line of plain text that an empty line follows and no full stop "
        "ends is the title",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")


def run(arguments: argparse.Namespace) -> int:
    """0 if every file was checked, 1 if one was not."""
    classifier = SensitivityClassifier.load(arguments.artifact or released_artifact())
    status = 0
    for submission in read_submissions(arguments.files):
        if isinstance(submission, ArticleError):
            print(f"forewarn classify: {submission}", file=sys.stderr)
            status = 1
            continue
        assessment = classifier.assess([submission.article])[0]
        status = max(status, int(assessment.verdict == "not_checked"))
        if arguments.json:
            print(json.dumps(submission.answer(assessment, "codepoint")), flush=True)
        else:
            from forewarn.summary import print_summary

            print_summary(assessment, classifier.taxonomy)
    return status


def read_submissions(files: list[str]) -> Iterator[Submission | ArticleError]:
    """The article in each file, or why there is none; a bad file does not spoil the rest."""
    for name in files:
        try:
            yield read_submission(name)
        except ArticleError as error:
            yield error


def read_submission(name: str) -> Submission:
    """One article; its id is the file's name unless the file says otherwise."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ArticleError(f"{name} cannot be read: {error.strerror}. Check the path.") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"{name} is not UTF-8: expected UTF-8, got another encoding at byte {error.start}. "
            "Convert it, for example with iconv."
        ) from error
    if name.endswith(".json"):
        return _from_json(name, text)
    if name.endswith((".html", ".htm")):
        return Submission(Body([Block(text, "html")]), id=name)
    title, body = split_title(text)
    return Submission(Body([Block(body, "text")]), title, name)


def split_title(text: str) -> tuple[str, str]:
    """A first line that looks like a headline, and the rest; no title where there is none."""
    first, _, rest = text.partition("\n")
    title = first.strip()
    is_title = (
        title
        and len(title) <= LONGEST_TITLE
        and not title.endswith((".", "!”", ".”", '."'))
        and rest.startswith(("\n", "\r\n"))
        and rest.strip()
    )
    return (title, rest.lstrip("\r\n")) if is_title else ("", text)


def _from_json(name: str, text: str) -> Submission:
    wanted = "expected an object with 'body' and, if you like, " + ", ".join(
        FIELDS[:1] + FIELDS[2:]
    )
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"{name} is not JSON: {wanted}. Mend it.") from error
    if isinstance(request, dict) and is_ninjs(request):
        return _from_ninjs(name, request)
    if not isinstance(request, dict) or not isinstance(request.get("body"), str):
        raise ArticleError(f"{name} is no request: {wanted}. Mend it.")
    strange = set(request) - set(FIELDS)
    if strange or not all(isinstance(v, str | None) for v in request.values()):
        raise ArticleError(f"{name} has unknown fields or values that are no text: {wanted}.")
    given = {key: value for key, value in request.items() if value is not None}
    body = Body([read_block(given.pop("body"), given.pop("body_format", "auto"))])
    return Submission(**{"id": name} | given | {"body": body})


def _from_ninjs(name: str, document: dict[str, Any]) -> Submission:
    try:
        found = from_ninjs(document)
    except NinjsError as error:
        raise ArticleError(f"{name}: {error}") from error
    return found if found.id else replace(found, id=name)
