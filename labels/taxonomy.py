"""The taxonomy: what Forewarn looks for, as taxonomy.toml spells it."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from labels.errors import TaxonomyError
from labels.schema import Reader

LEVELS = (0, 1, 2, 3)

# https://cv.iptc.org/newscodes/contentwarning/
CONTENT_WARNINGS = (
    "cwarn:death",
    "cwarn:language",
    "cwarn:nudity",
    "cwarn:sexuality",
    "cwarn:suffering",
    "cwarn:violence",
)


@dataclass(frozen=True)
class Severity:
    """One of the four steps of a label: level 0 to 3, a short name, what it means."""

    level: int
    name: str
    meaning: str


@dataclass(frozen=True)
class Label:
    """An ordinal label. `severities` are those of level 0, 1, 2, 3, in this order."""

    id: str
    name: str
    definition: str
    iptc: str | None
    severities: tuple[Severity, ...]


@dataclass(frozen=True)
class SubLabel:
    """A kind of content under one label, whose id is `parent`; present or not."""

    id: str
    name: str
    definition: str
    parent: str
    iptc: str | None


@dataclass(frozen=True)
class Detail:
    """A way of telling that editors want to know of; present or not."""

    id: str
    name: str
    definition: str


@dataclass(frozen=True)
class Treatment:
    """The kind of article; each article has exactly one."""

    id: str
    name: str
    definition: str


@dataclass(frozen=True)
class Taxonomy:
    """All labels in the order of the file, which is the order of the network's outputs."""

    version: str
    labels: tuple[Label, ...]
    sub_labels: tuple[SubLabel, ...]
    details: tuple[Detail, ...]
    treatments: tuple[Treatment, ...]

    @classmethod
    def from_toml(cls, text: str, place: str = "taxonomy") -> Self:
        """Read the text of a taxonomy file; errors begin with `place`.

        Raises TaxonomyError for anything unknown, missing, doubled or of a wrong type.
        """
        reader = Reader(place, TaxonomyError, null="none")
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as reason:
            raise reader.refuse("this is no TOML", "TOML 1.0", str(reason)) from None
        taxonomy = reader.build(cls, table)
        _check(taxonomy, reader)
        return taxonomy

    @property
    def label_ids(self) -> tuple[str, ...]:
        """The ids of the ordinal labels, in order."""
        return tuple(label.id for label in self.labels)

    @property
    def sub_label_ids(self) -> tuple[str, ...]:
        """The ids of the sub-labels, in order."""
        return tuple(sub_label.id for sub_label in self.sub_labels)

    @property
    def detail_ids(self) -> tuple[str, ...]:
        """The ids of the details, in order."""
        return tuple(detail.id for detail in self.details)

    @property
    def treatment_ids(self) -> tuple[str, ...]:
        """The ids of the treatments, in order."""
        return tuple(treatment.id for treatment in self.treatments)


def read_taxonomy(path: Path | None = None) -> Taxonomy:
    """Read a taxonomy file; without a path, the one that comes with this package.

    Raises TaxonomyError, or OSError where the file cannot be read.
    """
    path = path or Path(__file__).with_name("taxonomy.toml")
    return Taxonomy.from_toml(path.read_text(encoding="utf-8"), str(path))


def _check(taxonomy: Taxonomy, reader: Reader) -> None:
    """Refuse what single values do not show: ids twice, unknown parents and codes, levels."""
    everything = (
        *taxonomy.label_ids,
        *taxonomy.sub_label_ids,
        *taxonomy.detail_ids,
        *taxonomy.treatment_ids,
    )
    for id_, times in Counter(everything).items():
        if times > 1:
            raise reader.refuse(f"the id {id_!r} is not unique", "one entry", f"{times} entries")
    codes = {entry.iptc for entry in taxonomy.labels} | {
        entry.iptc for entry in taxonomy.sub_labels
    }
    reader.require_known(filter(None, codes), CONTENT_WARNINGS, "iptc code")
    parents = (sub_label.parent for sub_label in taxonomy.sub_labels)
    reader.require_known(parents, taxonomy.label_ids, "parent of a sub-label")
    for label in taxonomy.labels:
        levels = tuple(severity.level for severity in label.severities)
        if levels != LEVELS:
            raise reader.refuse(f"severities of {label.id!r}", str(LEVELS), str(levels))
