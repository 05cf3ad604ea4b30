"""Which artifact is in force: a symbolic link that is put elsewhere in one step, and its history.

The history lies beside the link, as JSON lines: promotions and rollbacks, oldest first. A line is
written before the link moves, so a last line that the link does not bear out never came to be.
Whoever writes it holds a lock on the folder.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from classifier.artifact import GATE, read_artifact_taxonomy, read_manifest
from serving.errors import ServingError

_RULE = "Expected a link that `forewarn promote` made, such as /srv/forewarn/artifacts/current"


class PromotionError(ServingError):
    """An artifact cannot be put in force as asked; what is in force stays."""


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history. `gate` tells whether a passed report was there."""

    at: str
    actor: str
    action: Literal["promote", "rollback"]
    version: str
    folder: str
    gate: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """What was in force, if anything, and what is now: versions, and the folder."""

    before: str | None
    after: str
    folder: Path


def promote(link: Path, candidate: Path, actor: str, *, gated: bool = True) -> Moved:
    """Point the link to the candidate's folder; it is made where there is none.

    Unless not `gated`, the folder must hold a passed report of the gate on exactly these two
    versions. Raises PromotionError, ArtifactError.
    """
    folder = candidate.resolve()
    version = _require_whole(folder)
    with _locked(link) as steps:
        before = _in_force(link)
        if before == version:
            raise PromotionError(
                f"{version} is in force already. Expected another artifact than {link} leads to. "
                "Nothing was changed."
            )
        passed = _passed(folder, version, before)
        if gated and not passed:
            raise PromotionError(
                f"No passed report of {version} against {before or 'an artifact in force'} at "
                f"{folder / GATE}. Expected the report of `forewarn gate` on these two. Nothing "
                "was changed. Run `forewarn gate`, or give --without-gate and answer for it."
            )
        _move(link, [*steps, Step(_now(), actor, "promote", version, str(folder), passed)])
    return Moved(before, version, folder)


def roll_back(link: Path, actor: str) -> Moved:
    """Point the link to what was in force before the last promotion that still holds.

    Raises PromotionError where there is nothing before, ArtifactError where it is not whole.
    """
    with _locked(link) as steps:
        before = _in_force(link)
        standing = _standing(steps)
        if len(standing) < 2:
            raise PromotionError(
                f"Nothing was in force before {before or 'this'}. Expected an earlier promotion in "
                f"{_history(link)}. Nothing was changed. Promote the artifact that you want."
            )
        last = standing[-2]
        folder = Path(last.folder)
        version = _require_whole(folder)
        if version != last.version:
            raise PromotionError(
                f"{folder} is another artifact now: expected {last.version}, got {version}. "
                "Nothing was changed. Promote the artifact that you want."
            )
        step = Step(_now(), actor, "rollback", version, last.folder, last.gate)
        _move(link, [*steps, step])
    return Moved(before, version, folder)


def history_of(link: Path) -> list[Step]:
    """What came to be, oldest first. Raises PromotionError for a file that nobody can read."""
    history = _history(link)
    lines = history.read_text("utf-8").splitlines() if history.is_file() else []
    try:
        steps = [Step(**json.loads(line)) for line in lines]
    except (TypeError, ValueError):
        raise PromotionError(
            f"{history} cannot be read. Expected a JSON line for each promotion and rollback. "
            "Nothing was changed. Correct it, or move it away and begin a new history."
        ) from None
    if steps and steps[-1].folder != str(link.resolve()):
        return steps[:-1]  # written, but the link was never moved
    return steps


def _history(link: Path) -> Path:
    return link.with_name(link.name + ".history.jsonl")


@contextmanager
def _locked(link: Path) -> Iterator[list[Step]]:
    """The history, while nobody else moves the link. Raises PromotionError."""
    if link.exists() and not link.is_symlink():
        raise PromotionError(
            f"{link} is no link, so nothing else can be put in its place at once. {_RULE}. Nothing "
            "was changed. Name such a link with --current, and set FOREWARN_ARTIFACT to it."
        )
    link.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(link.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield history_of(link)
    finally:
        os.close(folder)


def _standing(steps: list[Step]) -> list[Step]:
    """The promotions that hold, the one in force last: a rollback takes one away."""
    standing: list[Step] = []
    for step in steps:
        if step.action == "promote":
            standing.append(step)
        else:
            standing = standing[:-1]
    return standing


def _in_force(link: Path) -> str | None:
    """The version that the link leads to; None where there is no link, or its folder is gone."""
    return read_manifest(link.resolve()).version if link.exists() else None


def _require_whole(folder: Path) -> str:
    version = read_manifest(folder).version
    read_artifact_taxonomy(folder)
    return version


def _passed(folder: Path, version: str, before: str | None) -> bool:
    path = folder / GATE
    if not path.is_file():
        return False
    try:
        report: dict[str, Any] = json.loads(path.read_text("utf-8"))
        told = [report[key] for key in ("candidate", "against", "passed")]
    except (KeyError, TypeError, ValueError):
        raise PromotionError(
            f"{path} cannot be read. Expected the report that `forewarn gate` writes. Nothing was "
            "changed. Run it again."
        ) from None
    return told == [version, before, True]


def _move(link: Path, steps: list[Step]) -> None:
    """Write the history, whose last step is the one to be taken, and take it."""
    lines = "".join(json.dumps(asdict(step)) + "\n" for step in steps)
    history = _history(link)
    written = history.with_suffix(".partial")
    with written.open("w", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    written.replace(history)
    aside = link.with_name(link.name + ".partial")
    aside.unlink(missing_ok=True)
    aside.symlink_to(steps[-1].folder, target_is_directory=True)
    aside.replace(link)  # rename(2): whoever looks sees the old one or the new one


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
