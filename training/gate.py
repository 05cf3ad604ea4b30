"""The gate: whether a candidate artifact may take the place of the one in force.

Both read the frozen test set and the held-out part of a newsroom's decisions. A newsroom may draw
the line between severities elsewhere than the codebook, so on the test set a candidate that was
made for its decisions is held to what no taste excuses: grave articles (3) are found, articles with
nothing in them (0) stay clear, and the network ranks as well as before. On the decisions it is held
to agreeing with them. docs/decisions/ has the reasons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier import Article, Assessment, ForewarnError, SensitivityClassifier, __version__
from training.corpus import read_split
from training.frozen_test import FOLDER, read_frozen_test
from training.newsroom import NewsroomArticle, severity_table, split_newsroom
from training.paired import (
    AVERAGE_PRECISION,
    RATIOS,
    Difference,
    Said,
    compare_average_precision,
    compare_ratio,
    resamples,
)
from training.same_weights import load_pair

Floats = NDArray[np.float64]
LEVEL = 0.05  # that all intervals together miss a difference (Bonferroni)
TOLERANCE = 0.02  # a loss up to this is no regression, however sure
TASTE_TOLERANCE = 0.25  # the same for grave_found and clear_kept beside a newsroom's decisions
FEWEST = 20  # articles that a section needs, of those that count in a figure, to be judged
TEST, DECISIONS, ALL = "test", "decisions", "all"


class GateError(ForewarnError):
    """The two artifacts cannot be compared as asked."""


@dataclass(frozen=True)
class Comparison:
    """One figure of one label on some articles; `articles` are those that count in it."""

    on: str
    section: str
    label: str
    figure: str
    articles: int
    before: float
    after: float
    low: float
    high: float
    tolerance: float

    @property
    def regression(self) -> bool:
        """Whether the interval lies below zero, and the loss is beyond the tolerance."""
        return self.high < 0 and self.before - self.after > self.tolerance


@dataclass(frozen=True)
class _Case:
    """A figure of a label to be compared on some rows of a set of articles."""

    on: str
    section: str
    label: str
    figure: str
    rows: NDArray[np.bool_]
    tolerance: float


@dataclass(frozen=True)
class _Set:
    """Articles that both artifacts have read, with what is true of them."""

    severities: Floats  # (N, L), NaN where nobody judged
    weights: Floats  # (N, L)
    sections: list[str]
    before: list[Said]  # by label
    after: list[Said]


@dataclass(frozen=True)
class Gate:
    """What came of a comparison."""

    candidate: str
    against: str
    decisions: int
    comparisons: list[Comparison]

    @property
    def passed(self) -> bool:
        """Whether nothing got worse."""
        return not any(one.regression for one in self.comparisons)

    def as_dict(self) -> dict[str, Any]:
        """As `gate.json` keeps it: the versions and the verdict are what `promote` looks at."""
        rows = [asdict(one) | {"regression": one.regression} for one in self.comparisons]
        about = {"date": date.today().isoformat(), "code": __version__}
        versions = {"candidate": self.candidate, "against": self.against}
        counts = {"held_out_decisions": self.decisions}
        return versions | {"passed": self.passed} | about | counts | {"comparisons": rows}


def compare_artifacts(
    candidate: Path,
    against: Path,
    corpus: Path,
    newsroom: Sequence[NewsroomArticle] = (),
    frozen: Path = FOLDER,
) -> Gate:
    """Compare two artifacts. Raises GateError where the corpus has another test set than `frozen`.

    Of the newsroom's decisions only the held-out part is looked at: the candidate may have learned
    from the rest.
    """
    old, new = load_pair(against, candidate)
    labels = old.taxonomy.label_ids
    examples = read_split(corpus, "test")
    articles = [example.article for example in examples]
    _require_frozen(articles, corpus, frozen)
    truth = np.array([[e.labels[label] for label in labels] for e in examples], dtype=np.float64)
    sets = {TEST: _read(articles, truth, np.ones_like(truth), old, new)}
    held_out = split_newsroom(newsroom).held_out
    if held_out:
        severities, weights = severity_table(held_out, old.taxonomy)
        sets[DECISIONS] = _read([one.article for one in held_out], severities, weights, old, new)
    judged = int(np.isfinite(sets[DECISIONS].severities).sum()) if held_out else 0
    cases = [
        case for name, one in sets.items() for case in _cases(name, one, labels, bool(held_out))
    ]
    comparisons = compare_sets(sets, cases, labels)
    return Gate(new.versions.artifact, old.versions.artifact, judged, comparisons)


def compare_sets(
    sets: dict[str, _Set], cases: Sequence[_Case], labels: Sequence[str]
) -> list[Comparison]:
    """Compare every case, with intervals that hold for all of them together."""
    level = LEVEL / max(1, len(cases))
    drawn = {name: resamples(len(one.severities)) for name, one in sets.items()}
    found = []
    for case in cases:
        column, one = labels.index(case.label), sets[case.on]
        difference, counted = _compare(case, one, column, drawn[case.on], level)
        about = (case.on, case.section, case.label, case.figure, counted)
        found.append(Comparison(*about, *difference, tolerance=case.tolerance))
    return found


def _compare(
    case: _Case, one: _Set, column: int, drawn: Floats, level: float
) -> tuple[Difference, int]:
    rows, severities = case.rows, one.severities[case.rows, column]
    old, new = (_some(side[column], rows) for side in (one.before, one.after))
    if case.figure == AVERAGE_PRECISION:
        scores = (old.probabilities, new.probabilities)
        truth = severities >= 2
        return compare_average_precision(truth, *scores, drawn[:, rows], level), int(truth.sum())
    weights = one.weights[rows, column]
    terms = [RATIOS[case.figure](severities, said) for said in (old, new)]
    counted = int(((terms[0][1] > 0) | (terms[1][1] > 0)).sum())
    before, after = ((weights * a, weights * b) for a, b in terms)
    return compare_ratio(before, after, drawn[:, rows], level), counted


def _cases(name: str, one: _Set, labels: Sequence[str], newsroom: bool) -> Iterator[_Case]:
    """What is compared on a set: all figures on the whole, those that decide in its sections."""
    lenient = TASTE_TOLERANCE if newsroom else TOLERANCE
    whole = {"grave_found": lenient, "clear_kept": lenient, AVERAGE_PRECISION: TOLERANCE}
    parts = {"grave_found": lenient, "clear_kept": lenient}
    if name == DECISIONS:
        whole = parts = {"f1": TOLERANCE, "probability_score": TOLERANCE}
    elif not newsroom:
        whole = parts = whole | {"f1": TOLERANCE}
        parts = {figure: parts[figure] for figure in ("f1", "grave_found", "clear_kept")}
    sections = np.array(one.sections)
    for section in (ALL, *sorted(set(one.sections) - {""})):
        inside = np.ones(len(sections), dtype=np.bool_) if section == ALL else sections == section
        for column, label in enumerate(labels):
            severities = one.severities[:, column]
            for figure, tolerance in (whole if section == ALL else parts).items():
                rows = inside & ~np.isnan(severities)
                if _counted(figure, severities[rows]) >= (1 if section == ALL else FEWEST):
                    yield _Case(name, section, label, figure, rows, tolerance)


def _counted(figure: str, severities: Floats) -> int:
    """Articles without which a figure says nothing."""
    if figure == "grave_found":
        return int((severities == 3).sum())
    if figure == "clear_kept":
        return int((severities == 0).sum())
    return int((severities >= 2).sum()) if figure != "probability_score" else len(severities)


def _read(
    articles: Sequence[Article],
    severities: Floats,
    weights: Floats,
    old: SensitivityClassifier,
    new: SensitivityClassifier,
) -> _Set:
    before, after = (_said(c.assess(articles), c.taxonomy.label_ids) for c in (old, new))
    sections = [article.section or "" for article in articles]
    return _Set(severities, weights, sections, before, after)


def _said(assessments: Sequence[Assessment], labels: Sequence[str]) -> list[Said]:
    """By label; what was not checked has probability 0 and no flag."""
    return [
        Said(
            np.array([a.labels[label].probabilities[1] if a.labels else 0.0 for a in assessments]),
            np.array([bool(a.labels) and a.labels[label].flagged for a in assessments]),
        )
        for label in labels
    ]


def _some(said: Said, rows: NDArray[np.bool_]) -> Said:
    return Said(said.probabilities[rows], said.flagged[rows])


def _require_frozen(articles: Sequence[Article], corpus: Path, frozen: Path) -> None:
    expected = read_frozen_test(frozen).hashes
    got = {article.content_hash for article in articles}
    if got != expected:
        raise GateError(
            f"{corpus} has another test set: expected the {len(expected):,} articles of {frozen}, "
            f"got {len(got):,}, of which {len(got & expected):,} are among them. Point --corpus to "
            "the texts that the frozen test set was made from."
        )
