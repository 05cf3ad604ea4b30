"""Runs that are broken off, go on, meet copies and errors: always the same table."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier import SensitivityClassifier
from serving.archive.duplicates import Duplicates
from serving.archive.output import Folder
from serving.archive.record import Item, Unreadable
from serving.archive.run import Entry, Plan, Run, read_entry
from serving.archive.runners import InProcess
from serving.archive.scoring import Scorer, Scoring
from serving.archive.shards import Selection
from serving.archive.sources import Source
from serving.errors import ServingError
from tests.serving.archive.articles import Reading, archive, record

SIZE = 8


class KilledError(Exception):
    """The process died here."""


@pytest.fixture(scope="module")
def scorer(classifier: SensitivityClassifier) -> Scorer:
    return Scorer(Scoring(), classifier)


def screen(
    folder: Path,
    scorer: Scorer,
    sources: Sequence[Source],
    read: Callable[[Source], Iterator[Item]],
    *,
    options: dict[str, Any] | None = None,
    limit: int | None = None,
    since: str | None = None,
    rescore: bool = False,
    **how: Any,
) -> list[Entry]:
    plan = Plan(scorer.versions, options or {}, sources)
    run = Run(Folder(str(folder)), plan, rescore=rescore)
    duplicates = Duplicates(folder / "work" / "duplicates.sqlite", "near")
    try:
        selection = Selection(SIZE, limit, since)
        return list(run.screen(read, selection, InProcess(scorer), duplicates, **how))
    finally:
        duplicates.close()


def left(folder: Path) -> dict[str, bytes]:
    """All that a run leaves but its manifest, whose entries tell of time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("results", "errors")
        for path in sorted((folder / part).iterdir())
    }


def table(folder: Path) -> pa.Table:
    return pa.concat_tables(pq.read_table(path) for path in sorted((folder / "results").iterdir()))


def test_every_article_has_a_row_and_every_bad_item_an_error(
    tmp_path: Path, scorer: Scorer
) -> None:
    sources, kept = archive([20, 0, 3, 9])
    entries = screen(tmp_path, scorer, sources, Reading(kept))
    items = [item for source in sources for item in kept[source.url]]
    bad = [item.position for item in items if isinstance(item, Unreadable)]
    rows = table(tmp_path)
    assert rows["position"].to_pylist() == [i.position for i in items if i.position not in bad]
    assert [entry.shard for entry in entries] == [0, 1, 2, 3]
    assert entries[-1].totals.items == 32
    assert entries[-1].totals.errors == len(bad) == 4
    errors = pa.concat_tables(pq.read_table(p) for p in sorted((tmp_path / "errors").iterdir()))
    assert errors["position"].to_pylist() == bad
    assert set(errors["stage"].to_pylist()) == {"read"}
    assert set(rows["verdict"].to_pylist()) == {"flagged"}
    assert len(set(rows["run"].to_pylist())) == 1


def test_a_finished_run_finds_nothing_to_do(tmp_path: Path, scorer: Scorer) -> None:
    sources, kept = archive([20, 3])
    assert screen(tmp_path, scorer, sources, Reading(kept))
    reading = Reading(kept)
    assert screen(tmp_path, scorer, sources, reading) == []
    assert reading.read == 0


def test_a_run_that_is_killed_anywhere_leaves_the_same_table(
    tmp_path: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, kept = archive([20, 9])
    kept[sources[1].url][2] = record(900, body=record(1).submission.article.body)
    screen(tmp_path / "whole", scorer, sources, Reading(kept))
    dice, write = random.Random(1), Folder.write
    broken = tmp_path / "broken"

    def write_or_die(self: Folder, name: str, content: bytes) -> None:
        if dice.random() < 0.3:
            raise KilledError
        write(self, name, content)
        if dice.random() < 0.2:
            raise KilledError

    deaths = 0
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "write", write_or_die)
        for _ in range(100):
            try:
                screen(broken, scorer, sources, Reading(kept))
                break
            except KilledError:
                deaths += 1
            if deaths == 3:  # its index may be lost: it is no part of what a run leaves
                (broken / "work" / "duplicates.sqlite").unlink(missing_ok=True)
    assert deaths > 3
    assert left(broken) == left(tmp_path / "whole")


def test_copies_are_answered_once_and_say_of_what(
    tmp_path: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, kept = archive([20])
    items = kept[sources[0].url]
    words = record(1, words=300).submission.article.body
    items[1] = record(1, body=words)
    near = words.replace(words.split()[150], "tribunal", 1)
    items[2], items[15] = record(2, body=near), record(15, body=words)
    asked: list[int] = []
    counting = Scorer(Scoring(), scorer._assessor)
    score = counting.score_batch

    def score_batch(articles: pa.RecordBatch) -> pa.RecordBatch:
        asked.append(articles.num_rows)
        return score(articles)

    monkeypatch.setattr(counting, "score_batch", score_batch)
    screen(tmp_path, counting, sources, Reading(kept))
    rows = {row["id"]: row for row in table(tmp_path).to_pylist()}
    assert (rows["a2"]["copy"], rows["a2"]["copy_of"]) == ("near", "memory://0.jsonl#line 2")
    # Titles differ, so it is not the same article word for word.
    assert (rows["a15"]["copy"], rows["a15"]["copy_of"]) == ("near", "memory://0.jsonl#line 2")
    own = ("id", "url", "position", "section", "content_hash", "copy", "copy_of")
    assert {k: v for k, v in rows["a15"].items() if k not in own} == {
        k: v for k, v in rows["a1"].items() if k not in own
    }
    assert rows["a15"]["url"].endswith("/15")
    assert sum(asked) == len(rows) - 2


def test_another_fingerprint_is_refused_or_set_aside(tmp_path: Path, scorer: Scorer) -> None:
    sources, kept = archive([9])
    screen(tmp_path, scorer, sources, Reading(kept))
    before = left(tmp_path)
    with pytest.raises(ServingError, match=r"differs from this one in: locale.*--rescore"):
        screen(tmp_path, scorer, sources, Reading(kept), options={"locale": "de"})
    with pytest.raises(ServingError, match="bytes, files, sha256"):
        screen(tmp_path, scorer, archive([9, 1])[0], Reading(kept))
    assert left(tmp_path) == before
    screen(tmp_path, scorer, sources, Reading(kept), options={"locale": "de"}, rescore=True)
    (previous,) = (tmp_path / "previous").iterdir()
    assert left(previous) == before


def test_a_stop_finishes_what_is_in_hand(tmp_path: Path, scorer: Scorer) -> None:
    sources, kept = archive([40])
    told: list[Entry] = []
    plan = Plan(scorer.versions, {}, sources)
    run = Run(Folder(str(tmp_path)), plan)
    duplicates = Duplicates(tmp_path / "work" / "d.sqlite", "none")
    for entry in run.screen(
        Reading(kept),
        Selection(SIZE),
        InProcess(scorer),
        duplicates,
        stopped=lambda: len(told) > 1,
    ):
        told.append(entry)
    duplicates.close()
    assert [entry.shard for entry in told] == [0, 1]
    rest = screen(tmp_path, scorer, sources, Reading(kept))
    assert [entry.shard for entry in rest] == [2, 3, 4]
    assert read_entry(run.folder, 4).totals.items == 40


def test_a_hopeless_run_is_stopped(tmp_path: Path, scorer: Scorer) -> None:
    sources, kept = archive([300])
    with pytest.raises(ServingError, match="--max-errors"):
        screen(tmp_path, scorer, sources, Reading(kept), max_errors=0.1)
    entries = screen(tmp_path, scorer, sources, Reading(kept), max_errors=0.2)
    assert entries[-1].totals.items == 300


@pytest.mark.parametrize("limit", [1, SIZE, SIZE + 1, 100])
def test_a_limit_holds_whether_or_not_the_run_is_broken(
    limit: int, tmp_path: Path, scorer: Scorer
) -> None:
    sources, kept = archive([20, 3])
    entries = screen(tmp_path, scorer, sources, Reading(kept), limit=limit)
    assert entries[-1].totals.items == min(limit, 23)
    assert screen(tmp_path, scorer, sources, Reading(kept), limit=limit) == []


def test_what_is_dated_before_is_passed_over(tmp_path: Path, scorer: Scorer) -> None:
    sources, kept = archive([6])
    assert screen(tmp_path / "a", scorer, sources, Reading(kept), since="2024-05-05") == []
    (entry,) = screen(tmp_path / "b", scorer, sources, Reading(kept), since="2024-05-04T10:00:00Z")
    assert entry.totals.items == 6


def test_an_article_that_fails_is_not_checked_and_told(
    tmp_path: Path, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, kept = archive([6])
    assessor: Any = scorer._assessor
    assess = assessor.assess

    def fail(articles: Any) -> Any:
        if any(article.id == "a3" for article in articles):
            raise ValueError(articles[0].body)
        return assess(articles)

    monkeypatch.setattr(assessor, "assess", fail)
    (entry,) = screen(tmp_path, scorer, sources, Reading(kept))
    rows = {row["id"]: row for row in table(tmp_path).to_pylist()}
    assert (rows["a3"]["verdict"], rows["a3"]["reason"]) == ("not_checked", "failed: ValueError")
    assert rows["a3"]["minors_severity"] is None
    assert {rows[name]["verdict"] for name in rows if name != "a3"} == {"flagged"}
    (error,) = pq.read_table(tmp_path / "errors" / "000000.parquet").to_pylist()
    assert error == {
        "source": sources[0].url,
        "position": "line 4",
        "stage": "score",
        "reason": "failed: ValueError",
    }
    assert entry.totals.not_checked == 1
