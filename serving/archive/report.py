"""A run as a page that a managing editor reads: one file that loads nothing and runs nothing."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from classifier.text import normalise
from labels import Label, Taxonomy, read_taxonomy
from serving.archive.audit import Reading, Stratum
from serving.archive.charts import draw_articles, draw_labels, period_name
from serving.archive.estimate import Estimate, estimate, expectation, rule_of_three
from serving.archive.output import Folder
from serving.archive.summary import Summary

REPORT = "report.html"
_TEMPLATES = Path(__file__).with_name("templates")
_BOUNDS = (0.03, 0.01, 0.003, 0.001)  # shares for which the size of a sample is told
_REASONS = {
    "language": "In a language that the classifier does not read",
    "empty": "No text",
    "unreadable": "Text that cannot be read",
    "too_long": "Longer than the limit for one article",
}


def write_report(folder: Folder, summary: Summary, readings: list[Reading] | None = None) -> None:
    """Leave the page in the folder."""
    folder.write(REPORT, render_report(summary, readings).encode())


def render_report(summary: Summary, readings: list[Reading] | None = None) -> str:
    """The page, with what people found in the audit's sample where they have read it."""
    taxonomy = read_taxonomy()
    names = _names(taxonomy)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": _number,
        "percent": _percent,
        "plain": _plain,
        "link": _link,
        "day": _day,
        "period": period_name,
        "name": lambda id_: names.get(id_) or _plain(id_).replace("_", " ").capitalize(),
        "reason": lambda reason: _REASONS.get(reason) or _plain(reason).capitalize(),
        "stratum": _stratum_name,
    }
    style = environment.get_template("report.css").render()
    return environment.get_template("report.html").render(
        summary=summary,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        labels=_labels(summary, taxonomy),
        parents={one.id: one.parent for one in taxonomy.sub_labels},
        charts=[
            draw_articles(summary.over_time),
            *draw_labels(summary.over_time, {one: names.get(one, one) for one in summary.labels}),
        ],
        audit=_audit(summary, readings or []),
    )


def _labels(summary: Summary, taxonomy: Taxonomy) -> list[Label]:
    """Those of the run that the taxonomy knows."""
    return [label for label in taxonomy.labels if label.id in summary.labels]


@dataclass(frozen=True)
class _Audit:
    """What is said of the sample: what people found, or what it could tell."""

    readings: list[Reading]
    clear: Estimate | None
    flagged: Estimate | None
    expected: Estimate
    sizes: list[tuple[int, float]]  # of plain samples, and the share that they can bound


def _audit(summary: Summary, readings: list[Reading]) -> _Audit:
    read = any(one.read for one in readings)
    return _Audit(
        readings if read else [],
        estimate(readings, "clear") if read else None,
        estimate(readings, "flagged") if read else None,
        expectation(summary.strata),
        [(rule_of_three(share), share) for share in _BOUNDS],
    )


def _names(taxonomy: Taxonomy) -> dict[str, str]:
    entries = (*taxonomy.labels, *taxonomy.sub_labels, *taxonomy.details, *taxonomy.treatments)
    return {entry.id: entry.name for entry in entries}


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _percent(part: float, whole: float = 1) -> str:
    """In per cent, with one decimal; what is there is never said to be nothing."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "< 0.1 %"
    return f"{share:.1f} %" if share % 1 > 1e-9 and share < 99.95 or share == 0 else f"{share:.0f} %"


def _plain(text: str | None) -> str:
    """What a stranger wrote, in one line and without control characters."""
    return " ".join(normalise(text or "").text.split())


def _link(url: str | None) -> str | None:
    """The address, where it is one of the web."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%-d %B %Y}"


def _stratum_name(stratum: Stratum) -> str:
    low, high = stratum.probability
    if high is None:
        span = f"{low:.0%} or more"
    else:
        span = f"{low:.0%} to {high:.0%}" if low else f"under {high:.0%}"
    return f"{stratum.verdict.capitalize()}, {span.replace('%', ' %')}"
