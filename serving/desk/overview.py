"""Figures, and the policy with its what-if."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from classifier.artifact import released_artifact
from labels import Policy
from serving.desk.figures import Agreement, agree, draw_alerts, drift, read_baselines, total
from serving.desk.pages import DeskRoute, show, taxonomy
from serving.desk.people import Person, looking
from serving.desk.plain_policy import tell_rules
from serving.desk.what_if import LOOKED_AT, moved, try_threshold
from serving.store.queue_items import monday
from serving.store.store import Store

router = APIRouter(route_class=DeskRoute, include_in_schema=False)

WEEKS, SECTIONS, RECENT = 26, 12, 4


@router.get("/desk/figures")
async def figures(request: Request, person: Annotated[Person, Depends(looking())]) -> Response:
    """How well it works."""
    state = request.app.state
    store: Store = state.store
    names = {label.id: label.name for label in taxonomy().labels}
    now = datetime.now(UTC)

    def read() -> dict[str, Any]:
        since = monday(now - timedelta(weeks=WEEKS - 1))
        weeks = store.figures.by_week(since)
        lately = monday(now - timedelta(weeks=RECENT - 1))
        recent = total(counts for week, counts in weeks.items() if week >= lately)
        agreements: list[Agreement] = agree(store.figures.outcomes(), names)
        return {
            "charts": draw_alerts(weeks, names) if weeks else [],
            "weeks": weeks,
            "sections": store.figures.by_section(since, SECTIONS),
            "agreements": agreements,
            "drifts": drift(recent, read_baselines(state.settings.artifact or released_artifact())),
        }

    values = await asyncio.to_thread(read)
    return show(request, "figures", person, recent=RECENT, **values)


@router.get("/desk/policy")
async def policy_page(
    request: Request,
    person: Annotated[Person, Depends(looking())],
    label: str = "",
    least: str = "",
) -> Response:
    """The policy in force, and what another threshold would have done."""
    policy: Policy = request.app.state.policy
    store: Store = request.app.state.store
    dispatcher = request.app.state.dispatcher
    found, value = None, _probability(least)
    if label in policy.thresholds and value is not None:
        items = await asyncio.to_thread(store.queue.latest, LOOKED_AT)
        threshold = policy.thresholds[label]
        found = try_threshold(items, label, threshold, moved(policy, label, value))
    return show(
        request,
        "policy",
        person,
        policy=policy,
        wording=policy.wording_for(request.app.state.settings.locale),
        rules=tell_rules(policy, taxonomy()),
        own=dispatcher.thresholds if dispatcher else {},
        label=label,
        least=value,
        found=found,
    )


def _probability(text: str) -> float | None:
    """A probability from 0 to 1, as it was typed; None where it is none."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
