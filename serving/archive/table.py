"""The columns of what goes to a scorer and of what a run leaves."""

from collections.abc import Sequence

import pyarrow as pa

from serving.errors import ServingError

ARTICLES = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("date", pa.string()),
        ("section", pa.string()),
        ("language", pa.string()),
        ("title", pa.string()),
        ("body", pa.string()),
        ("format", pa.string()),  # of the body: text or html
        ("source", pa.string()),  # file
        ("position", pa.string()),  # in the file
    ]
)
"""What a scorer knows of each article; only `body` must be there."""

KEPT = ("id", "url", "date", "section", "source", "position")
"""Columns that go from an article to its row as they are."""

ERRORS = pa.schema(
    [
        ("source", pa.string()),
        ("position", pa.string()),
        ("stage", pa.string()),  # read or score
        ("reason", pa.string()),
    ]
)
"""What could not be read or scored, and why. Never any text."""

PASSAGE = pa.struct(
    [
        ("label", pa.string()),
        ("field", pa.string()),  # title or body
        ("start", pa.int32()),  # code points of the field as the archive keeps it
        ("end", pa.int32()),
        ("score", pa.float32()),
        ("quote", pa.string()),  # null unless quotes were asked for
    ]
)
_PROPOSAL = [("id", pa.string()), ("text", pa.string()), ("rules", pa.list_(pa.string()))]


def as_articles(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns of `ARTICLES` from a batch that may lack some of them, or have more.

    What is lacking is null. Raises ServingError where there is no `body`, or no text in a column.
    """
    if "body" not in batch.schema.names:
        raise ServingError(
            f"A table of articles has no column 'body', only {', '.join(batch.schema.names)}. "
            f"Rename its columns: {', '.join(ARTICLES.names)} are known."
        )
    return pa.RecordBatch.from_arrays(
        [_text(batch, name) for name in ARTICLES.names], ARTICLES.names
    )


def _text(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name not in batch.schema.names:
        return pa.nulls(batch.num_rows, pa.string())
    column = batch.column(name)
    try:
        return column.cast(pa.string())
    except pa.ArrowException as error:  # it is a list, a struct, no UTF-8
        raise ServingError(
            f"Column '{name}' of a table of articles holds {column.type}. Expected text, or what "
            "can be written as text. Convert it first."
        ) from error


def result_schema(labels: Sequence[str]) -> pa.Schema:
    """One row an article. Of an article that was not checked, all that was not found is null."""
    scores: list[tuple[str, pa.DataType]] = []
    for label in labels:
        scores += [
            (f"{label}_severity", pa.int8()),
            (f"{label}_flagged", pa.bool_()),
            # Of severity at least 1, 2 and 3.
            (f"{label}_probabilities", pa.list_(pa.float32())),
        ]
    named = pa.list_(pa.struct([("id", pa.string()), ("probability", pa.float32())]))
    return pa.schema(
        [
            ("id", pa.string()),
            ("url", pa.string()),
            ("date", pa.string()),
            ("section", pa.string()),
            ("source", pa.string()),
            ("position", pa.string()),
            ("content_hash", pa.string()),
            ("verdict", pa.string()),
            ("reason", pa.string()),  # why it was not checked
            ("language", pa.string()),
            *scores,
            ("sub_labels", named),  # those that are present
            ("details", named),
            ("treatment", pa.string()),
            ("passages", pa.list_(PASSAGE)),
            ("identification", pa.string()),  # none_found, possible or likely
            ("notes", pa.list_(pa.struct(_PROPOSAL))),
            ("checks", pa.list_(pa.struct(_PROPOSAL))),
            ("actions", pa.list_(pa.string())),
            # Where the answer was not made for this article but for one with the same text, or
            # nearly: that one's file and position. Offsets of passages are that one's too.
            ("copy", pa.string()),  # exact or near
            ("copy_of", pa.string()),
            ("artifact", pa.string()),
            ("taxonomy", pa.string()),
            ("policy", pa.string()),
            ("code", pa.string()),
            ("run", pa.string()),
        ]
    )
