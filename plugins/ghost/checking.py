"""The thread that asks Forewarn about what waits, one article after the other."""

import json
import threading
import time
from typing import Any

from ..recipes.forewarn_client import Forewarn
from .waiting import Task, Waiting

LONGEST_WAIT = 900.0  # seconds between two tries
_LINE = threading.Lock()


def log(event: str, **values: Any) -> None:
    """A line of JSON on standard output; never anything of an article but its id."""
    with _LINE:  # print writes the text and the end of the line one after the other
        print(json.dumps({"event": event, **values}), flush=True)


class Checking(threading.Thread):
    """Checks until it is stopped. It gives up only what Forewarn will never take.

    `patience` is the time in seconds from the first try to the second; it doubles with each.
    """

    def __init__(self, waiting: Waiting, forewarn: Forewarn, patience: float) -> None:
        super().__init__(name="checking", daemon=True)
        self._waiting, self._forewarn, self._patience = waiting, forewarn, patience
        self._wake = threading.Event()
        self._stopped = False

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def stop(self) -> None:
        """End after the article at hand."""
        self._stopped = True
        self._wake.set()

    def run(self) -> None:
        """Work."""
        while not self._stopped:
            self._wake.clear()
            try:
                task = self._waiting.next_due(time.time())
                if task is not None:
                    self._check(task)
                    continue
            except Exception as error:  # a full disk, say: later there may be room
                log("failed", kind=type(error).__name__)
            self._wake.wait(1.0)

    def _check(self, task: Task) -> None:
        about: dict[str, Any] = {"article": task.article, "updated_at": task.updated_at}
        answer = self._forewarn.classify(task.request)
        if answer.again:
            doubled = self._patience * 2 ** min(task.tries, 30)
            wait = max(float(answer.after), min(LONGEST_WAIT, doubled))
            self._waiting.put_off(task, answer.reason or "", time.time() + wait)
            log("put off", **about, reason=answer.reason, seconds=wait)
            return
        self._waiting.close_task(task, answer)
        queued = (answer.assessment or {}).get("queued")
        event = "checked" if answer.assessment else "refused"
        log(event, **about, verdict=answer.verdict, reason=answer.reason, queued=queued)
