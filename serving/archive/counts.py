"""Counts of articles by verdict and severity: in all, over time and by section."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from serving.archive.parts import NOT_CHECKED

MOST_NAMES = 20_000  # sections that are told apart
SECTIONS = 12  # that are shown
LONGEST_NAME = 120  # characters of a section's name
MOST_BARS = 80
MOST_MONTHS = 36

Step = Literal["month", "year", "decade"]

# Newspapers began in 1605; whatever says another century does not know its date.
_DATE = r"^(?P<year>(?:1[6-9]|20)\d\d)(?:-(?P<month>0[1-9]|1[0-2]))?(?:\D|$)"


@dataclass
class Counts:
    """Of some articles. `severities` are those of severity 0, 1, 2 and 3 for each label."""

    articles: int = 0
    flagged: int = 0
    clear: int = 0
    not_checked: int = 0
    severities: dict[str, list[int]] = field(default_factory=dict)

    @property
    def checked(self) -> int:
        """What has a verdict that says something: what was not checked is never clear."""
        return self.flagged + self.clear

    def at_least(self, label: str, severity: int) -> int:
        """How many of them are as grave as that, or graver."""
        return sum(self.severities.get(label, ())[severity:])

    def add(self, verdict: str, severities: dict[str, int | None], articles: int = 1) -> None:
        """Count articles that are alike."""
        self.articles += articles
        setattr(self, verdict, getattr(self, verdict) + articles)
        for label, severity in severities.items():
            if severity is not None:
                self.severities.setdefault(label, [0, 0, 0, 0])[severity] += articles

    def merge(self, other: "Counts") -> None:
        """Add other counts to these."""
        self.articles += other.articles
        self.flagged += other.flagged
        self.clear += other.clear
        self.not_checked += other.not_checked
        for label, more in other.severities.items():
            mine = self.severities.setdefault(label, [0, 0, 0, 0])
            self.severities[label] = [one + two for one, two in zip(mine, more, strict=True)]


@dataclass(frozen=True)
class Slice:
    """A month, year or decade, or a section, and the counts of its articles."""

    name: str
    counts: Counts


@dataclass(frozen=True)
class OverTime:
    """Slices in order, empty ones too; `undated` articles stand apart."""

    step: Step
    slices: list[Slice]
    undated: Counts


@dataclass(frozen=True)
class BySection:
    """The largest sections, all others together (`others` is how many), and what has none."""

    slices: list[Slice]
    others: int
    other: Counts
    unknown: Counts


class Tally:
    """Counts rows part by part. Memory grows with the months and sections only."""

    def __init__(self) -> None:
        self.all = Counts()
        self._months: dict[str, Counts] = {}  # `2019-05`, or `2019` where that is all we know
        self._undated = Counts()
        self._sections: dict[str, Counts] = {}
        self._overflow = Counts()  # of sections that came after `MOST_NAMES` others
        self._unknown = Counts()

    def add(self, table: pa.Table, labels: Sequence[str]) -> None:
        """Count the rows of a part."""
        for verdict, month, section, articles, severities in _groups(table, labels):
            if verdict not in ("flagged", "clear"):
                verdict = NOT_CHECKED
            for counts in (self.all, self._of_month(month), self._of_section(section)):
                counts.add(verdict, severities, articles)

    def over_time(self) -> OverTime:
        """By month where there are few of them and all are known, else by year, or by decade."""
        months = sorted(self._months)
        step = _step(months)
        slices = {name: Slice(name, Counts()) for name in _names(months, step)}
        for month in months:
            slices[_name(month, step)].counts.merge(self._months[month])
        return OverTime(step, list(slices.values()), self._undated)

    def by_section(self) -> BySection:
        """The largest first."""
        order = sorted(self._sections.items(), key=lambda one: (-one[1].articles, one[0]))
        other = Counts()
        other.merge(self._overflow)
        for _, counts in order[SECTIONS:]:
            other.merge(counts)
        slices = [Slice(name, counts) for name, counts in order[:SECTIONS]]
        return BySection(slices, max(0, len(order) - SECTIONS), other, self._unknown)

    def _of_month(self, month: str | None) -> Counts:
        return self._months.setdefault(month, Counts()) if month else self._undated

    def _of_section(self, section: str | None) -> Counts:
        if not section:
            return self._unknown
        if section not in self._sections and len(self._sections) == MOST_NAMES:
            return self._overflow
        return self._sections.setdefault(section, Counts())


_Group = tuple[str, str | None, str | None, int, dict[str, int | None]]


def _groups(table: pa.Table, labels: Sequence[str]) -> Iterator[_Group]:
    """Rows that are alike in what is counted, and how many they are."""
    severities = [f"{label}_severity" for label in labels]
    section = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(table["section"]), 0, LONGEST_NAME)
    keys = ["verdict", "month", "section", *severities]
    columns = [table["verdict"], _months(table["date"]), section, *map(table.column, severities)]
    grouped = pa.table(dict(zip(keys, columns, strict=True))).group_by(keys)
    counted = grouped.aggregate([([], "count_all")]).select([*keys, "count_all"])
    for verdict, month, section, *found, articles in zip(
        *(column.to_pylist() for column in counted.columns), strict=True
    ):
        yield verdict, month, section, articles, dict(zip(labels, found, strict=True))


def _months(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    """`2019-05` or `2019` of each date that is one."""
    found = pc.extract_regex(dates, _DATE)
    year, month = pc.struct_field(found, "year"), pc.struct_field(found, "month")
    whole = pc.binary_join_element_wise(year, month, "-")
    return pc.if_else(pc.equal(month, ""), year, whole)


def _step(months: Sequence[str]) -> Step:
    if not months:
        return "year"
    if all("-" in month for month in months) and len(_names(months, "month")) <= MOST_MONTHS:
        return "month"
    return "year" if len(_names(months, "year")) <= MOST_BARS else "decade"


def _names(months: Sequence[str], step: Step) -> list[str]:
    """Every name from the first month's to the last one's."""
    if not months:
        return []
    years = range(int(months[0][:4]), int(months[-1][:4]) + 1)
    every = [f"{year}-{month:02d}" for year in years for month in range(1, 13)]
    names = list(dict.fromkeys(_name(month, step) for month in every))
    first, last = _name(months[0], step), _name(months[-1], step)
    return names[names.index(first) : names.index(last) + 1]


def _name(month: str, step: Step) -> str:
    return {"month": month, "year": month[:4], "decade": f"{month[:3]}0s"}[step]
