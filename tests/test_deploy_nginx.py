"""nginx, with `deploy/nginx.conf`, in front of a real server."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from serving.api import examples
from serving.settings import Settings
from serving.store.secret import SCOPES
from serving.store.store import open_store
from tests.serving.processes import server
from tests.serving.test_database import locked
from tests.serving.test_problems import BODY, CANARY, problem_of

# Debian keeps nginx off the path of everybody but root.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
pytestmark = [
    pytest.mark.skipif(not NGINX, reason="nginx is not installed; `make servers` does that"),
    pytest.mark.skipif(not OPENSSL, reason="openssl is not installed, which makes the certificate"),
]

NAME = "forewarn.example"  # as in the file
PEER = "    server 127.0.0.1:8000 "
LARGEST = Settings.model_fields["max_body_bytes"].default
MAIN = """
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include forewarn.conf;
}
"""


class House(NamedTuple):
    """A server, as it is reached without nginx."""

    port: int
    direct: httpx2.Client
    database: Path
    bearer: dict[str, str]


@pytest.fixture(scope="module")
def house(
    artifact: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    database = tmp_path_factory.mktemp("server") / "forewarn.db"
    url = f"sqlite:///{database}"
    store = open_store(url)
    _, secret = store.keys.create("CMS", SCOPES, "command:test")
    store.close()
    bearer = {"Authorization": f"Bearer {secret}"}
    with server(repository, artifact, FOREWARN_DATABASE=url) as process:
        assert process.stdout
        port = json.loads(process.stdout.readline())["port"]
        base = f"http://127.0.0.1:{port}"
        with httpx2.Client(base_url=base, headers=bearer, timeout=60) as direct:
            assert direct.get("/readyz").status_code == 200
            yield House(port, direct, database, bearer)


@contextmanager
def nginx(repository: Path, folder: Path, ports: list[int]) -> Iterator[httpx2.Client]:
    """nginx in front of servers on these ports, and who asks it: by TLS, on a socket of its own."""
    write_configuration(repository, folder, ports)
    command = [str(NGINX), "-p", str(folder), "-c", "nginx.conf", "-e", "start.log"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(folder / "nginx.sock", process)
            context = ssl.create_default_context(cafile=folder / f"{NAME}.pem")
            transport = httpx2.HTTPTransport(uds=str(folder / "nginx.sock"), verify=context)
            with httpx2.Client(
                base_url=f"https://{NAME}", transport=transport, timeout=60
            ) as client:
                yield client
        finally:
            process.terminate()


def write_configuration(repository: Path, folder: Path, ports: list[int]) -> None:
    """The file as it is, save where nginx listens, where servers are and where it may write."""
    text = (repository / "deploy" / "nginx.conf").read_text("utf-8")
    [peer] = [line for line in text.splitlines() if line.startswith(PEER)]
    peers = [peer.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for port in ports]
    for old, new in (
        (peer, "\n".join(peers)),
        ("listen 443 ssl;", f"listen unix:{folder}/nginx.sock ssl;"),
        *((f"{place}/", f"{folder}/") for place in ("/etc/ssl/certs", "/etc/ssl/private")),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "forewarn.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(MAIN, "utf-8")
    files = ["-keyout", f"{folder}/{NAME}.key", "-out", f"{folder}/{NAME}.pem"]
    about = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command = [str(OPENSSL), "req", "-x509", *kind, *files, *about]
    subprocess.run(command, check=True, capture_output=True)


def wait_for(address: Path, process: "subprocess.Popen[str]") -> None:
    """Wait until something listens there, unless the process has ended."""
    while process.poll() is None:
        with socket.socket(socket.AF_UNIX) as asking:
            if asking.connect_ex(str(address)) == 0:
                return
        time.sleep(0.02)
    assert process.stderr
    pytest.fail(process.stderr.read())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def client(house: House, repository: Path, folder: Path) -> Iterator[httpx2.Client]:
    """A caller with a key, whom nginx lets through to the server."""
    with nginx(repository, folder, [house.port]) as client:
        client.headers.update(house.bearer)
        yield client


def decide(client: httpx2.Client, key: str) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post("/v1/decisions", json=examples.decision(), headers=headers)


def test_an_article_goes_through_with_its_answer(client: httpx2.Client, house: House) -> None:
    article = examples.request()
    answer = client.post("/v1/classify?offset_unit=utf16", json=article)
    assert answer.status_code == 200, answer.text
    direct = house.direct.post("/v1/classify?offset_unit=utf16", json=article)
    assert answer.json() == direct.json()
    for name, value in direct.headers.items():
        if name not in ("date", "x-request-id", "content-length"):
            assert answer.headers[name] == value
    assert decide(client, "through").status_code == 201
    assert client.get("/v1/decisions").json() == house.direct.get("/v1/decisions").json()


def test_without_its_key_nobody_gets_through(client: httpx2.Client) -> None:
    response = client.get("/v1/policy", headers={"Authorization": "Bearer nobody"})
    assert problem_of(response).status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_request_keeps_its_id(client: httpx2.Client) -> None:
    answer = client.get("/v1/policy", headers={"X-Request-ID": "cms-4711.save_2"})
    assert answer.headers.get_list("X-Request-ID") == ["cms-4711.save_2"]


@pytest.mark.parametrize("given", ["", "short", f"{CANARY} was here", "x" * 65])
def test_an_id_that_is_no_plain_one_is_replaced(client: httpx2.Client, given: str) -> None:
    answer = client.get("/v1/policy", headers={"X-Request-ID": given})
    [own] = answer.headers.get_list("X-Request-ID")
    assert len(own) == 32
    assert own != given


def test_an_answer_that_still_holds_is_not_given_again(client: httpx2.Client) -> None:
    first = client.post("/v1/classify", json=examples.request())
    headers = {"If-None-Match": first.headers["ETag"]}
    again = client.post("/v1/classify", json=examples.request(), headers=headers)
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_body_as_large_as_it_may_be_goes_through(client: httpx2.Client) -> None:
    body = json.dumps({"body": "x"}).encode().ljust(LARGEST)
    answer = client.post("/v1/classify", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("size", [LARGEST + 1, 2 * LARGEST], ids=["server", "nginx"])
@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_who_refuses_a_larger_body_says_so_in_the_same_way(
    client: httpx2.Client, house: House, size: int, chunked: bool
) -> None:
    body = b" " * size
    sent: Any = (body[start : start + 65_536] for start in range(0, size, 65_536))
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/classify", content=sent if chunked else body, headers=headers)
    problem = problem_of(answer)
    direct = problem_of(house.direct.post("/v1/classify", content=body, headers=headers))
    assert (problem.status, problem.type) == (413, "/problems/request-too-large")
    assert problem.title == direct.title
    for told in (problem.detail, direct.detail):
        assert f"Expected: at most {LARGEST} bytes of body." in told


@pytest.mark.parametrize(
    "target",
    [
        *("/metrics", "/readyz", "/livez", "//metrics", "/METRICS", "/metrics/"),
        *("/v1/../metrics", "/v1/%2e%2e/metrics", "/v1/..%2fmetrics", "/v1/..;/metrics"),
        *("/metrics/../v1/classify", "/%6detrics", "/metrics?/v1/", f"https://{NAME}/metrics"),
    ],
)
def test_what_is_for_the_house_only_is_hidden(client: httpx2.Client, target: str) -> None:
    answer = client.get("/", extensions={"target": target.encode()})
    assert answer.status_code == 404
    assert "forewarn_" not in answer.text


def test_the_deadline_that_a_caller_asks_for_counts(client: httpx2.Client) -> None:
    asked: dict[str, Any] = {"json": {"body": BODY * 30}, "headers": {"X-Deadline-Ms": "1"}}
    answer = client.post("/v1/classify", **asked)
    problem = problem_of(answer)
    assert (problem.status, problem.type) == (504, "/problems/deadline")
    assert problem.verdict == "not_checked"
    assert "within 1 ms" in problem.detail


def test_what_a_server_cannot_do_now_it_says_itself(client: httpx2.Client, house: House) -> None:
    with locked(house.database, 60), ThreadPoolExecutor(2) as pool:
        answer, direct = pool.map(decide, (client, house.direct), ("now", "direct"))
    problem = problem_of(answer)
    assert problem.status == 503
    assert problem == problem_of(direct).model_copy(update={"request_id": problem.request_id})
    assert answer.headers["Retry-After"] == direct.headers["Retry-After"]


def test_servers_that_refused_something_are_asked_for_the_next(
    house: House, repository: Path, tmp_path: Path
) -> None:
    with nginx(repository, tmp_path, [house.port] * 2) as client:
        client.headers.update(house.bearer)
        with locked(house.database, 60), ThreadPoolExecutor(6) as pool:
            refused = list(pool.map(decide, [client] * 6, "123456"))
        assert {answer.status_code for answer in refused} == {503}
        answer = client.post("/v1/classify", json=examples.request())
    assert answer.status_code == 200, answer.text


def test_where_no_server_is_nothing_was_checked(repository: Path, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        nginx(repository, tmp_path, [taken.getsockname()[1]]) as client,
    ):
        taken.close()
        sent = {"X-Request-ID": "cms-4711.save_2"}
        answer = client.post("/v1/classify", json=examples.request(), headers=sent)
    problem = problem_of(answer)
    assert (problem.status, problem.type) == (503, "/problems/not-ready")
    assert problem.verdict == "not_checked"
    assert problem.request_id == "cms-4711.save_2"
    assert answer.headers["Retry-After"] == "1"


def test_logs_of_nginx_hold_nothing_that_was_sent(
    client: httpx2.Client, house: House, folder: Path
) -> None:
    sent = {"X-Request-ID": "cms-4711.logged"}
    client.post(f"/v1/classify?{CANARY}", json={"body": BODY, "title": CANARY}, headers=sent)
    client.get(f"/{CANARY}")
    client.post("/v1/classify", content=CANARY.encode() * 200_000)
    lines = (folder / "forewarn.log").read_text("utf-8").splitlines()
    [line] = [found for found in map(json.loads, lines) if found["request_id"] == "cms-4711.logged"]
    assert (line["method"], line["status"]) == ("POST", 200)
    assert line["upstream"] == f"127.0.0.1:{house.port}"
    written = "".join(log.read_text("utf-8") for log in folder.glob("*.log"))
    assert CANARY not in written
    assert house.bearer["Authorization"][-43:] not in written
