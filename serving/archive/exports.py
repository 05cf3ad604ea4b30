"""The table of a run for other programs: as CSV, and for a content management system."""

import csv
import json
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from serving.archive.cells import text_cell
from serving.archive.output import Folder
from serving.archive.parts import labels_of, result_parts

CSV_NAME, CMS_NAME = "table.csv", "cms.jsonl"
_BETWEEN = "; "


def write_csv(folder: Folder, out: TextIO) -> int:
    """Write a row for each article, and return how many. Raises ServingError.

    What is nested becomes one cell: `killing 0.93; assault 0.71`. Open `out` with newline="".
    """
    writer, rows = csv.writer(out), 0
    for number, table in enumerate(result_parts(folder)):
        labels = labels_of(table)
        if number == 0:
            writer.writerow(_headings(table.schema.names, labels))
        for row in table.to_pylist():
            writer.writerow(_cells(row, labels))
        rows += table.num_rows
    return rows


def write_cms(folder: Folder, out: TextIO) -> int:
    """Write a JSON line for each flagged article, and return how many. Raises ServingError.

    It has the article's id and url, and what the policy proposes: notes, checks and actions.
    """
    written = 0
    for table in result_parts(folder, without=["passages"]):
        for row in table.filter(table["verdict"].to_numpy() == "flagged").to_pylist():
            said = {name: row[name] or [] for name in ("notes", "checks", "actions")}
            line = {"id": row["id"], "url": row["url"], **said}
            out.write(json.dumps(line) + "\n")
            written += 1
    return written


def _headings(names: Sequence[str], labels: Sequence[str]) -> list[str]:
    lists = {f"{label}_probabilities": label for label in labels}
    headings: list[str] = []
    for name in names:
        if name in lists:
            headings += [f"{lists[name]}_probability_{severity}" for severity in (1, 2, 3)]
        else:
            headings.append(name)
    return headings


def _cells(row: dict[str, Any], labels: Sequence[str]) -> Iterator[Any]:
    lists = {f"{label}_probabilities" for label in labels}
    for name, value in row.items():
        if name in lists:
            yield from (f"{one:.4f}" for one in value) if value else ("", "", "")
        elif isinstance(value, list):
            yield text_cell(_BETWEEN.join(_said(name, one) for one in value))
        elif isinstance(value, str):
            yield text_cell(value)
        else:
            yield value


def _said(name: str, one: Any) -> str:
    """An entry of a list in words."""
    if name in ("sub_labels", "details"):
        return f"{one['id']} {one['probability']:.2f}"
    if name in ("notes", "checks"):
        return str(one["text"])
    if name == "passages":
        place = f"{one['label']} in {one['field']} {one['start']}-{one['end']}, {one['score']:.2f}"
        return f"{place}: {one['quote']}" if one["quote"] else place
    return str(one)
