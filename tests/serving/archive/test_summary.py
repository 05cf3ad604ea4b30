from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.archive.attention import MOST
from serving.archive.counts import SECTIONS, Counts
from serving.archive.output import Folder
from serving.archive.summary import Summary, read_summary, summarise, write_summary
from serving.errors import ServingError
from tests.serving.archive.tables import (
    LABELS,
    VERSIONS,
    invented_rows,
    not_checked,
    row,
    write_run,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ABOUT = st.fixed_dictionaries(
    {
        "id": st.none() | TEXT,
        "date": st.none() | st.sampled_from(["2019-05-04", "2019", "1890-01", "9999-01-01"]) | TEXT,
        "section": st.none() | st.sampled_from(["World", "Home"]) | TEXT,
        "copy": st.sampled_from([None, None, "exact", "near"]),
    }
)
SEVERITIES = st.tuples(*[st.integers(0, 3)] * len(LABELS))
FOUND = st.lists(st.tuples(ABOUT, st.none() | SEVERITIES), max_size=12)


def summary_of(rows: list[dict[str, Any]], **other: Any) -> Summary:
    """In memory, as in an object store."""
    return summarise(write_run(f"memory://{uuid4()}", rows, **other))


def timeless(summary: Summary) -> Summary:
    return replace(summary, made="")


@settings(max_examples=25, deadline=None)
@given(found=FOUND, order=st.randoms(use_true_random=False), shard=st.integers(1, 5))
def test_counts_add_up_and_no_order_matters(found: Any, order: Any, shard: int) -> None:
    rows = [
        not_checked(number, **about) if severities is None else row(number, severities, **about)
        for number, (about, severities) in enumerate(found)
    ]
    summary = summary_of(rows)
    counts, time, section = summary.counts, summary.over_time, summary.by_section
    assert counts.articles == len(rows) == counts.checked + counts.not_checked
    assert counts.not_checked == sum(summary.reasons.values())
    assert counts.checked == sum(summary.treatments.values())
    for parts in (
        [*(one.counts for one in time.slices), time.undated],
        [*(one.counts for one in section.slices), section.other, section.unknown],
    ):
        together = Counts()
        for part in parts:
            together.merge(part)
        assert together == counts
    for severities in counts.severities.values():
        assert sum(severities) == counts.checked
    texts = sum(one["verdict"] != "not_checked" and one.get("copy") != "exact" for one in rows)
    assert sum(stratum.texts for stratum in summary.strata) == texts
    assert Summary.from_json(summary.to_json()) == summary

    order.shuffle(rows)
    assert timeless(summary_of(rows, shard=shard)) == timeless(summary)


def test_of_many_articles_no_order_matters_either() -> None:
    rows = invented_rows(900)
    assert timeless(summary_of(rows)) == timeless(summary_of(rows[::-1], shard=211))


@pytest.mark.parametrize(
    ("dates", "step", "names"),
    [
        (
            ["2019-11-30", "2020-02-01T10:00:00Z"],
            "month",
            ["2019-11", "2019-12", "2020-01", "2020-02"],
        ),
        (["2019-11-30", "2020"], "year", ["2019", "2020"]),
        (["2015-01-01", "2018-06-01"], "year", ["2015", "2016", "2017", "2018"]),
        (["1898-01-01", "1900"], "year", ["1898", "1899", "1900"]),
        (["1890-01-01", "2020"], "decade", [f"{year}s" for year in range(1890, 2030, 10)]),
        (["04/05/2019", "0000-00-00", "20190504", "9999-12-31"], "year", []),
    ],
)
def test_dates_become_a_readable_number_of_bars(
    dates: list[str], step: str, names: list[str]
) -> None:
    time = summary_of([row(n, date=date) for n, date in enumerate(dates)]).over_time
    assert (time.step, [one.name for one in time.slices]) == (step, names)
    dated = sum(one.counts.articles for one in time.slices)
    assert (dated, time.undated.articles) == ((2, 0) if names else (0, 4))


def test_the_largest_sections_are_told_apart() -> None:
    sizes = {f"Section {number:02d}": 20 - number for number in range(SECTIONS + 3)}
    names = [f" {name} " for name, size in sizes.items() for _ in range(size)]
    rows = [row(n, section=name) for n, name in enumerate([*names, None, "", "  "])]
    by = summary_of(rows).by_section
    assert [one.name for one in by.slices] == list(sizes)[:SECTIONS]
    assert [one.counts.articles for one in by.slices] == list(sizes.values())[:SECTIONS]
    assert (by.others, by.other.articles, by.unknown.articles) == (3, 8 + 7 + 6, 3)


def test_what_most_needs_a_look_comes_first() -> None:
    check = [{"id": "look", "text": "Look.", "rules": ["a"]}]
    probable = {f"{LABELS[2]}_probabilities": [0.99, 0.98, 0.97]}
    rows = [
        row(0, (0, 0, 2), **probable),
        row(1, (0, 0, 3)),
        row(2, (0, 0, 3), checks=check),
        row(3, (2, 0, 0), identification="likely"),
        row(4, (3, 0, 0), identification="likely", checks=check),
        row(5, (3, 0, 0), identification="likely", checks=check, copy="near"),
        row(6, (0, 1, 0), checks=check),
        not_checked(7, checks=check),
    ]
    looks = summary_of(rows).attention
    assert [look.id for look in looks] == [f"article-{number}" for number in (4, 3, 2, 0, 1)]
    assert (looks[2].checks, looks[3].probability) == (["Look."], 0.97)


def test_only_so_many_are_listed() -> None:
    looks = summary_of([row(n, (0, 2, 0)) for n in range(3 * MOST)], shard=70).attention
    assert [look.id for look in looks] == [f"article-{number}" for number in range(MOST)]


def test_proposals_copies_and_errors_are_counted() -> None:
    note = [{"id": "violence", "text": "This describes violence.", "rules": ["a"]}]
    here = [{"id": "killing", "probability": 0.9}]
    rows = [
        row(0, (0, 2, 0), notes=note, actions=["ads_off"], sub_labels=here),
        row(1, (0, 3, 0), notes=note, actions=["ads_off", "no_push"], copy="near"),
        not_checked(2, "failed: ValueError"),
        not_checked(3),
    ]
    errors = [
        {"source": "a", "position": "line 9", "stage": "read", "reason": "broken"},
        {"source": "a", "position": "line 3", "stage": "score", "reason": "failed: ValueError"},
    ]
    summary = summary_of(rows, errors=errors, shard=2)
    assert [(one.text, one.articles) for one in summary.notes] == [("This describes violence.", 2)]
    assert summary.actions == {"ads_off": 2, "no_push": 1}
    assert summary.sub_labels == {"killing": 1}
    assert summary.copies == {"near": 1}
    assert summary.reasons == {"failed: ValueError": 1, "language": 1}
    assert [(one.stage, one.items) for one in summary.failed] == [("read", 1), ("score", 1)]
    assert (summary.unreadable, summary.versions, summary.finished) == (1, VERSIONS, True)


def test_what_lies_there_after_a_crash_is_not_counted(tmp_path: Path) -> None:
    folder = write_run(tmp_path, invented_rows(30), shard=10)
    (tmp_path / "shards/000002.json").unlink()
    summary = summarise(folder)
    assert (summary.counts.articles, summary.finished) == (20, False)


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    folder = write_run(tmp_path, invented_rows(30), shard=10)
    part = tmp_path / "results/000001.parquet"
    part.write_bytes(part.read_bytes()[:-50])
    with pytest.raises(ServingError, match=r"results/000001\.parquet is damaged"):
        summarise(folder)
    part.unlink()
    with pytest.raises(ServingError, match=r"results/000001\.parquet is missing"):
        summarise(folder)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServingError, match=r"holds no run\.json"):
        summarise(Folder(str(tmp_path)))
    with pytest.raises(ServingError, match=r"holds no summary\.json"):
        read_summary(Folder(str(tmp_path)))


def test_an_audit_that_is_being_filled_in_stays(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [row(n) for n in range(5)])
    summary = summarise(folder)
    write_summary(folder, summary)
    assert read_summary(folder) == summary
    audit = tmp_path / "audit.csv"
    audit.write_text(audit.read_text("utf-8-sig").replace("\r\n", "\n").replace(",\n", ",no\n", 1))
    filled = audit.read_text()
    write_summary(folder, summary)
    assert audit.read_text() == filled


def test_empty_runs_have_a_summary() -> None:
    summary = summary_of([])
    assert summary.counts == Counts()
    assert not any(one.sample for one in summary.strata)


def test_slices_have_no_gaps() -> None:
    rows = [row(n, date=f"{1990 + n * 7}-01-01") for n in range(4)]
    years = [int(one.name) for one in summary_of(rows).over_time.slices]
    assert all(after == before + 1 for before, after in pairwise(years))
