"""Whether requests are traced, as the standard variables OTEL_* of the environment say.

Off unless OTEL_TRACES_EXPORTER or an OTLP endpoint is set. The extra `otel` has the libraries.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from serving.errors import ServingError

if TYPE_CHECKING:
    from serving.api.spans import Tracing

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"


def read_tracing(environ: Mapping[str, str] = os.environ) -> "Tracing | None":
    """What traces requests, or None where nobody asks for it.

    Raises ServingError where it is asked for and cannot be done: a server that silently leaves its
    traces out is found out when they are needed.
    """
    if not _wanted(environ):
        return None
    _require(environ, "OTEL_TRACES_EXPORTER", "otlp")
    for name in _PROTOCOLS:
        _require(environ, name, _PROTOCOL)
    try:
        from serving.api.spans import otlp_tracing
    except ModuleNotFoundError as error:
        raise ServingError(
            "Traces are asked for by the OTEL_… variables of the environment, but the package "
            f"{error.name!r} is not installed. Expected the extra 'otel'. Install it with: "
            "pip install 'forewarn[serve,otel]', or set OTEL_SDK_DISABLED=true."
        ) from None
    return otlp_tracing()


def _wanted(environ: Mapping[str, str]) -> bool:
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip()
    return exporter != "none" if exporter else any(environ.get(name) for name in _ENDPOINTS)


def _require(environ: Mapping[str, str], name: str, only: str) -> None:
    if environ.get(name, "").strip() not in ("", only):
        # The value is left out: variables of a collector may hold secrets.
        raise ServingError(
            f"{name} has a value that is not supported. Expected: {only}. Set it so, or unset it; "
            "a collector can pass traces on in other forms."
        )
