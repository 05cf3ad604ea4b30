"""`forewarn export`: what editors decided, as annotations or for an annotation tool."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labels import DecidedArticle, read_taxonomy, write_jsonl

if TYPE_CHECKING:
    from serving.decided import Decided

FORMATS = ("annotations", "label-studio", "prodigy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="file to write")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="annotations",
        help="annotations (JSON lines, the default), or tasks for Label Studio or Prodigy",
    )
    parser.add_argument(
        "--texts", type=Path, metavar="FILE", help="JSON lines of {id, title, text} that you hold"
    )
    parser.add_argument(
        "--deleted",
        type=Path,
        metavar="FILE",
        help="content hashes, one a line, of articles that are deleted: they are left out",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the decisions of the database that the settings name; say what was left out."""
    from serving.decided import decide_articles
    from serving.settings import read_settings
    from serving.store.store import open_store

    deleted = read_hashes(arguments.deleted) if arguments.deleted else frozenset()
    store = open_store(read_settings().database)
    try:
        decisions, drawings = store.decisions.export(), store.queue.drawings()
        decided = decide_articles(decisions, read_taxonomy(), deleted, drawings)
    finally:
        store.close()
    articles = _with_texts(decided.articles, arguments.texts)
    _write(articles, arguments.format, arguments.to)
    _report(decided)
    print(f"Written: {arguments.to}")
    return 0


def read_hashes(path: Path) -> frozenset[str]:
    """The content hashes of a file, one a line."""
    return frozenset(path.read_text("utf-8").split())


def _with_texts(articles: list[DecidedArticle], texts: Path | None) -> list[DecidedArticle]:
    """The articles with the texts that are at hand; the others stay as they are."""
    from classifier.held_texts import join_texts, read_texts

    if texts is None:
        return articles
    joined = join_texts(articles, read_texts(texts))
    print(joined.summary())
    found = {(one.id, one.content_hash): article for one, article in joined.articles}
    return [
        one
        if (article := found.get((one.id, one.content_hash))) is None
        else replace(
            one, title=article.title or None, text=article.body, section=article.section or None
        )
        for one in articles
    ]


def _write(articles: Iterable[DecidedArticle], form: str, path: Path) -> None:
    from labels.annotation_tools import label_studio_tasks, prodigy_tasks

    if form == "label-studio":
        tasks = label_studio_tasks(articles)
        path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", "utf-8")
    elif form == "prodigy":
        write_jsonl(path, prodigy_tasks(articles, read_taxonomy()))
    else:
        write_jsonl(path, (one.as_row() for one in articles))


def _report(decided: "Decided") -> None:
    print(decided.summary())
    for one in decided.conflicts:
        said = ", ".join(map(str, one.severities))
        print(
            f"conflict: {one.article_id} {one.content_hash[:12]} {one.label}: editors gave {said}; "
            "the last one holds"
        )
