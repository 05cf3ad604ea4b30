"""Superdesk's items as articles, and answers as Superdesk's subjects. Pure functions."""

from __future__ import annotations

import re
from typing import Any

from ..recipes.forewarn_client import Answer

LONGEST_NAME = 200  # of an id or section, for Forewarn
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
SCHEME = "content_warning"  # of the subjects; name a vocabulary so if editors are to pick them


def article_of(item: dict[str, Any]) -> dict[str, Any]:
    """An item as the body of POST /v1/classify. Passages name the field they are in as block."""
    blocks = [
        {"id": name, "html": item[name]}
        for name in ("abstract", "body_html")
        if isinstance(item.get(name), str) and item[name]
    ]
    title = item.get("headline") or item.get("slugline")
    article: dict[str, Any] = {"title": str(title or ""), "body": blocks}
    name = str(item.get("guid") or item.get("_id") or "")
    if 0 < len(name) <= LONGEST_NAME:
        article["id"] = name
    if LANGUAGE.fullmatch(str(item.get("language") or "")):
        article["language"] = item["language"]
    section = _section(item)
    if section:
        article["section"] = section[:LONGEST_NAME]
    return article


def _section(item: dict[str, Any]) -> str:
    """The first category, else the first subject of no scheme, which is a newsroom's own."""
    own = [one for one in entries(item.get("subject")) if not one.get("scheme")]
    names = (one.get("name") for one in entries(item.get("anpa_category")) + own)
    return next((str(name) for name in names if name), "")


def entries(value: Any) -> list[dict[str, Any]]:
    """The entries of a vocabulary that an item names; none where the field holds something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def subjects_of(answer: Answer) -> list[dict[str, Any]]:
    """IPTC content warnings as Superdesk keeps subjects; none where nothing was checked."""
    found = (answer.assessment or {}).get("subjects") or []
    return [
        {
            "name": subject["name"],
            "qcode": f"cwarn:{subject['uri'].rpartition('/')[2]}",
            "scheme": SCHEME,
            "source": "forewarn",
            "altids": {"cwarn": subject["uri"]},
        }
        for subject in found
    ]


def sentence_of(answer: Answer) -> str:
    """What an editor reads."""
    if answer.assessment is None or answer.verdict == "not_checked":
        return f"Forewarn: not checked, because {answer.reason}"
    labels = answer.assessment["labels"]
    grades = ", ".join(f"{name} {found['severity']}" for name, found in labels.items())
    return f"Forewarn: {answer.verdict} ({grades})"


def record_of(answer: Answer) -> dict[str, Any]:
    """What to keep beside the item: enough to tell later which text was judged by what."""
    kept = ("content_hash", "versions")
    found = answer.assessment or {}
    record = {name: found[name] for name in kept if name in found}
    return {"verdict": answer.verdict, "etag": answer.etag, **record}
