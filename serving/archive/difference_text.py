"""A difference between two runs as plain text, for a terminal or a mail."""

from collections.abc import Iterator, Sequence

from serving.archive.difference import (
    SEVERITIES,
    VERDICTS,
    Change,
    Difference,
    Transition,
)
from serving.archive.wording import number, plain

MOST = 10  # articles that are listed


def render_difference(found: Difference) -> str:
    """Counts, a table for the verdict and for each label, and the articles that changed most."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Difference) -> Iterator[str]:
    yield f"Run {found.before} and, after it, run {found.after}"
    for name, (before, after) in found.versions.items():
        yield f"  {name}: {before} became {after}"
    yield ""
    yield f"Articles in both runs: {number(found.articles)}"
    yield f"  with another text: {number(found.other_text)}"
    yield f"  with another verdict or severity: {number(found.changed)}"
    yield f"Only in the first run: {number(found.only_before)}"
    yield f"Only in the second run: {number(found.only_after)}"
    yield from _table("Verdict", VERDICTS, found.verdicts)
    for label, transitions in found.severities.items():
        yield from _table(f"Severity of {label}", SEVERITIES, transitions)
    if found.most_changed:
        yield from ("", "Changed most")
        yield from map(_change, found.most_changed[:MOST])


def _table(title: str, names: Sequence[str], transitions: Sequence[Transition]) -> Iterator[str]:
    """Rows: before; columns: after."""
    counts = {(one.before, one.after): one.articles for one in transitions}
    shown = [name for name in names if any(name in pair for pair in counts)]
    if not shown:
        return
    width = max(12, *(len(number(count)) for count in counts.values())) + 2
    side = max(len("before / after"), *(len(_name(name)) for name in shown)) + 2
    yield from ("", title)
    yield "before / after".ljust(side) + "".join(_name(name).rjust(width) for name in shown)
    for before in shown:
        cells = (number(counts.get((before, after), 0)).rjust(width) for after in shown)
        yield _name(before).ljust(side) + "".join(cells)


def _change(one: Change) -> str:
    what = [
        f"{label} {_severity(before)} to {_severity(after)}"
        for label, (before, after) in one.severities.items()
    ]
    if one.verdict[0] != one.verdict[1]:
        what.insert(0, f"{_name(one.verdict[0])} to {_name(one.verdict[1])}")
    where = plain(one.id) or plain(f"{one.source} {one.position}")
    return f"  {where}: {', '.join(what)}{'' if one.same_text else '; its text changed'}"


def _severity(severity: int | None) -> str:
    return "not checked" if severity is None else str(severity)


def _name(name: str) -> str:
    return name.replace("_", " ")
