"""Decided articles as Label Studio and Prodigy import them, to be looked at again there.

Label Studio: https://labelstud.io/guide/tasks (a list of tasks with `data` and `annotations`).
Prodigy: https://prodi.gy/docs/api-interfaces#choice (a JSON line a task, with `options`, `accept`).
"""

from collections.abc import Iterable
from typing import Any

from labels.decided import DecidedArticle
from labels.errors import AnnotationError
from labels.taxonomy import LEVELS, Taxonomy


def label_studio_tasks(articles: Iterable[DecidedArticle]) -> list[dict[str, Any]]:
    """A task for each article; every judged label is a choice of its severity.

    They fit a project whose `Text` is named `text` and whose `Choices` are named after the labels.
    Raises AnnotationError for an article without its text.
    """
    return [
        {
            "data": {"id": one.id, "title": one.title or "", "text": _text(one)},
            "meta": _about(one),
            "annotations": [
                {
                    "result": [
                        {
                            "from_name": label,
                            "to_name": "text",
                            "type": "choices",
                            "value": {"choices": [str(judged.severity)]},
                        }
                        for label, judged in one.labels.items()
                    ]
                }
            ],
        }
        for one in articles
    ]


def prodigy_tasks(articles: Iterable[DecidedArticle], taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """A task of the `choice` interface for each article, an option for each label and severity.

    The options are those of the judged labels. Raises AnnotationError for an article without text.
    """
    names = {label.id: label.name for label in taxonomy.labels}
    return [
        {
            "text": "\n\n".join(part for part in (one.title, _text(one)) if part),
            "options": [
                {"id": f"{label}:{level}", "text": f"{names[label]}: {level}"}
                for label in one.labels
                for level in LEVELS
            ],
            "accept": [f"{label}:{judged.severity}" for label, judged in one.labels.items()],
            "answer": "accept",
            "meta": {"id": one.id} | _about(one),
        }
        for one in articles
    ]


def _about(article: DecidedArticle) -> dict[str, Any]:
    editors = sorted({judged.editor for judged in article.labels.values()})
    return {"content_hash": article.content_hash, "editors": editors}


def _text(article: DecidedArticle) -> str:
    if article.text is None:
        raise AnnotationError(
            f"There is no text of {article.id}",
            "the text of every article, since people will read it",
            "none",
            "Give the texts that you hold with --texts, or export annotations.",
        )
    return article.text
