"""`forewarn serve`: the API on this machine."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options; each goes before the environment variable FOREWARN_… of its name."""
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    parser.add_argument("--artifact", type=Path, help="artifact folder (default: the released one)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from serving.api.run import serve
    from serving.settings import read_settings

    serve(read_settings(host=arguments.host, port=arguments.port, artifact=arguments.artifact))
    return 0
