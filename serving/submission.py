"""An article as it was sent, and the answer with its passages anchored where they were sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from classifier import Article, Assessment
from serving.bodies.body import Block, Body
from serving.bodies.ninjs import ninjs_body, ninjs_title
from serving.bodies.units import Unit


@dataclass(frozen=True)
class Submission:
    """Title and body as their sender keeps them; the title is plain text."""

    body: Body
    title: str = ""
    id: str | None = None
    section: str | None = None
    language: str | None = None

    @cached_property
    def article(self) -> Article:
        """The article as a reader sees it."""
        return Article(self.body.text, self.title, self.id, self.section, self.language)

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """What passages stand in, by field: a title is read as a body of one block."""
        return {"title": Body([Block(self.title, "text")]), "body": self.body}

    @property
    def characters(self) -> int:
        """Code points that were sent, markup included."""
        return len(self.title) + sum(len(block.source) for block in self.body.blocks)

    def answer(self, assessment: Assessment, unit: Unit) -> dict[str, Any]:
        """The assessment as plain values, every passage with its anchor."""
        answer = assessment.as_dict()
        for label in answer["labels"].values():
            label["evidence"] = [
                anchored(self.bodies[found["field"]], found, unit) for found in label["evidence"]
            ]
        return answer


def anchored(body: Body, found: Mapping[str, Any], unit: Unit) -> dict[str, Any]:
    """A passage as plain values, with its anchor in a body; what else is known of it stays."""
    anchor = body.anchor(found["start"], found["end"], unit)
    return {
        "field": found["field"],
        "block": anchor.block,
        "start": anchor.start,
        "end": anchor.end,
        "visible": {"start": anchor.visible_start, "end": anchor.visible_end},
        "quote": found["quote"],
        "before": anchor.before,
        "after": anchor.after,
        **{name: value for name, value in found.items() if name in ("score", "kind")},
    }


def from_ninjs(document: Mapping[str, Any]) -> Submission:
    """A ninjs document. Raises NinjsError where it has no body that can be read."""
    language = document.get("language")
    uri = document.get("uri")
    return Submission(
        body=ninjs_body(document),
        title=ninjs_title(document),
        id=uri if isinstance(uri, str) else None,
        language=language if isinstance(language, str) and language else None,
    )
