"""Decided articles put together with the texts that a newsroom holds, by their content hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from classifier.article import Article
from labels import DecidedArticle, read_jsonl
from labels.schema import describe

_EXPECTED = "id: str, title: str or null, text: str, section: str or null"


@dataclass(frozen=True)
class HeldTexts:
    """Articles by content hash, and the ids of which any version is held."""

    by_hash: dict[str, Article]
    ids: frozenset[str]


@dataclass(frozen=True)
class Joined:
    """What came of a join, in the order of the decided articles.

    articles: each with its text, whose content hash is the decided one.
    missing: ids without a text. altered: ids of which only other versions are held.
    """

    articles: list[tuple[DecidedArticle, Article]]
    missing: list[str]
    altered: list[str]

    def summary(self) -> str:
        """A line that says how many were joined."""
        total = len(self.articles) + len(self.missing) + len(self.altered)
        return (
            f"{len(self.articles):,} of {total:,} decided articles have their text; no text for "
            f"{len(self.missing):,}, another version's for {len(self.altered):,}."
        )


def read_texts(path: Path) -> HeldTexts:
    """Read JSON lines of {id, title, text, section}, plain or gzipped; several versions may be.

    `text` is what a reader sees, as plain text. Raises AnnotationError, naming the line.
    """
    by_hash, ids = dict[str, Article](), set[str]()
    for reader, row in read_jsonl(path):
        if not isinstance(row, dict):
            raise reader.refuse("this is no article", _EXPECTED, describe(row))
        id_, title, text, section = (row.get(key) for key in ("id", "title", "text", "section"))
        named = isinstance(title, str | None) and isinstance(section, str | None)
        if not (isinstance(id_, str) and isinstance(text, str) and named):
            got = ", ".join(f"{key}: {type(row.get(key)).__name__}" for key in ("id", "text"))
            raise reader.refuse("this is no article", _EXPECTED, got)
        article = Article(body=text, title=title or "", id=id_, section=section)
        by_hash[article.content_hash] = article
        ids.add(id_)
    return HeldTexts(by_hash, frozenset(ids))


def join_texts(decided: Iterable[DecidedArticle], texts: HeldTexts | None = None) -> Joined:
    """Find each decided article's text: its own, or among `texts`. Another version's is none."""
    joined = Joined([], [], [])
    for one in decided:
        article = texts.by_hash.get(one.content_hash) if texts else None
        if article is None and one.text is not None:
            own = Article(body=one.text, title=one.title or "", id=one.id, section=one.section)
            article = own if own.content_hash == one.content_hash else None
        if article is not None:
            joined.articles.append((one, article))
        elif one.text is not None or (texts and one.id in texts.ids):
            joined.altered.append(one.id)
        else:
            joined.missing.append(one.id)
    return joined
