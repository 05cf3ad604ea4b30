"""The finished parts of a run, one after the other."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.archive.output import Folder
from serving.archive.run import RUN, read_plan
from serving.errors import ServingError

SHARDS, RESULTS, ERRORS = "shards", "results", "errors"
NOT_CHECKED = "not_checked"


def required_plan(folder: Folder) -> dict[str, Any]:
    """What `run.json` says. Raises ServingError where the folder holds no run."""
    plan = read_plan(folder)
    if plan is None:
        raise ServingError(
            f"{folder.url} holds no {RUN}. Expected the folder of a screening. Name the folder "
            "that was given to --to, or one below its previous/."
        )
    return plan


def finished(folder: Folder) -> list[str]:
    """Numbers of the shards that are whole, in order: `000017`. The manifest says which."""
    return [name.removesuffix(".json") for name in folder.names(SHARDS)]


def result_parts(folder: Folder, without: Sequence[str] = ()) -> Iterator[pa.Table]:
    """The rows of each finished shard, but for some columns. Raises ServingError."""
    return (read_part(folder, RESULTS, number, without) for number in finished(folder))


def error_parts(folder: Folder) -> Iterator[pa.Table]:
    """What could not be read or scored, of each finished shard. Raises ServingError."""
    there = set(folder.names(ERRORS))
    numbers = (number for number in finished(folder) if f"{number}.parquet" in there)
    return (read_part(folder, ERRORS, number) for number in numbers)


def read_part(folder: Folder, kind: str, number: str, without: Sequence[str] = ()) -> pa.Table:
    """One part of a kind. Raises ServingError where it is missing or damaged."""
    name = f"{kind}/{number}.parquet"
    try:
        with folder.open(name) as file:
            part = pq.ParquetFile(file)
            return part.read(
                [column for column in part.schema_arrow.names if column not in without]
            )
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        what = "is missing" if isinstance(error, FileNotFoundError) else "is damaged"
        raise ServingError(
            f"{folder.url}/{name} {what}. Expected it whole, as its entry {SHARDS}/{number}.json "
            "says. Restore the folder from a copy, or screen anew into another one."
        ) from None


def labels_of(table: pa.Table) -> list[str]:
    """The labels that the rows were screened for, in the order of their columns."""
    ending = "_severity"
    return [name.removesuffix(ending) for name in table.schema.names if name.endswith(ending)]
