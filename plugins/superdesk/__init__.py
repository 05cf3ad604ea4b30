"""Forewarn in Superdesk: an AI service, and a look at every text before it is published.

Copy `plugins/recipes` and `plugins/superdesk` into a folder on the path of your Superdesk server,
say `server/forewarn_plugin`, and add to its settings (Python 3.8 and up, nothing else to install):

    INSTALLED_APPS.append("forewarn_plugin.superdesk")
    FOREWARN_URL = "http://127.0.0.1:8000"
    FOREWARN_KEY = env("FOREWARN_KEY")  # of the scopes classify and decide
    FOREWARN_HOLD = []  # ids of checks that editors must tick before publishing; see hooks.py
"""

from __future__ import annotations

from typing import Any

from ..recipes.forewarn_client import Forewarn


def init_app(app: Any) -> None:
    """Called by Superdesk when it starts. Raises ValueError for a URL or key that cannot be one."""
    # Here and not above: only inside Superdesk there is a superdesk to import.
    from . import hooks, service

    url = app.config.get("FOREWARN_URL") or "http://127.0.0.1:8000"
    forewarn = Forewarn(url, (app.config.get("FOREWARN_KEY") or "").strip())
    service.ForewarnService(app, forewarn)
    hooks.connect(hooks.Desk(forewarn, app.config.get("FOREWARN_HOLD") or ()))
