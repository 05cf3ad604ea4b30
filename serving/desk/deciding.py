"""What an editor does with a queued article: take it, decide, undo, add a label, check it again."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response

from serving.comparison import compare
from serving.desk.filtering import View
from serving.desk.pages import DeskRoute, Number, go, taxonomy
from serving.desk.people import Acting, acting
from serving.desk.record import Record, is_unsure, record_of, text_of
from serving.desk.refusals import RefusalError
from serving.desk.showing import Texts, asked_kept, texts_asked, texts_kept
from serving.desk.trying import judge_asked, read_asked
from serving.store.queue_items import Item, NewItem
from serving.store.queue_work import Verdict
from serving.store.store import Store

router = APIRouter(route_class=DeskRoute, include_in_schema=False)

LONGEST_REASON, LONGEST_NOTE = 1_000, 2_000
Editor = Annotated[Acting, Depends(acting("editor"))]


@router.post("/desk/queue/{number}/take")
async def take(request: Request, number: Number, act: Editor) -> Response:
    """Keep the article for oneself for a while."""
    await asyncio.to_thread(_store(request).work.take, number, act.person.actor)
    return _back(act, number, "taken")


@router.post("/desk/queue/{number}/release")
async def release(request: Request, number: Number, act: Editor) -> Response:
    """Give it back."""
    await asyncio.to_thread(_store(request).work.release, number, act.person.actor)
    return _back(act, number, "released")


@router.post("/desk/queue/{number}/decide")
async def decide(request: Request, number: Number, act: Editor) -> Response:
    """Store what was decided about labels, note and checks."""
    item = await asyncio.to_thread(_store(request).queue.get, number)
    verdicts = list(_verdicts(item, act))
    reason = (act.text("own_reason").strip() or act.text("reason"))[:LONGEST_REASON] or None
    others = {"note": act.text("note_use") or None, "how": act.text("how")}
    await asyncio.to_thread(
        _store(request).work.decide,
        number,
        _version(act),
        act.person.actor,
        verdicts,
        reason,
        others,
    )
    return _back(act, number, "decided")


@router.post("/desk/queue/{number}/undo")
async def undo(request: Request, number: Number, act: Editor) -> Response:
    """Take the last decision back."""
    await asyncio.to_thread(_store(request).work.undo, number, _version(act), act.person.actor)
    return _back(act, number, "undone")


@router.post("/desk/queue/{number}/add")
async def add(request: Request, number: Number, act: Editor) -> Response:
    """Store a label or sub-label that the classifier did not find, with its passage."""
    item = await asyncio.to_thread(_store(request).queue.get, number)
    known = (*taxonomy().label_ids, *taxonomy().sub_label_ids, *taxonomy().detail_ids)
    label, severity = act.text("label"), None
    if label not in known:
        raise RefusalError(422, "Choose which label to add, then send it again.")
    if label in taxonomy().label_ids:
        severity = _severity(act, "severity")
    passage, quote = _passage(act, texts_kept(item.text))
    verdict = Verdict("add", "label", label, after=severity, text=quote)
    await asyncio.to_thread(
        _store(request).work.add, number, _version(act), act.person.actor, verdict, passage
    )
    return _back(act, number, "added")


@router.post("/desk/queue/{number}/check-again")
async def check_again(request: Request, number: Number, act: Editor) -> Response:
    """Assess the article anew: as it is kept, or as it is pasted after a change."""
    item = await asyncio.to_thread(_store(request).queue.get, number)
    if act.text("body").strip():
        asked = await read_asked(request, act, item.section)
    elif item.text and "blocks" in item.text:
        asked = asked_kept(item.text, item.section)
    else:
        raise RefusalError(422, "The text is not kept here. Paste it as it is now, then send it.")
    judged = await judge_asked(request, asked)
    record = record_of(judged, request.app.state.policy.full_version)
    new = NewItem(
        source=item.source,
        origin=item.origin,
        name=item.name,
        article_id=item.article_id,
        section=item.section,
        url=item.url,
        content_hash=judged.article.content_hash,
        record=record,
        unsure=is_unsure(record),
        drawing=item.drawing,
        text=text_of(judged),
    )
    before = _comparable(item.record, item.content_hash, texts_kept(item.text))
    changes = compare(before, _comparable(record, new.content_hash, texts_asked(asked)))
    changes["passages"] = {  # how many, and not what they say: the history outlives the text
        label: {kind: len(quotes) for kind, quotes in found.items()}
        for label, found in changes["passages"].items()
    }
    await asyncio.to_thread(
        _store(request).work.check_again, number, _version(act), act.person.actor, new, changes
    )
    return _back(act, number, "checked")


def _verdicts(item: Item, act: Acting) -> Iterator[Verdict]:
    """What the form says about each label, the note and the checks."""
    how = act.text("how")
    before = item.severities
    for label in before or taxonomy().label_ids:
        was = before.get(label, 0)
        if how == "accept":
            severity = was
        elif how == "reject":
            severity = 0
        else:
            severity = _severity(act, f"severity_{label}")
        yield Verdict(_action(was, severity), "label", label, was, severity)
    if note := item.record["note"]:
        yield _note(note, act, how)
    for rule in act.form.getlist("check"):
        if rule in {check["rule"] for check in item.record["checks"]}:
            yield Verdict("accept", "check", str(rule))


def _note(note: dict[str, str], act: Acting, how: str) -> Verdict:
    wording = act.text("note").replace("\r\n", "\n").strip()[:LONGEST_NOTE] or note["text"]
    if how == "reject" or (how == "save" and act.text("note_use") == "no"):
        return Verdict("reject", "note", note["rule"])
    action = "accept" if wording == note["text"] else "edit"
    return Verdict(action, "note", note["rule"], text=wording)


def _action(before: int, after: int) -> str:
    if before == after:
        return "accept"
    if before == 0:
        return "add"
    return "edit" if after else "reject"


def _severity(act: Acting, name: str) -> int:
    value = act.text(name)
    if value not in ("0", "1", "2", "3"):
        raise RefusalError(422, "A severity is missing. Choose 0, 1, 2 or 3 for each label.")
    return int(value)


def _version(act: Acting) -> int:
    value = act.text("version")
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _passage(act: Acting, texts: Texts | None) -> tuple[dict[str, Any] | None, str | None]:
    """The passage that was chosen, as `body:12:80`, and its words; nothing where there is none."""
    field, _, span = act.text("passage").partition(":")
    start, _, end = span.partition(":")
    if field not in ("title", "body") or not (start.isdecimal() and end.isdecimal()) or not texts:
        return None, None
    words = getattr(texts, field)[int(start[:9]) : int(end[:9])]
    if not words:
        return None, None
    return {"field": field, "start": int(start), "end": int(end)}, words


def _comparable(record: Record, content_hash: str, texts: Texts | None) -> dict[str, Any]:
    """A record in the form of an answer, as far as answers are compared."""
    labels = {
        label: {"severity": found["severity"], "evidence": []}
        for label, found in record["labels"].items()
    }
    for mark in record["marks"] if texts and texts.whole else ():
        quote = getattr(texts, mark["field"])[mark["start"] : mark["end"]]
        for label in mark["labels"]:
            labels[label]["evidence"].append({"quote": quote})
    there = {
        kind: {id_: {"present": True} for id_ in record[kind]} for kind in ("sub_labels", "details")
    }
    about = {name: record[name] for name in ("verdict", "versions")}
    return {"content_hash": content_hash, "labels": labels, **about, **there}


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _back(act: Acting, number: int, done: str) -> Response:
    """To the article, in the view that the editor came from."""
    query = dict(parse_qsl(act.text("view").lstrip("?")))
    view = View.of(query, taxonomy().label_ids)
    return go(f"/desk/queue/{number}{view.query(done=done)}")
