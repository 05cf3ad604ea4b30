"""Which windows of an article are read together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifier.batch import LEAST, STEP, TOGETHER, filled, windows_of_one_length, windows_together
from classifier.windows import Window

LENGTHS = st.lists(st.integers(1, 192), max_size=40)


def windows(lengths: list[int]) -> list[Window]:
    return [Window(np.ones(n, np.int64), np.zeros(n, np.int64), (0,)) for n in lengths]


@given(LENGTHS, st.integers(1, 5))
def test_each_window_is_in_one_run_with_others_of_its_length(lengths: list[int], most: int) -> None:
    runs = windows_of_one_length(windows(lengths), most)
    assert sorted(number for run in runs for number in run) == list(range(len(lengths)))
    read = [{filled(lengths[number]) for number in run} for run in runs]
    assert all(len(alike) == 1 for alike in read)
    assert all(len(run) <= most for run in runs)
    longest_first = [max(alike) for alike in read]
    assert longest_first == sorted(longest_first, reverse=True)


@given(st.integers(0, 200), st.integers(1, 64))
def test_no_idle_thread_is_without_a_window_that_could_have_one(count: int, idle: int) -> None:
    together = windows_together(count, idle)
    assert 1 <= together <= TOGETHER
    assert together == 1 or count > idle * (together - 1)


@given(st.integers(TOGETHER, 200), st.integers(-100, 0))
def test_where_no_thread_is_idle_runs_are_as_long_as_they_may_be(count: int, idle: int) -> None:
    assert windows_together(count, idle) == TOGETHER


@given(st.integers(1, 10_000))
def test_filling_adds_less_than_a_step_and_leaves_pairs_whole(tokens: int) -> None:
    assert tokens <= filled(tokens) < max(LEAST + 1, tokens + STEP)
    assert filled(tokens) % 2 == 0
