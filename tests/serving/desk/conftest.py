"""A desk on a server of the tests' own, and people who come to it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.settings import Settings

LOOPBACK = "http://127.0.0.1:8000"
BODY = (
    "A man was injured in the city on Monday, police said.\n\n"
    "The boy, 9, was with his mother. She said the school was told."
)
ARTICLE: dict[str, Any] = {"title": "Man injured in the city", "body": BODY}


class Browser:
    """Somebody with a browser: cookies, and the token of the page that they look at."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = ""

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text[:2_000]
        self.page = answer.text
        return answer.text

    def post(self, path: str, status: int = 200, **fields: Any) -> str:
        files = fields.pop("files", None)
        data = fields if "token" in fields else {"token": self.token} | fields
        answer = self.client.post(path, data=data, files=files)
        assert answer.status_code == status, answer.text[:2_000]
        self.page = answer.text
        return answer.text

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.page)
        assert found, "the page has no form"
        return found[1]

    @property
    def version(self) -> str:
        found = re.search(r'name="version" value="(\d+)"', self.page)
        assert found, "the page has no version"
        return found[1]


def visit(api: TestClient, base_url: str = LOOPBACK) -> Browser:
    """Another browser, on the event loop of the server that is ready."""
    client = TestClient(api.app, base_url=base_url, follow_redirects=True)
    client.portal = api.portal
    return Browser(client)


@pytest.fixture
def retained(settings: Settings) -> Settings:
    return settings.model_copy(update={"retain_text": True, "audit_share": 1.0})


@pytest.fixture
def desk_app(retained: Settings, classifier: SensitivityClassifier) -> FastAPI:
    return create_app(retained, classifier)


@pytest.fixture
def api(desk_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(desk_app, base_url=LOOPBACK) as client:
        yield client


@pytest.fixture
def local(api: TestClient) -> Browser:
    """The local person, on a server without keys."""
    return visit(api)


@pytest.fixture
def queue(api: TestClient) -> Callable[..., int]:
    """Puts an article into the queue; returns its number."""

    def put(**fields: Any) -> int:
        answer = api.post("/v1/classify", json=ARTICLE | {"queue": True} | fields)
        assert answer.status_code == 200, answer.text
        number = answer.json()["queued"]
        assert isinstance(number, int)
        return number

    return put
