"""A run as a page that a managing editor reads: one file that loads nothing and runs nothing."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from labels import Taxonomy, read_taxonomy
from serving.archive import wording
from serving.archive.audit import Reading
from serving.archive.charts import LEAST, Ranking, draw_articles, draw_labels, period_name, rank
from serving.archive.counts import Slice
from serving.archive.estimate import Estimate, estimate, expectation, rule_of_three
from serving.archive.output import Folder
from serving.archive.summary import Summary

REPORT = "report.html"
_TEMPLATES = Path(__file__).with_name("templates")
_BOUNDS = (0.03, 0.01, 0.003, 0.001)  # shares for which the size of a sample is told


def write_report(folder: Folder, summary: Summary, readings: Sequence[Reading] = ()) -> None:
    """Leave the page in the folder."""
    folder.write(REPORT, render_report(summary, readings).encode())


def render_report(summary: Summary, readings: Sequence[Reading] = ()) -> str:
    """The page, with what people found in the sample where they have read any of it."""
    taxonomy = read_taxonomy()
    names = wording.Names(taxonomy)
    labels = [names.label(id_) for id_ in summary.labels]
    environment = _environment(names)
    style = environment.get_template("report.css").render()
    return environment.get_template("report.html").render(
        summary=summary,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        labels=labels,
        most=max((n for found in summary.counts.severities.values() for n in found[1:]), default=0),
        about=_about(summary, names, taxonomy),
        charts=[
            draw_articles(summary.over_time),
            *draw_labels(summary.over_time, {label.id: label.name for label in labels}),
        ],
        least=LEAST,
        sections=_sections(summary),
        proposals=_proposals(summary, names),
        reasons=rank("Not checked", _renamed(summary.reasons, wording.reason), "unchecked"),
        audit=_audit(summary, readings),
    )


@dataclass(frozen=True)
class _Audit:
    """What is said of the sample: what people found, or what it could tell."""

    readings: Sequence[Reading]
    clear: Estimate | None
    flagged: Estimate | None
    expected: Estimate
    sizes: list[tuple[int, float]]  # of plain samples, and the share that they can bound


def _environment(names: wording.Names) -> Environment:
    """Every value is escaped: ids, addresses and sections come from strangers."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": wording.number,
        "percent": wording.percent,
        "bound": wording.bound,
        "plain": wording.plain,
        "link": wording.web_link,
        "day": wording.day,
        "stratum": wording.stratum,
        "period": period_name,
        "name": names.name,
    }
    return environment


def _about(summary: Summary, names: wording.Names, taxonomy: Taxonomy) -> list[Ranking]:
    """Sub-labels by label, details and treatments."""
    parents = {one.id: one.parent for one in taxonomy.sub_labels}
    found = [
        (id_, {k: n for k, n in summary.sub_labels.items() if parents.get(k) == id_})
        for id_ in summary.labels
    ]
    most = max([*summary.sub_labels.values(), *summary.details.values()], default=1)
    rankings = [rank(names.name(id_), _renamed(n, names.name), whole=most) for id_, n in found]
    rankings += [
        rank("Ways of telling", _renamed(summary.details, names.name), whole=most),
        rank("Treatment", _renamed(summary.treatments, names.name), "s1"),
    ]
    return [ranking for ranking in rankings if ranking.rows]


def _proposals(summary: Summary, names: wording.Names) -> list[Ranking]:
    notes = [(wording.plain(one.text), one.articles) for one in summary.notes]
    checks = [(wording.plain(one.text), one.articles) for one in summary.checks]
    risks = {risk: n for risk, n in summary.identification.items() if risk != "none_found"}
    rankings = [
        rank("Notes for readers", notes),
        rank("Checks for editors", checks),
        rank("Actions", _renamed(summary.actions, names.name)),
        rank("That readers can tell who a minor is", _renamed(risks, names.name)),
    ]
    return [ranking for ranking in rankings if ranking.rows]


def _sections(summary: Summary) -> list[Slice]:
    """The largest sections, the others together, and what has none."""
    by = summary.by_section
    slices = [Slice(wording.plain(one.name), one.counts) for one in by.slices]
    slices += [
        Slice(f"{wording.number(by.others)} others", by.other),
        Slice("No section", by.unknown),
    ]
    return [one for one in slices if one.counts.articles]


def _audit(summary: Summary, readings: Sequence[Reading]) -> _Audit:
    read = any(one.read for one in readings)
    return _Audit(
        readings if read else (),
        estimate(readings, "clear") if read else None,
        estimate(readings, "flagged") if read else None,
        expectation(summary.strata),
        [(rule_of_three(share), share) for share in _BOUNDS],
    )


def _renamed(counts: dict[str, int], say: Callable[[str], str]) -> list[tuple[str, int]]:
    return [(say(id_), articles) for id_, articles in counts.items()]
