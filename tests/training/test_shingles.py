"""Near-duplicates by runs of eight words, and the frozen test set that is kept by them."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Article
from training.frozen_test import (
    FOLDER,
    FrozenTestError,
    read_frozen_test,
    require_unfrozen,
    write_frozen_test,
)
from training.shingles import NEAR, RUN, ShingleIndex, shingles_of, stories

WORDS = [f"word{number}" for number in range(500)]


def words(seed: int, count: int = 200) -> list[str]:
    return random.Random(seed).choices(WORDS, k=count)


def article(*parts: list[str]) -> Article:
    return Article(" ".join(word for part in parts for word in part))


@given(st.lists(st.sampled_from(WORDS[:4]), max_size=40))
def test_hashes_tell_runs_apart_as_the_words_do(sequence: list[str]) -> None:
    runs = {tuple(sequence[at : at + RUN]) for at in range(len(sequence) - RUN + 1)}
    assert len(shingles_of(article(sequence))) == len(runs)


def test_case_and_what_stands_between_words_do_not_count() -> None:
    one = "He went to the fair, and then – at last – he went home."
    other = "HE WENT to\n\nthe fair and then; at last! he went home"
    assert np.array_equal(shingles_of(Article(one)), shingles_of(Article(other)))
    assert len(shingles_of(Article("Seven words are one run too few"))) == 0


def test_the_nearest_article_and_the_share_of_the_smaller() -> None:
    long, short = article(words(1)), article(words(1)[:60], words(2, 60))
    index = ShingleIndex([shingles_of(article(words(3))), shingles_of(long)])
    number, share = index.nearest(shingles_of(short))
    assert number == 1
    assert share == pytest.approx(53 / 113)
    assert index.nearest(shingles_of(article(words(9)))) == (-1, 0.0)
    assert ShingleIndex([]).nearest(shingles_of(long)) == (-1, 0.0)


def test_stories_hold_near_duplicates_and_theirs_together() -> None:
    one, two, three = words(1), words(2), words(3)
    chain = [article(one), article(one[:100], two[:100]), article(two[:120], three)]
    found = stories([shingles_of(a) for a in (*chain, article(words(4)), Article("Short."))])
    assert len(set(found[:3])) == 1
    assert len(set(found)) == 3
    assert len(stories([])) == 0


def test_the_frozen_set_recognises_what_shares_a_quarter(tmp_path: Path) -> None:
    kept = [article(words(1)), article(words(2)), Article("Too short.")]
    write_frozen_test(kept, tmp_path)
    near = article(words(1)[:60], words(5, 120))
    far = article(words(1)[:40], words(6, 160))
    assert 33 / 193 < NEAR < 53 / 173
    frozen = read_frozen_test(tmp_path)
    assert all(frozen.recognises(one) for one in (*kept, near))
    assert not frozen.recognises(far)
    require_unfrozen([far], "the decisions", tmp_path)
    named = Article(near.body, id="story-1")
    with pytest.raises(FrozenTestError, match=r"1 of 2 articles of the decisions.*story-1") as told:
        require_unfrozen([far, named], "the decisions", tmp_path)
    assert WORDS[0] not in str(told.value)


def test_the_shipped_list_is_that_of_the_shipped_annotations(repository: Path) -> None:
    from labels import read_annotations

    test = list(read_annotations(repository / "labels" / "annotations" / "test.jsonl.gz"))
    assert len(read_frozen_test().hashes) == len(test)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000
