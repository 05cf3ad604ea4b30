from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.archive.difference import MOST, Difference, compare_runs
from serving.archive.difference_text import render_difference
from serving.archive.output import Folder
from serving.errors import ServingError
from tests.serving.archive.tables import (
    LABELS,
    VERSIONS,
    invented_rows,
    not_checked,
    row,
    write_run,
)

Rows = list[dict[str, Any]]


def run_of(rows: Rows, **other: Any) -> Folder:
    return write_run(f"memory://{uuid4()}", rows, **other)


def difference_of(before: Rows, after: Rows, *shards: int) -> Difference:
    one, other = shards or (500, 500)
    return compare_runs(run_of(before, shard=one), run_of(after, shard=other))


def transitions(found: Difference, label: str) -> dict[tuple[str, str], int]:
    return {(one.before, one.after): one.articles for one in found.severities[label]}


ROWS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from([None, "a", "b", "c"]),
        st.none() | st.tuples(*[st.integers(0, 3)] * len(LABELS)),
    ),
    max_size=8,
    unique_by=lambda one: one[0],
)


def rows_of(found: list[tuple[int, str | None, tuple[int, ...] | None]]) -> Rows:
    return [
        row(number, severities, id=id_) if severities else not_checked(number, id=id_)
        for number, id_, severities in found
    ]


def paired(before: Rows, after: Rows) -> int:
    """How many articles are in both, found the slow way."""
    keys = [{(one["position"], one["id"]) for one in rows} for rows in (before, after)]
    same = keys[0] & keys[1]
    left = [[id_ for place, id_ in key - same if id_ is not None] for key in keys]
    return len(same) + sum(left[0].count(id_) == left[1].count(id_) == 1 for id_ in set(left[0]))


@settings(max_examples=30, deadline=None)
@given(one=ROWS, other=ROWS, shards=st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_every_article_is_in_one_place(one: Any, other: Any, shards: tuple[int, int]) -> None:
    before, after = rows_of(one), rows_of(other)
    found = difference_of(before, after, *shards)
    assert found.articles == paired(before, after)
    assert found.only_before == len(before) - found.articles == len(found.first_only_before)
    assert found.only_after == len(after) - found.articles == len(found.first_only_after)
    assert sum(one.articles for one in found.verdicts) == found.articles
    for label in found.severities:
        assert sum(transitions(found, label).values()) == found.articles
    assert len(found.most_changed) == found.changed
    assert Difference.from_json(found.to_json()) == found


@settings(max_examples=12, deadline=None)
@given(one=ROWS, shards=st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_a_run_does_not_differ_from_itself(one: Any, shards: tuple[int, int]) -> None:
    found = difference_of(rows_of(one), rows_of(one), *shards)
    assert (found.articles, found.only_before, found.only_after) == (len(one), 0, 0)
    assert (found.changed, found.other_text, found.versions) == (0, 0, {})


def test_on_a_disk_the_same_is_found() -> None:
    before, after = invented_rows(900, seed=1), invented_rows(900, seed=2)
    aligned, joined = difference_of(before, after, 300, 300), difference_of(before, after, 300, 250)
    assert aligned == joined
    assert aligned.changed > MOST == len(aligned.most_changed)


def test_changes_are_counted_and_the_largest_come_first() -> None:
    stays, shift = (0, 1, 0), {f"{LABELS[1]}_probabilities": [0.9, 0.45, 0.0]}
    before = [row(0, stays), row(1, (0, 1, 0)), row(2, (0, 1, 0)), row(3, (0, 3, 0)), row(4)]
    after = [
        row(0, stays, **shift),
        row(1, (0, 0, 0)),
        row(2, (0, 2, 0)),
        row(3, (0, 0, 0), content_hash="other"),
        not_checked(4),
    ]
    found = difference_of(before, after)
    assert transitions(found, "violence") == {
        ("1", "1"): 1,
        ("1", "0"): 1,
        ("1", "2"): 1,
        ("3", "0"): 1,
        ("0", "not_checked"): 1,
    }
    verdicts = {(one.before, one.after): one.articles for one in found.verdicts}
    assert verdicts == {
        ("clear", "clear"): 2,
        ("clear", "flagged"): 1,
        ("flagged", "clear"): 1,
        ("clear", "not_checked"): 1,
    }
    assert [one.id for one in found.most_changed] == [f"article-{n}" for n in (3, 2, 1, 4)]
    first = found.most_changed[0]
    assert (first.severities, first.same_text) == ({"violence": (3, 0)}, False)
    assert found.other_text == 1
    text = render_difference(found)
    assert "article-3: flagged to clear, violence 3 to 0; its text changed" in text
    assert "article-4: clear to not checked" in text
    assert "Articles in both runs: 5\n" in text


def test_an_article_that_moved_is_found_by_its_id() -> None:
    before = [row(0), row(1), row(2), row(3, id=None)]
    after = [row(2, position="line 1"), row(0, position="line 2"), row(5), row(3, id=None)]
    found = difference_of(before, after)
    assert (found.articles, found.changed) == (3, 0)
    assert [one.id for one in found.first_only_before] == ["article-1"]
    assert [one.id for one in found.first_only_after] == ["article-5"]


def test_versions_that_differ_are_told() -> None:
    before, after = run_of([row(0)]), run_of([row(0)], versions=VERSIONS | {"artifact": "next"})
    found = compare_runs(before, after)
    assert found.versions == {"artifact": (VERSIONS["artifact"], "next")}
    assert found.before != found.after
    assert f"artifact: {VERSIONS['artifact']} became next" in render_difference(found)


def test_a_run_that_was_set_aside_can_be_compared() -> None:
    url = f"memory://{uuid4()}"
    write_run(f"{url}/previous/abc", [row(0, (0, 2, 0))])
    after = write_run(url, [row(0, (0, 0, 0))])
    assert compare_runs(Folder(f"{url}/previous/abc"), after).changed == 1


def test_a_folder_without_a_run_is_refused() -> None:
    with pytest.raises(ServingError, match=r"holds no run\.json"):
        compare_runs(run_of([]), Folder(f"memory://{uuid4()}"))
