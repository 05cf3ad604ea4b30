"""A server of S3, on a port of its own for each worker."""

import os
from collections.abc import Iterator

import fsspec
import pytest


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """URL of an empty bucket; to be reached as users reach theirs, through the environment."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }.items():
            environment.setenv(name, value)
        fsspec.filesystem("s3").mkdir("archive")
        yield "s3://archive"
    server.stop()
