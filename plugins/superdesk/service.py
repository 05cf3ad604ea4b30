"""The AI service: `POST /api/ai` with `{"service": "forewarn", "item": {…}}`.

Written for superdesk-core's `AIServiceBase`, `AIService` and `AIDataOpService`. Its list of AI
services must be open to those that register later, as since `AllowedContainer`.
"""

from __future__ import annotations

from typing import Any

from superdesk.errors import SuperdeskApiError
from superdesk.text_checkers.ai.base import AIServiceBase

from ..recipes.forewarn_client import Forewarn
from .mapping import article_of, record_of, sentence_of, subjects_of


class ForewarnService(AIServiceBase):  # type: ignore[misc]
    """Content warnings as subjects, with the assessment that they come from."""

    name = "forewarn"
    label = "Forewarn"

    def __init__(self, app: Any, forewarn: Forewarn) -> None:
        super().__init__(app)
        self._forewarn = forewarn

    def analyze(self, item: dict[str, Any], tags: Any = None) -> dict[str, Any]:
        """Subjects for the editor to take over, and what Forewarn says.

        Never fails because Forewarn does: `status` then says that nothing was checked, and why.
        Some releases of Superdesk send `tags` along; they have no part in the answer.
        """
        answer = self._forewarn.classify(article_of(item), iptc="true", offset_unit="utf16")
        told = {"status": sentence_of(answer), "assessment": answer.assessment}
        return {"subject": subjects_of(answer), "forewarn": {**told, **record_of(answer)}}

    def data_operation(
        self, verb: str, operation: str, name: str | None, data: dict[str, Any]
    ) -> dict[str, Any]:
        """`feedback` stores a decision: `data` has `decision` and a `name` that is its own.

        There are no tags to search, create or delete.
        """
        if verb != "POST" or operation != "feedback":
            raise SuperdeskApiError.badRequestError(f"[{self.name}] expected: POST, feedback.")
        if not isinstance(data.get("decision"), dict) or not isinstance(data.get("name"), str):
            raise SuperdeskApiError.badRequestError(f"[{self.name}] expected: decision, name.")
        decided = self._forewarn.decide(data["decision"], data["name"])
        return {"stored": decided.stored, "reason": decided.reason, "again": decided.again}
