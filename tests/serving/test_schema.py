"""schemathesis asks whatever the OpenAPI document allows, and more, of a real server."""

import json
import subprocess
import sys
from pathlib import Path

from serving.store.secret import SCOPES
from serving.store.store import open_store
from tests.serving.processes import server

# The server's own word that it has no time, which schemathesis asks for with X-Deadline-Ms: 1, is
# a documented answer and no fault; so faults are looked for in the log, which has every status.
CHECKS = "content_type_conformance,response_schema_conformance,status_code_conformance"


def test_no_fault_and_no_answer_that_is_not_documented(
    artifact: Path, repository: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/forewarn.db"
    store = open_store(url)
    _, secret = store.keys.create("schemathesis", SCOPES, "command:test")
    store.close()
    given = {
        "FOREWARN_DATABASE": url,
        "FOREWARN_DRAIN_MS": "0",
        "FOREWARN_RATE_LIMIT": "1000000/second",
    }
    log = tmp_path / "log"
    with log.open("w") as written, server(repository, artifact, **given) as process:
        assert process.stdout
        port = json.loads(process.stdout.readline())["port"]
        with subprocess.Popen(["cat"], stdin=process.stdout, stdout=written):
            told = ask_everything(f"http://127.0.0.1:{port}/openapi.json", secret, tmp_path)
            process.terminate()
    assert told.returncode == 0, told.stdout
    statuses = [json.loads(line).get("status") for line in log.read_text("utf-8").splitlines()]
    assert len(statuses) > 100
    assert 200 in statuses
    assert 500 not in statuses
    assert secret[-43:] not in log.read_text("utf-8")


def ask_everything(document: str, secret: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", document]
    options = ["--max-examples=20", f"--checks={CHECKS}", "--request-timeout=60", "--seed=17"]
    header = ["--header", f"Authorization: Bearer {secret}"]
    return subprocess.run(
        [*command, *options, *header],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
