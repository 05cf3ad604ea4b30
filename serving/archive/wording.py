"""Numbers, names and addresses as a page for editors says them."""

from datetime import datetime
from urllib.parse import urlsplit

from classifier.text import normalise
from labels import Label, Severity, Taxonomy
from serving.archive.audit import Stratum

_REASONS = {
    "language": "In a language that the classifier does not read",
    "empty": "No text",
    "unreadable": "Text that cannot be read",
    "too_long": "Longer than the limit for one article",
}


class Names:
    """What ids are called; one that the taxonomy does not know is spelled out."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._labels = {label.id: label for label in taxonomy.labels}
        self._names = {
            **{one.id: one.name for one in taxonomy.labels},
            **{one.id: one.name for one in taxonomy.sub_labels},
            **{one.id: one.name for one in taxonomy.details},
            **{one.id: one.name for one in taxonomy.treatments},
        }

    def name(self, id_: str) -> str:
        """Such as `Killing` for `killing`."""
        return self._names.get(id_) or plain(id_).replace("_", " ").capitalize()

    def label(self, id_: str) -> Label:
        """The label with its severities."""
        severities = tuple(Severity(level, "", "") for level in range(4))
        return self._labels.get(id_) or Label(id_, self.name(id_), "", None, severities)


def number(value: float) -> str:
    """`1,234`."""
    return f"{value:,.0f}"


def percent(part: float, whole: float = 1) -> str:
    """`12.3 %`; what is there is never said to be nothing."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "<\u00a00.1\u00a0%"
    return f"{share:.1f}\u00a0%"


def bound(share: float) -> str:
    """`0.3 %`: a round share, with no more decimals than it has."""
    return f"{100 * share:g}\u00a0%"


def plain(text: str | None) -> str:
    """What a stranger wrote, in one line and without control characters."""
    return " ".join(normalise(text or "").text.split())


def web_link(url: str | None) -> str | None:
    """The address, where it is one of the web and hides nothing."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and parts.netloc and plain(url) == url
    return url if whole else None


def day(moment: str) -> str:
    """`4 May 2026`."""
    when = datetime.fromisoformat(moment)
    return f"{when.day} {when:%B %Y}"


def reason(code: str) -> str:
    """Why an article was not checked."""
    return _REASONS.get(code) or plain(code).capitalize()


def stratum(one: Stratum) -> str:
    """`Clear, 5 % to 20 %`."""
    low, high = one.probability
    if high is None:
        span = f"{bound(low)} or more"
    else:
        span = f"{bound(low)} to {bound(high)}" if low else f"under {bound(high)}"
    return f"{one.verdict.capitalize()}, {span}"
