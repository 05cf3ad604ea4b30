import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import beta

from serving.archive.audit import COLUMNS, Drawn, Reading, Sampler, Stratum, audit_csv, read_audit
from serving.archive.estimate import estimate, expectation, rule_of_three
from serving.archive.summary import summarise
from serving.errors import ServingError
from tests.serving.archive.tables import SCHEMA, VERSIONS, invented_rows, row, write_run


def strata_of(rows: list[dict[str, Any]], size: int = 400, run: str = "0") -> list[Stratum]:
    versions = VERSIONS | {"artifact": run}
    folder = write_run(f"memory://audit-{run}-{len(rows)}", rows, versions=versions)
    return summarise(folder, sample=size).strata


def stratum(texts: int, sample: int, verdict: str = "clear", name: str = "clear_far") -> Stratum:
    drawn = [Drawn(f"a{n}", f"https://news.example/{n}", n) for n in range(sample)]
    return Stratum(name, verdict, (0.0, 0.05), texts, drawn)


def fill_in(content: str, answers: Sequence[str], delimiter: str = ",") -> str:
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    out = io.StringIO(newline="")
    filled = [[*cells[:-1], answer] for cells, answer in zip(rows, answers, strict=False)]
    csv.writer(out, delimiter=delimiter).writerows([header, *filled])
    return out.getvalue()


def test_strata_are_by_verdict_and_probability() -> None:
    near: dict[str, Any] = {"trauma_probabilities": [0.9, 0.3, 0.1]}
    middle: dict[str, Any] = {"minors_probabilities": [0.9, 0.05, 0.0]}
    sure: dict[str, Any] = {"violence_probabilities": [0.9, 0.8, 0.1]}
    unsure: dict[str, Any] = {"violence_probabilities": [0.9, 0.79, 0.1]}
    rows = [
        row(0),
        row(1, **middle),
        row(2, **near),
        row(3, (0, 2, 0), **unsure),
        row(4, (0, 2, 0), **sure),
        row(5, copy="exact"),
        row(6, copy="near"),
    ]
    found = {one.id: {drawn.id for drawn in one.sample} for one in strata_of(rows)}
    assert found == {
        "clear_far": {"article-0", "article-6"},
        "clear_middle": {"article-1"},
        "clear_near": {"article-2"},
        "flagged_near": {"article-3"},
        "flagged_far": {"article-4"},
    }


def test_the_sample_is_mostly_of_what_was_called_clear() -> None:
    strata = strata_of(invented_rows(1500), size=80)
    sizes = dict.fromkeys(("clear", "flagged"), 0)
    for one in strata:
        sizes[one.verdict] += len(one.sample)
        assert len(one.sample) <= one.texts
        assert len({drawn.id for drawn in one.sample}) == len(one.sample)
        assert one.weight * len(one.sample) == pytest.approx(one.texts)
    assert sizes["clear"] > 2 * sizes["flagged"] > 0


def test_another_run_draws_another_sample() -> None:
    rows = invented_rows(1000)
    one, other = strata_of(rows, 80, "one"), strata_of(rows, 80, "two")
    assert [stratum.texts for stratum in one] == [stratum.texts for stratum in other]
    assert one[0].sample != other[0].sample


def test_every_text_is_drawn_as_often() -> None:
    table = pa.Table.from_pylist([row(n) for n in range(40)], SCHEMA)
    times: Counter[str] = Counter()
    for run in range(200):
        sampler = Sampler(f"run {run}", 27)
        sampler.add(table, np.zeros(40))
        times.update(drawn.id for drawn in sampler.strata()[0].sample)  # 10 of them
    assert sum(times.values()) == 2000
    assert len(times) == 40
    assert min(times.values()) > 25  # of 50 expected, with a standard deviation of 6
    assert max(times.values()) < 80


def test_a_filled_in_audit_is_read_back() -> None:
    rows = [row(n, id=f"=HYPERLINK({n})", url=None) for n in range(6)] + [
        row(9, (0, 3, 0), id=None)
    ]
    strata = strata_of(rows)
    content = audit_csv(strata)
    header, *lines = csv.reader(io.StringIO(content, newline=""))
    assert tuple(header) == COLUMNS
    assert all(not line[0].startswith("=") for line in lines)
    assert {line[0] for line in lines if line[2] == "flagged_far"} == {"a0.jsonl#line 10"}
    for delimiter in ",;":
        filled = "\ufeff" + fill_in(content, ["Yes", "no", "", "1", "N", "", "y"], delimiter)
        readings = {one.stratum.id: one for one in read_audit(filled.encode(), strata)}
        assert sum(one.read for one in readings.values()) == 5
        assert sum(one.involve for one in readings.values()) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace(",\r\n", ",perhaps\r\n", 1),
            "Line 2 of the audit cannot be read",
        ),
        (
            lambda text: text.replace("clear_far", "clear_near").replace(",\r\n", ",no\r\n"),
            "Line 2 of",
        ),
        (lambda text: text.replace("article-", "story-").replace(",\r\n", ",no\r\n"), "Line 2 of"),
        (lambda text: fill_in(text, ["no"]) + fill_in(text, ["no"]).split("\r\n")[1], "Line 3 of"),
        (lambda text: text.replace("involves", "verdict"), "other columns"),
        (lambda text: "", "other columns"),
    ],
)
def test_an_audit_of_something_else_is_refused(change: Callable[[str], str], message: str) -> None:
    strata = strata_of([row(n) for n in range(3)])
    with pytest.raises(ServingError, match=message):
        read_audit(change(audit_csv(strata)).encode(), strata)


def test_an_audit_that_a_spreadsheet_saved_otherwise_is_refused() -> None:
    strata = strata_of([row(0, url="https://example.org/caf\u00e9")])
    with pytest.raises(ServingError, match="save it as 'CSV UTF-8'"):
        read_audit(audit_csv(strata).encode("cp1252"), strata)


@pytest.mark.parametrize(("found", "read"), [(0, 10), (3, 20), (20, 20), (150, 1000), (1, 3000)])
def test_one_stratum_has_the_exact_interval(found: int, read: int) -> None:
    texts = 10_000_000
    got = estimate([Reading(stratum(texts, read), read, found)], "clear")
    low = texts * beta.ppf(0.025, found, read - found + 1) if found else 0
    high = texts * beta.ppf(0.975, found + 1, read - found) if found < read else texts
    assert got.count == pytest.approx(texts * found / read)
    assert got.low == pytest.approx(low, abs=found + 5)
    assert got.high == pytest.approx(high, abs=read + 5)


def test_intervals_hold_the_truth() -> None:
    dice = random.Random(7)
    shape = [(20_000, 60, 0.002), (3_000, 40, 0.03), (500, 20, 0.3)]
    truth = sum(round(texts * share) for texts, _, share in shape)
    held, audits = 0, 400
    for _ in range(audits):
        readings = [
            Reading(
                stratum(texts, size),
                size,
                sum(place < round(texts * share) for place in dice.sample(range(texts), size)),
            )
            for texts, size, share in shape
        ]
        got = estimate(readings, "clear")
        held += got.low <= truth <= got.high
    assert held / audits >= 0.95


def test_strata_that_were_read_whole_are_known() -> None:
    got = estimate([Reading(stratum(50, 50), 50, 4)], "clear")
    assert (got.count, got.low, got.high) == (4, 4, 4)


def test_strata_that_nobody_read_leave_all_open() -> None:
    readings = [Reading(stratum(50, 20), 20, 1), Reading(stratum(1000, 20), 0, 0)]
    got = estimate(readings, "clear")
    assert (got.texts, got.count) == (1050, None)
    assert got.low <= 1
    assert got.high > 1000
    assert estimate(readings, "flagged").texts == 0


def test_what_can_be_expected_before_anyone_has_read() -> None:
    assert [rule_of_three(share) for share in (0.03, 0.01, 0.003, 0.001)] == [100, 300, 1000, 3000]
    share = expectation([stratum(10**6, 300), stratum(10**6, 300, "flagged")]).high / 10**6
    assert 0.01 < share < 0.0125  # two-sided: a little above the rule of three
    assert expectation([stratum(0, 0)]).high == 0
