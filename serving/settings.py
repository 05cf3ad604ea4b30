"""Settings of a deployment. Each is an environment variable whose name begins with FOREWARN_."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.errors import ServingError

PREFIX = "FOREWARN_"
_TYPES: dict[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Literal["reader", "editor", "admin"]: "text",
    str: "text",
    str | None: "text",
}


class Settings(BaseSettings):
    """Everything that may differ from one deployment to the next.

    What belongs to the artifact (windowing, calibration, thresholds) is not here.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    artifact: Path | None = Field(
        default=None,
        description="Folder of the artifact that answers, or the link that `forewarn promote` "
        "moves, which the server follows; by default the one under `models/`.",
    )
    shadow: Path | None = Field(
        default=None,
        description="Folder of a candidate artifact that reads along in spare time; `/v1/shadow` "
        "tells what it would have said otherwise.",
    )
    policy: Path | None = Field(
        default=None,
        description="File of the house policy; by default the one that comes with Forewarn.",
    )
    locale: str = Field(
        default="en",
        max_length=35,
        description="Locale of notes and checks, unless a request asks for another.",
    )
    country: str = Field(
        default="",
        pattern=r"^([A-Za-z]{2})?$",
        description="Country of the readers (ISO 3166, two letters), for help lines; empty: all.",
    )
    database: str | None = Field(
        default=None,
        repr=False,  # it may hold a password
        description="URL of the database, such as `sqlite:////srv/forewarn.db` or "
        "`postgresql://user:password@host/name`; by default a SQLite file in the user's data "
        "folder.",
    )
    retain_text: bool = Field(
        default=False,
        description="Whether decisions are stored with their text, and articles of the queue with "
        "theirs.",
    )
    audit_share: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of the clear articles with `queue: true` that are drawn for an audit.",
    )
    identity_header: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]*$",
        description="Header in which a trusted proxy names who comes to the desk; empty: none.",
    )
    identity_role: Literal["reader", "editor", "admin"] = Field(
        default="editor", description="Role of whom the proxy names: reader, editor or admin."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1 ::1",
        description="Addresses and networks, with spaces between, of proxies that may name people.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; without keys only a loopback address.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    max_body_bytes: int = Field(
        default=2_000_000, ge=1, description="Largest body of a request, in bytes."
    )
    deadline_ms: int = Field(
        default=2_500,
        ge=1,
        description="Milliseconds that a caller waits for an answer, unless X-Deadline-Ms says so.",
    )
    batch_deadline_ms: int = Field(
        default=60_000, ge=1, description="The same for each article of a batch."
    )
    receive_ms: int = Field(
        default=10_000,
        ge=1,
        description="Milliseconds in which a request must have come, head and body.",
    )
    drain_ms: int = Field(
        default=3_000,
        ge=0,
        description="Milliseconds from SIGTERM in which requests are still taken, while /readyz "
        "says 503, before the server stops.",
    )
    rate_limit: str = Field(
        default="600/minute", description="How often each key may be used, on each server."
    )
    origins: str = Field(
        default="",
        description="Origins, with spaces between, whose pages may call from a browser (CORS).",
    )
    max_waiting_ms: int = Field(
        default=2_000,
        ge=0,
        description="Milliseconds of work that may be waiting before new articles are refused; a "
        "quarter of it while more comes than can be read.",
    )
    max_article_characters: int = Field(
        default=300_000,
        ge=1,
        description="Longest article, title and body together, in characters (code points).",
    )


def read_settings(**given: Any) -> Settings:
    """Settings from the environment; what is `given`, and not None, comes first.

    Raises ServingError, which names the setting but not its value: it may be a secret.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(
            f"{PREFIX}{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise ServingError(
            f"The settings cannot be used. {wrong}. Correct the environment variable or the option."
        ) from None


def settings_table() -> str:
    """The table of all settings, in Markdown."""
    return "\n".join(("| variable | type | default | |", "|---|---|---|---|", *_rows()))


def _rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        kind = _TYPES.get(field.annotation, "path")
        default = "" if field.default is None else f"`{field.default}`"
        yield f"| `{PREFIX}{name.upper()}` | {kind} | {default} | {field.description} |"
