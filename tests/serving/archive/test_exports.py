import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archive.cells import text_cell
from serving.archive.exports import write_cms, write_csv
from serving.archive.output import Folder
from tests.serving.archive.tables import LABELS, invented_rows, not_checked, row, write_run

NOTE = [{"id": "violence", "text": "This describes violence; and grief.", "rules": ["a"]}]
CHECK = [{"id": "names", "text": "“Names”, please\nlook.", "rules": ["b"]}]


def run_of(rows: list[dict[str, Any]], shard: int = 2) -> Folder:
    return write_run(f"memory://{uuid4()}", rows, shard=shard)


def table_of(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    out = io.StringIO(newline="")
    assert write_csv(run_of(rows), out) == len(rows)
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))


def lines_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = io.StringIO()
    written = write_cms(run_of(rows), out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert written == len(lines)
    return lines


def test_nested_columns_become_words() -> None:
    passage = {"label": "violence", "field": "body", "start": 4, "end": 90, "score": 0.987}
    here = [{"id": "killing", "probability": 0.934}, {"id": "assault", "probability": 0.5}]
    rows = [
        row(
            0, (0, 3, 0), sub_labels=here, notes=NOTE, checks=CHECK, actions=["ads_off", "no_push"]
        ),
        row(1, (0, 2, 0), passages=[passage, passage | {"quote": "An invented sentence."}]),
        not_checked(2),
    ]
    first, second, third = table_of(rows)
    assert first["sub_labels"] == "killing 0.93; assault 0.50"
    assert first["notes"] == NOTE[0]["text"]
    assert first["checks"] == CHECK[0]["text"]
    assert first["actions"] == "ads_off; no_push"
    assert [first[f"violence_probability_{n}"] for n in (1, 2, 3)] == ["0.9000"] * 3
    assert (first["violence_severity"], first["violence_flagged"]) == ("3", "True")
    place = "violence in body 4-90, 0.99"
    assert second["passages"] == f"{place}; {place}: An invented sentence."
    assert (third["verdict"], third["reason"]) == ("not_checked", "language")
    assert {third[f"{label}_severity"] for label in LABELS} == {""}


def test_all_rows_are_written_under_one_heading() -> None:
    rows = invented_rows(60)
    table = table_of(rows)
    assert [one["id"] for one in table] == [one["id"] for one in rows]
    assert len(set(table[0])) == len(table[0])


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_runs_nothing(formula: str) -> None:
    (line,) = table_of([row(0, id=formula, section=formula, url=formula)])
    assert {line[name] for name in ("id", "section", "url")} == {f"'{formula}"}


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = text_cell(text)
    assert cell.endswith(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_content_system_gets_what_was_flagged() -> None:
    rows = [
        row(0, (0, 2, 0), notes=NOTE, checks=CHECK, actions=["ads_off"]),
        row(1, (0, 1, 0), checks=CHECK),
        not_checked(2),
        row(3, (2, 0, 0), id=None, notes=None),
    ]
    first, second = lines_of(rows)
    assert first == {
        "id": "article-0",
        "url": "https://news.example/0",
        "notes": NOTE,
        "checks": CHECK,
        "actions": ["ads_off"],
    }
    assert (second["id"], second["url"], second["notes"]) == (None, "https://news.example/3", [])


def test_line_separators_in_text_stay_in_their_line() -> None:
    (line,) = lines_of([row(0, (2, 0, 0), id="a\u2028b\x85c\nd")])
    assert line["id"] == "a\u2028b\x85c\nd"
