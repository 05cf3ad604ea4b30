"""How long the pages of the review desk take with ten thousand articles in the queue.

`python -m benchmarks.desk` fills a SQLite database of its own with invented assessments and texts,
asks for each page as a browser would, in this process and without a network between, and writes
`benchmarks/results/desk.json`. The classifier is the released one, and idle.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from benchmarks.articles import invented_article
from benchmarks.machine import processor
from classifier.runtime import usable_cores
from serving.api.app import create_app
from serving.desk.queueing import tally
from serving.desk.record import Record, is_unsure
from serving.settings import Settings
from serving.store.queue import Queue
from serving.store.queue_items import NewItem

RESULTS = Path(__file__).with_name("results") / "desk.json"
SECTIONS = ("local", "world", "sport", "courts", "culture")
WARM_UP, ROUNDS, BATCH = 3, 30, 500
DECIDED = 0.1  # of the articles


def main() -> None:
    """Fill, measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), arguments.articles)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


def measure(folder: Path, articles: int) -> dict[str, Any]:
    """Milliseconds of each page."""
    settings = Settings(database=f"sqlite:///{folder}/desk.db", retain_text=True)
    app = create_app(settings)
    with TestClient(app, "http://127.0.0.1:8000") as client:
        fill(app.state.store.queue, articles)
        decide(client, app.state.store.queue, round(articles * DECIDED))
        rows = {name: time_page(client, path) for name, path in pages(client, articles).items()}
    return {
        "machine": {"cores": usable_cores(), "processor": processor()},
        "articles": articles,
        "decided": round(articles * DECIDED),
        "milliseconds": rows,
    }


def fill(queue: Queue, articles: int) -> None:
    """Put invented assessments into the queue, with texts of 400 words."""
    dice = random.Random(0)
    for begin in range(0, articles, BATCH):
        items = [new_item(number, dice) for number in range(begin, min(begin + BATCH, articles))]
        queue.put(items)
        now = queue.get(1).at
        queue.tally(tally((now, item.section, item.record) for item in items))


def new_item(number: int, dice: random.Random) -> NewItem:
    """An article with two passages."""
    body = invented_article(400, number % 50)
    labels: dict[str, Any] = {}
    for label in ("minors", "violence", "trauma"):
        severity = dice.choice((0, 0, 1, 2, 3))
        labels[label] = {"severity": severity, "probabilities": [dice.random()] * 3}
    record: Record = {
        "verdict": "flagged",
        "reason": None,
        "labels": labels,
        "sub_labels": {"assault": 0.8},
        "details": {},
        "treatment": "report",
        "language": "en",
        "versions": {"artifact": "a", "taxonomy": "1.0", "code": "0", "policy": "p"},
        "marks": [
            {"field": "body", "start": at, "end": at + 90, "labels": {"violence": 0.9}, "cues": []}
            for at in (0, 300)
        ],
        "note": {"text": "This article describes violence.", "reason": "", "rule": "violence"},
        **{key: [] for key in ("checks", "actions", "help_lines")},
        "identification": "none_found",
        "texts": {},
    }
    text = {"title": f"Invented {number}", "blocks": [{"id": None, "text": body}]}
    return NewItem(
        source=dice.choice(("api", "archive")),
        origin="benchmark",
        name=str(number),
        article_id=f"story-{number}",
        section=dice.choice(SECTIONS),
        content_hash=str(number),
        record=record,
        unsure=is_unsure(record),
        drawing=0.01 if dice.random() < 0.05 else None,
        text=text | {"short": {}, "language": None},
    )


def decide(client: TestClient, queue: Queue, articles: int) -> None:
    """Accept so many, as an editor would."""
    token = form_token(client)
    for number in range(1, articles + 1):
        version = queue.get(number).version
        fields = {"token": token, "version": str(version), "how": "accept"}
        path = f"/desk/queue/{number}/decide"
        answer = client.post(path, data=fields, follow_redirects=False)
        assert answer.status_code == 303, answer.status_code


def form_token(client: TestClient) -> str:
    """What a form of this session carries."""
    page = client.get("/desk/queue").text
    return page.partition('name="token" value="')[2].partition('"')[0]


def pages(client: TestClient, articles: int) -> dict[str, str]:
    """Name and address of each page."""
    middle = f"{articles // 2}"
    return {
        "queue": "/desk/queue",
        "queue, in the middle": f"/desk/queue?after=1.{middle}",
        "queue, violence 3": "/desk/queue?label=violence&severity=3",
        "queue, unsure, from the archive": "/desk/queue?unsure=on&source=archive",
        "queue, audit sample": "/desk/queue?sample=on",
        "queue, mine": "/desk/queue?state=mine",
        "queue, decided": "/desk/queue?state=decided",
        "article": f"/desk/queue/{middle}",
        "article, filtered": f"/desk/queue/{middle}?label=minors&severity=2&sample=on",
        "figures": "/desk/figures",
        "policy": "/desk/policy",
        "policy, what if": "/desk/policy?label=violence&least=0.7",
        "try": "/desk/try",
    }


def time_page(client: TestClient, path: str) -> dict[str, float]:
    """Milliseconds of one page: the median, and the slowest but one in twenty."""
    times = []
    for _ in range(WARM_UP + ROUNDS):
        begun = time.perf_counter()
        answer = client.get(path)
        times.append(1000 * (time.perf_counter() - begun))
        assert answer.status_code == 200, path
    kept = sorted(times[WARM_UP:])
    return {
        "p50": round(statistics.median(kept), 1),
        "p95": round(kept[int(0.95 * len(kept))], 1),
    }


if __name__ == "__main__":
    main()
