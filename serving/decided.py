"""From decisions, as plug-ins reported them one by one, to what editors say of each article."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from classifier import Article
from labels import DecidedArticle, Judgement, Taxonomy
from serving.store.decisions import Decision

_HASH = re.compile(r"[0-9a-f]{64}")
Version = tuple[str, str]  # id and content hash of an article


@dataclass(frozen=True)
class Conflict:
    """Two or more editors who gave a label of one version of an article different severities."""

    article_id: str
    content_hash: str
    label: str
    severities: tuple[int, ...]  # the last of each editor, in the order in which they decided


@dataclass(frozen=True)
class Decided:
    """What decisions come to.

    articles: in the order of their first decision. conflicts: where the last decision was taken
    although another editor had said otherwise. The counts are of decisions: `read` of all, `others`
    of those about notes and checks, `unclear` of those about labels that tell no severity,
    `deleted` of those about articles that are to be left out, and `undone` of those that were taken
    back.
    """

    articles: list[DecidedArticle]
    conflicts: list[Conflict]
    read: int
    others: int
    unclear: int
    deleted: int
    undone: int

    def summary(self) -> str:
        """A line with the counts."""
        judged = sum(len(one.labels) for one in self.articles)
        return (
            f"{self.read:,} decisions: {judged:,} labels judged in {len(self.articles):,} versions "
            f"of articles. Left out: {self.others:,} about notes and checks, {self.unclear:,} that "
            f"tell no severity, {self.deleted:,} about deleted articles, {self.undone:,} undone."
        )


def decide_articles(
    decisions: Iterable[Decision],
    taxonomy: Taxonomy,
    deleted: Collection[str] = (),
    drawings: Mapping[str, float] | None = None,
) -> Decided:
    """Gather decisions, oldest first, by article: for each version and label the last one holds.

    `deleted` are content hashes of articles that are to be left out. `drawings` are the
    probabilities with which articles were drawn to be asked about, by content hash; 1 where none is
    given.
    """
    decisions = list(decisions)
    undone = {one.undoes for one in decisions if one.undoes is not None}
    found: dict[Version, dict[str, dict[str, Judgement]]] = {}  # version, label, editor
    texts: dict[Version, Article] = {}
    read = others = unclear = left_out = taken_back = 0
    for decision in decisions:
        if decision.undoes is not None:
            continue  # it is about a decision
        read += 1
        if decision.id in undone:
            taken_back += 1
            continue
        if decision.content_hash in deleted:
            left_out += 1
            continue
        version = (decision.article_id, decision.content_hash)
        if retained := _retained_article(decision):
            texts[version] = retained
        if decision.subject != "label":
            others += 1
            continue
        judged = _judgement(decision, taxonomy, (drawings or {}).get(decision.content_hash, 1.0))
        if judged is None:
            unclear += 1
            continue
        editors = found.setdefault(version, {}).setdefault(decision.subject_id, {})
        editors.pop(decision.editor, None)  # so that the last one comes last
        editors[decision.editor] = judged
    articles = [_article(*version, labels, taxonomy) for version, labels in found.items()]
    articles = [_with_text(one, texts.get((one.id, one.content_hash))) for one in articles]
    counts = (read, others, unclear, left_out, taken_back)
    return Decided(articles, list(_conflicts(found)), *counts)


def _judgement(decision: Decision, taxonomy: Taxonomy, drawing: float) -> Judgement | None:
    """What a decision about a label says, if anything: a rejected label has severity 0."""
    severity = decision.severity_after
    if severity is None and decision.action in ("accept", "reject"):
        severity = decision.severity_before if decision.action == "accept" else 0
    known = decision.subject_id in taxonomy.label_ids and _HASH.fullmatch(decision.content_hash)
    if severity is None or not known:
        return None
    return Judgement(
        severity=severity,
        proposed=decision.severity_before,
        editor=decision.editor,
        at=decision.at.isoformat(),
        artifact=decision.artifact_version,
        sampling_probability=drawing,
    )


def _article(
    id_: str, content_hash: str, labels: dict[str, dict[str, Judgement]], taxonomy: Taxonomy
) -> DecidedArticle:
    last = {label: list(editors.values())[-1] for label, editors in labels.items()}
    ordered = {label: last[label] for label in taxonomy.label_ids if label in last}
    return DecidedArticle(id=id_, content_hash=content_hash, labels=ordered)


def _conflicts(found: dict[Version, dict[str, dict[str, Judgement]]]) -> Iterable[Conflict]:
    for (id_, content_hash), labels in found.items():
        for label, editors in labels.items():
            severities = tuple(judged.severity for judged in editors.values())
            if len(set(severities)) > 1:
                yield Conflict(id_, content_hash, label, severities)


def _retained_article(decision: Decision) -> Article | None:
    """The article, where the retained text of a decision is all of it: its hash tells."""
    text = decision.text or ""
    title, _, body = text.partition("\n")
    for article in (Article(text), Article(body, title=title)):
        if text and article.content_hash == decision.content_hash:
            return article
    return None


def _with_text(decided: DecidedArticle, article: Article | None) -> DecidedArticle:
    if article is None:
        return decided
    return replace(decided, title=article.title or None, text=article.body)
