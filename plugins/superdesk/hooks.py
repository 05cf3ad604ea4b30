"""Before a text is published: look at it, ask for checks, and note what was found.

All that a receiver of `item_validate` puts into its `response` keeps an item from being published.
So nothing is put there unless you name checks of your house policy in FOREWARN_HOLD, and never
because Forewarn did not answer. A check that is named there holds an item until an editor has
ticked it in the vocabulary `forewarn_checks` (`vocabulary.json`; add it to your content profiles).

What was found, or why nothing was checked, stands in `extra.forewarn` of the published item.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from superdesk.signals import item_publish, item_validate

from ..recipes.forewarn_client import Answer, Forewarn
from .mapping import article_of, entries, record_of, sentence_of

TEXTS = ("text", "preformatted")
# What has never been out. A correction or a kill must go at once.
NEW = ("draft", "ingested", "routed", "fetched", "submitted", "in_progress", None)
VOCABULARY = "forewarn_checks"
KEPT = 1000  # answers between validation and publication

logger = logging.getLogger(__name__)


class Desk:
    """What happens to items on their way out. `hold` are ids of checks that must be ticked."""

    def __init__(self, forewarn: Forewarn, hold: Iterable[str] = ()) -> None:
        self._forewarn = forewarn
        self._hold = frozenset(hold)
        self._answers: dict[str, Answer] = {}

    def validate(self, item: dict[str, Any], response: list[str]) -> None:
        """Check an item; append to `response` what keeps it from being published."""
        if item.get("type") not in TEXTS:
            return
        answer = self._forewarn.classify(article_of(item))
        self._keep(_name(item), answer)
        if answer.verdict == "not_checked":
            logger.warning("%s is not checked, because %s", _name(item), answer.reason)
            return
        if item.get("state") not in NEW or item.get("auto_publish"):
            return  # nobody sits there to tick anything
        chosen = entries(item.get("subject"))
        ticked = {one.get("qcode") for one in chosen if one.get("scheme") == VOCABULARY}
        for check in (answer.assessment or {})["checks"]:
            if check["id"] in self._hold - ticked:
                response.append(f"{check['text']} Tick {check['id']} when you have looked.")

    def note(self, item: dict[str, Any]) -> None:
        """Write what was found into the item that is being published."""
        answer = self._answers.pop(_name(item), None)
        extra = item.get("extra") or {}
        if answer is not None and isinstance(extra, dict):
            told = {"forewarn": sentence_of(answer), "forewarn_record": record_of(answer)}
            item["extra"] = {**extra, **told}

    def _keep(self, name: str, answer: Answer) -> None:
        self._answers.pop(name, None)
        while len(self._answers) >= KEPT:  # of those that were validated and not published
            self._answers.pop(next(iter(self._answers)), None)
        self._answers[name] = answer


_desks: list[Desk] = []


def connect(desk: Desk) -> None:
    """Let this desk, and no earlier one, see what is published."""
    _desks[:] = [desk]
    item_validate.connect(_validate)
    item_publish.connect(_note)


# Functions of the module: a signal forgets a method once its object is gone, and calls a function
# once however often it is connected.
def _validate(sender: Any, item: dict[str, Any], response: list[str], **_: Any) -> None:
    _desks[-1].validate(item, response)


def _note(sender: Any, item: dict[str, Any], **_: Any) -> None:
    _desks[-1].note(item)


def _name(item: dict[str, Any]) -> str:
    return str(item.get("guid") or item.get("_id"))
