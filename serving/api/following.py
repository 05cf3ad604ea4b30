"""Following the link to the artifact in force, while requests are answered."""

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from classifier import SensitivityClassifier
from classifier.artifact import MANIFEST
from serving.api.examples import ARTICLE
from serving.api.logs import log, place_of
from serving.dispatcher import Dispatcher, give_way

LOOK = 1.0  # seconds between two looks


class Follower:
    """Puts another classifier in the dispatcher's hands when the link leads elsewhere.

    A new artifact is loaded and tried on an article beside the old one, which answers meanwhile and
    ends what it has begun. One that cannot be loaded is logged, and the old one stays.
    """

    def __init__(
        self, link: Path, dispatcher: Dispatcher, replaced: Callable[[Dispatcher], None]
    ) -> None:
        self._link = link
        self._dispatcher = dispatcher
        self._replaced = replaced
        self._target: Path | None = None
        self._task = asyncio.get_running_loop().create_task(self._follow())

    async def close(self) -> None:
        """Follow no more."""
        self._task.cancel()

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            target = self._link.resolve()
            if target == self._target:
                continue
            self._target = target  # tried once: what cannot be loaded is not tried every second
            try:
                if version_of(target) != self._dispatcher.versions.artifact:
                    self._put(await asyncio.to_thread(load_aside, target))
            except Exception as error:  # whatever it is, callers are answered by the old one
                log(logging.ERROR, "artifact not replaced", **place_of(error))

    def _put(self, classifier: SensitivityClassifier) -> None:
        self._dispatcher.replace(classifier)
        self._replaced(self._dispatcher)
        log(logging.INFO, "artifact replaced", artifact=classifier.versions.artifact)


def version_of(folder: Path) -> str:
    """What the manifest says, unverified."""
    return str(json.loads((folder / MANIFEST).read_text("utf-8"))["version"])


def load_aside(folder: Path) -> SensitivityClassifier:
    """Load an artifact and let it read an article, in a thread that gives way.

    The threads that a classifier makes have the priority of the one that makes them; and the first
    article takes longer than its speed allows.
    """

    def load() -> SensitivityClassifier:
        classifier = SensitivityClassifier.load(folder)
        classifier.assess([ARTICLE])
        return classifier

    with ThreadPoolExecutor(1, initializer=give_way) as loading:
        return loading.submit(load).result()
