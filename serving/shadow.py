"""A candidate artifact that reads along: what it would have said otherwise, in spare time only.

It gets the articles that were answered, and reads one of them whenever nobody waits, in a thread of
the lowest priority. What comes while too many lie there is dropped. Nothing of an article is kept
but its content hash.
"""

import asyncio
import os
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from classifier import Article, Assessment, SensitivityClassifier

HELD = 32  # articles that may lie there
LONGEST = 20_000  # characters of an article that is read along
SHOWN = 200  # differences that are kept, the newest
PAUSE = 0.05  # seconds between two looks whether anybody waits


class Watcher(Protocol):
    """Told what came of an article that was read along."""

    def shadowed(self, outcome: str) -> None:
        """`same`, `different`, `dropped` or `failed`."""

    def severity_differs(self, label: str, before: int, after: int) -> None:
        """The candidate gives a label another severity."""


class Shadow:
    """Compares a candidate with the artifact in force. Made and used on one event loop."""

    def __init__(
        self, candidate: SensitivityClassifier, watcher: Watcher, idle: Callable[[], bool]
    ) -> None:
        self.version = candidate.versions.artifact
        self._candidate = candidate
        self._watcher = watcher
        self._idle = idle
        self._held: deque[tuple[Article, Assessment]] = deque()
        self._outcomes: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._severities: Counter[str] = Counter()
        self._differences: deque[dict[str, Any]] = deque(maxlen=SHOWN)
        self._thread = ThreadPoolExecutor(1, "shadow", initializer=lowest_priority)
        self._arrival = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def offer(self, articles: Sequence[Article], assessments: Sequence[Assessment]) -> None:
        """Take articles that were answered, as far as there is room; returns at once."""
        for article, assessment in zip(articles, assessments, strict=True):
            if assessment.versions.artifact == self.version:
                continue  # it is in force by now
            long = len(article.title) + len(article.body) > LONGEST
            if long or len(self._held) >= HELD:
                self._count("dropped")
                continue
            self._held.append((article, assessment))
            self._arrival.set()

    def report(self) -> dict[str, Any]:
        """What differs, in plain values: counts, and the newest differences with content hashes."""
        return {
            "candidate": self.version,
            "articles": {
                name: self._outcomes[name] for name in ("same", "different", "dropped", "failed")
            },
            "verdicts": dict(self._verdicts),
            "severities": dict(self._severities),
            "differences": list(self._differences),
        }

    async def close(self) -> None:
        """Stop; what lies there is dropped."""
        self._task.cancel()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrival.wait()
            while not self._idle():
                await asyncio.sleep(PAUSE)
            article, answered = self._held.popleft()
            if not self._held:
                self._arrival.clear()
            try:
                [found] = await loop.run_in_executor(
                    self._thread, self._candidate.assess, [article]
                )
            except Exception:  # whatever it is, it is the candidate's and no caller's
                self._count("failed")
                continue
            self._compare(answered, found)

    def _compare(self, before: Assessment, after: Assessment) -> None:
        changed = {
            label: (old.severity, after.labels[label].severity)
            for label, old in before.labels.items()
            if label in after.labels and old.severity != after.labels[label].severity
        }
        if not changed and before.verdict == after.verdict:
            self._count("same")
            return
        self._count("different")
        if before.verdict != after.verdict:
            self._verdicts[f"{before.verdict} to {after.verdict}"] += 1
        for label, (old, new) in changed.items():
            self._severities[f"{label} {old} to {new}"] += 1
            self._watcher.severity_differs(label, old, new)
        self._differences.append(
            {
                "content_hash": before.content_hash,
                "against": before.versions.artifact,
                "verdict": {"before": before.verdict, "after": after.verdict},
                "severities": {
                    label: {"before": old, "after": new} for label, (old, new) in changed.items()
                },
            }
        )

    def _count(self, outcome: str) -> None:
        self._outcomes[outcome] += 1
        self._watcher.shadowed(outcome)


def lowest_priority() -> None:
    """Let everybody else go first. Linux gives each thread a niceness of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
