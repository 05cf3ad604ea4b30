"""Who gets in, as whom, and whose forms are taken."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from classifier import SensitivityClassifier
from serving.api.app import create_app
from serving.desk import articles, deciding, listing, overview, signing, trying
from serving.settings import Settings
from serving.store.queue import Queue
from serving.store.tables import SessionRow
from tests.serving.desk.conftest import ARTICLE, Browser, visit

# https://registry.npmjs.org/htmx.org, 2.0.11, dist/htmx.min.js
HTMX = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
ACTOR = "command:test"
ROUTERS = (signing, trying, listing, articles, deciding, overview)


def make_key(app: FastAPI, *scopes: str, name: str = "Ana Lind") -> str:
    secret: str = app.state.store.keys.create(name, scopes, ACTOR).secret
    app.state.access._look_at = 0.0  # it looks again at once
    return secret


def sign_in(browser: Browser, secret: str, status: int = 200) -> str:
    browser.get("/desk/sign-in")
    return browser.post("/desk/sign-in", status, key=secret)


def desk_routes() -> list[BaseRoute]:
    return [route for module in ROUTERS for route in module.router.routes]


def test_htmx_is_the_file_that_was_released(repository: Path) -> None:
    content = (repository / "serving/desk/static/htmx.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == HTMX


def test_no_template_lets_markup_through(repository: Path) -> None:
    for path in (repository / "serving/desk/templates").iterdir():
        content = path.read_text("utf-8")
        for forbidden in (
            "|safe",
            "| safe",
            "autoescape",
            "<style",
            " style=",
            " onclick=",
            "<script>",
        ):
            assert forbidden not in content, path.name


def test_nothing_inline_may_run(local: Browser) -> None:
    answer = local.client.get("/desk/queue")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert local.client.get("/desk/files/desk.css").status_code == 200
    assert local.client.get("/desk/files/pages.py").status_code == 404


def test_without_keys_whoever_is_here_is_local(local: Browser) -> None:
    assert "<summary>local</summary>" in local.get("/desk/queue")
    cookie = local.client.get("/desk/try", headers={"Cookie": ""}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/desk" in cookie


def test_without_keys_another_sites_name_does_not_lead_here(api: TestClient) -> None:
    visit(api, "http://rebound.example").get("/desk/queue", 403)


def test_a_form_from_elsewhere_is_refused(
    local: Browser, queue: Callable[..., int], desk_app: FastAPI
) -> None:
    number = queue()
    local.get("/desk/queue")
    paths = {
        route.path.replace("{number}", str(number))  # type: ignore[attr-defined]
        for route in desk_routes()
        if "POST" in route.methods  # type: ignore[attr-defined]
    }
    assert len(paths) == 10
    for path in sorted(paths):
        local.post(path, 403, token="0" * 64, version="1", how="accept")
        local.post(path, 403, token="", version="1", how="accept")
    assert desk_app.state.store.decisions.page().items == []


@pytest.mark.parametrize("scopes", [("classify", "decide"), ("read",)])
def test_a_key_for_other_things_does_not_open_the_desk(
    scopes: tuple[str, ...], desk_app: FastAPI, api: TestClient
) -> None:
    secret = make_key(desk_app, *scopes)
    browser = visit(api)
    assert "does not open the desk" in sign_in(browser, secret, 403)
    assert "does not open the desk" in sign_in(browser, "forewarn_x", 403)
    assert "Sign in" in browser.get("/desk/queue")


def test_a_key_signs_in_until_it_is_revoked(desk_app: FastAPI, api: TestClient) -> None:
    secret = make_key(desk_app, "editor")
    browser = visit(api)
    page = sign_in(browser, secret)
    assert "Ana Lind" in page
    assert secret not in page
    [key] = desk_app.state.store.keys.all()
    desk_app.state.store.keys.revoke(key.id, ACTOR)
    assert "<h1>Sign in</h1>" in browser.get("/desk/queue")


def test_signing_in_makes_a_new_token_and_signing_out_ends_it(
    desk_app: FastAPI, api: TestClient
) -> None:
    secret = make_key(desk_app, "reader")
    browser = visit(api)
    browser.get("/desk/sign-in")
    before = browser.client.cookies["forewarn_desk"]
    browser.post("/desk/sign-in", key=secret)
    token = browser.client.cookies["forewarn_desk"]
    assert token != before
    browser.post("/desk/sign-out")
    browser.client.cookies.set("forewarn_desk", token, path="/desk")
    assert "<h1>Sign in</h1>" in browser.get("/desk/queue")


def test_a_session_ends_by_itself(desk_app: FastAPI, api: TestClient) -> None:
    browser = visit(api)
    sign_in(browser, make_key(desk_app, "reader"))
    with desk_app.state.store.database.writing() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(SessionRow).values(ends_at=past))
    assert "<h1>Sign in</h1>" in browser.get("/desk/queue")


def test_no_token_is_in_the_database(local: Browser, tmp_path: Path) -> None:
    local.get("/desk/queue")
    token = local.client.cookies["forewarn_desk"].encode()
    assert all(token not in file.read_bytes() for file in tmp_path.glob("forewarn.db*"))


@pytest.mark.parametrize("to", ["https://x.example", "//x.example", "/\\x.example", "/v1/policy"])
def test_signing_in_leads_nowhere_else(to: str, desk_app: FastAPI, api: TestClient) -> None:
    secret = make_key(desk_app, "reader")
    browser = visit(api)
    browser.get("/desk/sign-in")
    answer = browser.client.post(
        "/desk/sign-in",
        data={"token": browser.token, "key": secret, "to": to},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/desk"


def test_a_reader_looks_and_does_not_decide(
    desk_app: FastAPI, api: TestClient, queue: Callable[..., int]
) -> None:
    number = queue()
    browser = visit(api)
    sign_in(browser, make_key(desk_app, "reader"))
    page = browser.get(f"/desk/queue/{number}")
    assert "Accept as proposed" not in page
    page = browser.post(f"/desk/queue/{number}/decide", 403, version="1", how="accept")
    assert "for the role editor" in page


@pytest.mark.parametrize(
    ("trusted", "name", "page"),
    [
        ("127.0.0.1 ::1", "mara@desk.example", "<summary>mara@desk.example</summary>"),
        ("10.0.0.0/8", "mara@desk.example", "<h1>Sign in</h1>"),
        ("not an address", "mara@desk.example", "<h1>Sign in</h1>"),
        ("127.0.0.1 ::1", "", "<h1>Sign in</h1>"),
        ("127.0.0.1 ::1", "x" * 201, "<h1>Sign in</h1>"),
    ],
)
def test_a_trusted_proxy_names_who_comes(
    trusted: str, name: str, page: str, retained: Settings, classifier: SensitivityClassifier
) -> None:
    proxied = {"identity_header": "X-Remote-User", "trusted_proxies": trusted}
    app = create_app(retained.model_copy(update=proxied), classifier)
    headers = {"X-Remote-User": name}
    with TestClient(
        app, "https://desk.example", headers=headers, client=("127.0.0.1", 5_000)
    ) as client:
        make_key(app, "reader")
        answer = client.get("/desk/queue")
        assert page in answer.text
        if name in page and name:
            assert "secure" in answer.headers["set-cookie"].lower()
            # Without the header the cookie alone opens nothing.
            assert (
                "<h1>Sign in</h1>" in client.get("/desk/queue", headers={"X-Remote-User": ""}).text
            )


def test_choices_are_kept_by_person(local: Browser, queue: Callable[..., int]) -> None:
    number = queue()
    page = local.get(f"/desk/queue/{number}")
    assert '<details class="text" id="text">' in page
    assert "data-shortcuts" in page
    local.post("/desk/choices", unfolded="on", to=f"/desk/queue/{number}")
    assert '<details class="text" id="text" open>' in local.page
    assert "data-shortcuts" not in local.page


def test_texts_are_kept_only_while_retention_is_on(
    retained: Settings, classifier: SensitivityClassifier, queue: Callable[..., int], tmp_path: Path
) -> None:
    number = queue(body="The boy was killed in Quillmere.")
    off = retained.model_copy(update={"retain_text": False})
    with TestClient(create_app(off, classifier), "http://127.0.0.1:8000") as client:
        page = client.get(f"/desk/queue/{number}").text
        assert "The text is not kept here" in page
        assert "Quillmere" not in page
        asked = ARTICLE | {"queue": True, "body": "A man was killed in Tarnbrook."}
        other = client.post("/v1/classify", json=asked).json()["queued"]
        assert "Tarnbrook" not in client.get(f"/desk/queue/{other}").text
        queue_of: Queue = client.app.state.store.queue  # type: ignore[attr-defined]
        assert queue_of.get(other).text is None
