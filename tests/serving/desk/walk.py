"""A real browser on a real server of the tests' own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
SIZES: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "narrow": {"width": 390, "height": 844},
}


class _Quiet(uvicorn.Server):
    """A server in a thread, which gets no signals."""

    def install_signal_handlers(self) -> None:
        """None are for it."""


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application on a free port; yields its address."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="on", ws="none")
    server = _Quiet(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
        assert thread.is_alive(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that the system has."""
    found = [path for path in CHROMIUM if Path(path).exists()]
    assert found, "There is no Chromium. Run `make servers`, or install it otherwise."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox"])
        yield browser
        browser.close()


class Walk:
    """A person with a window of some size, in the light or the dark."""

    def __init__(self, browser: Browser, base: str, size: str, scheme: Any, folder: Path) -> None:
        context = browser.new_context(
            base_url=base,
            viewport=SIZES[size],
            color_scheme=scheme,
        )
        self.page: Page = context.new_page()
        self.messages: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self._name, self._folder = f"{size}-{scheme}", folder

    def look(self, name: str) -> None:
        """Keep a picture. Nothing may be seriously inaccessible, or stick out of the window."""
        self._folder.mkdir(exist_ok=True)
        self.page.screenshot(path=self._folder / f"{name}-{self._name}.png", full_page=True)
        found = Axe().run(self.page).response["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [f"{one['id']}: {json.dumps(one['nodes'])[:600]}" for one in grave] == []
        width = "document.documentElement.scrollWidth <= window.innerWidth"
        assert self.page.evaluate(width), f"{name} is wider than the window"

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(message.text)
