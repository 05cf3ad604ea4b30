"""Superdesk's ways with a plug-in, as `apps.validate`, `apps.publish` and `ai` go them."""

import importlib
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

from tests.plugins.invented import HTML, TITLE

ITEM: dict[str, Any] = {
    "_id": "urn:newsml:localhost:2026-11-27T10:00:00.1:pond",
    "guid": "urn:newsml:localhost:2026-11-27T10:00:00.1:pond",
    "type": "text",
    "state": "in_progress",
    "language": "en-GB",
    "headline": TITLE,
    "slugline": "mill-pond",
    "abstract": "<p>A pupil of nine was pulled from a pond.</p>",
    "body_html": HTML,
    "anpa_category": [{"qcode": "l", "name": "Local news"}],
    "subject": [{"qcode": "03000000", "name": "disaster and accident"}],
    "extra": {"city": "Eastmere"},
}


class InvalidError(Exception):
    """What keeps an item from being published."""


class Superdesk:
    """A server with one plug-in in INSTALLED_APPS."""

    def __init__(self, **config: Any) -> None:
        self.app = SimpleNamespace(config=config)
        importlib.import_module("plugins.superdesk").init_app(self.app)
        self._signals: Any = importlib.import_module("superdesk.signals")
        self._services: Any = importlib.import_module("superdesk.text_checkers.ai.base")

    def publish(self, item: dict[str, Any]) -> dict[str, Any]:
        """As BasePublishService: validate a copy, then publish another; any response refuses."""
        response: list[str] = []
        copy = deepcopy(item)
        self._signals.item_validate.send(self, item=copy, response=response, error_fields={})
        if response:
            raise InvalidError(*response)
        published = deepcopy(item)
        self._signals.item_publish.send(self, item=published)
        return published

    def analyze(self, item: dict[str, Any]) -> dict[str, Any]:
        """As AIService."""
        service = self._services.registered_ai_services["forewarn"]
        analysis: dict[str, Any] = service.analyze(item)
        return analysis

    def operate(self, operation: str, data: dict[str, Any]) -> dict[str, Any]:
        """As AIDataOpService."""
        service = self._services.registered_ai_services["forewarn"]
        result: dict[str, Any] = service.data_operation("POST", operation, None, data)
        return result
