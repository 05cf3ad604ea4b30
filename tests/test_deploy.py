"""What `deploy/` names exists, and the programs that read it take it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Route

from benchmarks.tables import DOCUMENTS
from forewarn.__main__ import VERBS
from serving.api.app import create_app
from serving.api.metrics import Metrics
from serving.api.run import GRACE, KEEP_ALIVE
from serving.settings import PREFIX, Settings

OPERATIONS = DOCUMENTS / "operations.md"
OWN_ROUTE = re.compile(r"/(?:livez|readyz|metrics)\b|/v1/")
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd is not installed"
)


@pytest.fixture(scope="module")
def deploy(repository: Path) -> Path:
    return repository / "deploy"


def read_unit(deploy: Path) -> dict[str, str]:
    """The settings of the unit that are given once."""
    lines = (deploy / "forewarn.service").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Za-z]+=", line))


def nginx_seconds(deploy: Path, name: str) -> int:
    found = re.search(rf"\b{name} (\d+)s;", (deploy / "nginx.conf").read_text("utf-8"))
    assert found
    return int(found[1])


@pytest.mark.parametrize("name", ["forewarn.service", "nginx.conf", "Containerfile"])
def test_settings_that_are_named_exist(name: str, deploy: Path) -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", (deploy / name).read_text("utf-8")))
    assert named
    assert {setting.lower() for setting in named} <= set(Settings.model_fields)


def test_every_command_that_is_named_is_a_verb(deploy: Path) -> None:
    container = (deploy / "Containerfile").read_text("utf-8")
    [command] = re.findall(r"^CMD (.+)$", container, re.MULTILINE)
    assert json.loads(command)[0] in VERBS
    folder, program, verb = re.fullmatch(
        r"(/opt/forewarn)(/\.venv/bin/forewarn) (\w+)", read_unit(deploy)["ExecStart"]
    ).groups()  # type: ignore[union-attr]
    assert verb in VERBS
    [entry] = re.findall(r"^ENTRYPOINT (.+)$", container, re.MULTILINE)
    assert json.loads(entry) == [folder + program]
    assert f"WORKDIR {folder}\n" in container


def test_everything_that_is_copied_exists_and_all_of_it_that_answers(
    deploy: Path, repository: Path
) -> None:
    container = (deploy / "Containerfile").read_text("utf-8")
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", container, re.MULTILINE)
        for source in line.split()
    }
    assert [source for source in copied if not (repository / source).exists()] == []
    assert {"labels", "classifier", "serving", "forewarn", "models"} <= copied
    assert not copied & {".", ".git", "tests"}


def test_the_container_runs_without_privileges_what_was_tested(deploy: Path) -> None:
    container = (deploy / "Containerfile").read_text("utf-8")
    last = container.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root|0\b)\w+$", last, re.MULTILINE)
    assert re.search(r"pip install .*-c constraints\.txt", container)
    assert re.search(r"^HEALTHCHECK .*\\\n.*/readyz", last, re.MULTILINE)
    assert f"EXPOSE {Settings.model_fields['port'].default}\n" in last


def test_routes_that_are_named_exist(deploy: Path, settings_app_paths: set[str]) -> None:
    for file in deploy.iterdir():
        for path in OWN_ROUTE.findall(file.read_text("utf-8")):
            assert any(known.startswith(path) for known in settings_app_paths), (file.name, path)


@pytest.fixture(scope="module")
def settings_app_paths(artifact: Path) -> set[str]:
    app = create_app(Settings(artifact=artifact))
    paths = {route.path for route in app.routes if isinstance(route, Route)} | set(
        app.openapi()["paths"]
    )
    assert "/v1/classify" in paths
    return paths | {"/metrics"}


def test_times_follow_from_each_other(deploy: Path) -> None:
    """Who stands further out waits longer; who keeps idle connections hangs up first."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    stop = int(read_unit(deploy)["TimeoutStopSec"])
    assert stop > defaults["drain_ms"] / 1000 + GRACE
    assert nginx_seconds(deploy, "proxy_read_timeout") > defaults["batch_deadline_ms"] / 1000
    assert nginx_seconds(deploy, "keepalive_timeout") < KEEP_ALIVE
    assert nginx_seconds(deploy, "client_body_timeout") <= defaults["receive_ms"] / 1000


def test_nginx_keeps_whole_articles_in_memory(deploy: Path) -> None:
    text = (deploy / "nginx.conf").read_text("utf-8")
    size = {
        name: int(re.search(rf"\b{name} (\d+)m;", text)[1]) * 1_000_000  # type: ignore[index]
        for name in ("client_max_body_size", "client_body_buffer_size")
    }
    assert size["client_body_buffer_size"] >= size["client_max_body_size"]
    assert size["client_max_body_size"] == Settings.model_fields["max_body_bytes"].default
    assert "$request_uri" not in text
    assert not re.search(r"\$(request|args|query_string|uri)\b", text)


@needs_systemd
def test_systemd_takes_the_unit(deploy: Path, tmp_path: Path) -> None:
    text = (deploy / "forewarn.service").read_text("utf-8")
    unit = tmp_path / "forewarn.service"
    # What is to be executed has to exist, and so has the user; here nobody has installed it.
    text = text.replace("/opt/forewarn/.venv/bin/forewarn", sys.executable)
    unit.write_text(text.replace("=forewarn\nGroup=forewarn", "=root\nGroup=root"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "forewarn.service" in line]
    assert ours == []


@needs_systemd
def test_the_unit_gives_little_away(deploy: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", deploy / "forewarn.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"exposure level for forewarn.service: ([\d.]+)", done.stdout)
    if not found:
        pytest.skip("this systemd does not judge units offline")
    assert float(found[1]) < 3.0  # of 10; the network alone counts for most of what is left


def metrics_in(text: str) -> set[str]:
    """The families that a text names, without the endings of their samples."""
    samples = re.findall(r"\bforewarn_\w+", text)
    return {re.sub("_(total|info|count|sum|bucket)$", "", sample) for sample in samples}


def test_every_metric_that_an_alert_counts_exists(deploy: Path) -> None:
    known = {family.name for family in Metrics().registry.collect()}
    asked = metrics_in((deploy / "alerts.yml").read_text("utf-8"))
    assert len(asked) >= 4
    assert asked <= known
    document = metrics_in(OPERATIONS.read_text("utf-8"))
    assert asked <= document <= known


def test_the_documentation_says_what_to_do_about_each_alert(deploy: Path) -> None:
    rules = re.findall(r"alert: (\w+)", (deploy / "alerts.yml").read_text("utf-8"))
    told = re.findall(r"^\| `(Forewarn\w+)` \|", OPERATIONS.read_text("utf-8"), re.MULTILINE)
    assert rules == told
    assert len(rules) == len(set(rules))


def test_types_of_problems_that_an_alert_counts_exist(deploy: Path, repository: Path) -> None:
    types = re.findall(r'type="([\w-]+)"', (deploy / "alerts.yml").read_text("utf-8"))
    source = (repository / "serving" / "api" / "problems.py").read_text("utf-8")
    assert types
    assert [name for name in types if f'"{name}"' not in source] == []
