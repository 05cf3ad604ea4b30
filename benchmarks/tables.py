"""The tables of measured figures in the documents, from the files that the benchmarks wrote.

`python -m benchmarks.tables` writes them; `--check` only tells whether they are up to date.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.card import fill_tables, markdown_table

RESULTS = Path(__file__).with_name("results")
DOCUMENTS = Path(__file__).resolve().parent.parent / "docs"
_LOADS = {"at_50_percent": 0.5, "at_80_percent": 0.8, "at_300_percent": 3.0}  # shares of capacity


def main() -> None:
    """Write the tables, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    arguments = parser.parse_args()
    stale = 0
    for path, after in documents().items():
        if path.read_text("utf-8") == after:
            continue
        stale += 1
        print(f"{'out of date' if arguments.check else 'written'}: {path}")
        if not arguments.check:
            path.write_text(after, "utf-8")
    sys.exit(int(arguments.check and stale > 0))


def documents() -> dict[Path, str]:
    """Each document that has such tables, as it should be."""
    return {
        DOCUMENTS / name: fill_tables(
            (DOCUMENTS / name).read_text("utf-8"), {table: write() for table, write in tables}
        )
        for name, tables in _TABLES.items()
    }


def sizing() -> str:
    """Capacity, and what callers saw at three loads, as Markdown."""
    measured = _read("load")
    capacity = measured["capacity_per_second"]
    rows = [["Load", "Articles a second", "Answered", "p50, p95, p99", "Refused (503)", "p95"]]
    for name, share in _LOADS.items():
        load = measured[name]
        good, refused = (load["by_status"].get(status) for status in ("200", "503"))
        rows.append(
            [
                f"{share:.0%} of capacity, {load['seconds']:g} s",
                f"{share * capacity:.1f}",
                _share(good, load),
                ", ".join(f"{good[p]:.0f}" for p in ("p50", "p95", "p99")) + " ms" if good else "–",
                _share(refused, load),
                f"{refused['p95']:.0f} ms" if refused else "–",
            ]
        )
    memory = measured["memory_mb"]
    return (
        f"One server on {_machine(measured)}, whose callers ran on the same cores, reads "
        f"{capacity:.1f} articles a second of {measured['mean_words']} words in the mean: "
        f"{3600 * capacity:,.0f} an hour. It held {memory['before']} MB before the loads below and "
        f"{memory['after']} MB after them.\n\n{markdown_table(rows)}"
    )


def screening() -> str:
    """How fast archives are read, and what a long run takes, as Markdown."""
    real, long = _read("screening"), _read("archive")
    speeds, killed, shards = real["articles_per_second"], real["killed"], long["shard_seconds"]
    rows = [
        ["Articles of newspapers", f"on {_machine(real)}"],
        ["the classifier alone, on all cores", f"{speeds['classifier_alone']:.1f} a second"],
        [
            "`screen run` in this process",
            f"{speeds['screen']:.1f}: {real['share_of_classifier_alone']:.0%} of the classifier's",
        ],
        ["`--processes 1`", f"{speeds['screen_1_process']:.1f}"],
        [
            "`--processes 2`",
            f"{speeds['screen_2_processes']:.1f}: the second adds "
            f"{real['second_process_adds']:.0%}",
        ],
        [
            f"{killed['articles']:,} articles, killed {killed['kills']} times",
            "the same table, byte for byte" if killed["same_bytes"] else "another table",
        ],
    ]
    grown = long["memory_mb"]
    return (
        f"{markdown_table(rows)}\n\n"
        f"What all but scoring costs, on {_machine(long)} and with a stand-in for the classifier: "
        f"{long['articles']:,} invented articles took {long['seconds_to_screen'] / 60:.0f} "
        f"minutes, {long['articles_per_second']:,.0f} a second, near copies looked for. A shard of "
        f"1,000 took {shards['first_tenth']:.2f} s in the first tenth and "
        f"{shards['last_tenth']:.2f} s in the last; memory was {grown['after_100_shards']} MB "
        f"after a hundred shards and {grown['peak']} MB at most; the index of copies took "
        f"{long['index_mb']} MB. A second run found in {long['second_run']['seconds']:.2f} s that "
        "there was nothing left to do."
    )


def runtimes() -> str:
    """The encoder in several runtimes, as Markdown."""
    measured = _read("runtimes")
    rows = [["Runtime", "Tokens a second", "MB", "Mean error", "Least cosine"]]
    for name, found in measured["runtimes"].items():
        speed, error = f"{found['tokens_per_second']:,}", f"{found['mean_error']:.4f}"
        rows.append(
            [name, speed, f"{found['megabytes']:.0f}", error, f"{found['least_cosine']:.4f}"]
        )
    versions = ", ".join(
        f"{name} {v.partition('-')[0]}" for name, v in measured["versions"].items()
    )
    return f"On {_machine(measured)}; {versions}.\n\n{markdown_table(rows)}"


def desk() -> str:
    """How long the desk's pages take, as Markdown."""
    measured = _read("desk")
    rows = [["Page", "Median", "p95"]]
    for name, found in measured["milliseconds"].items():
        rows.append([name, f"{found['p50']:.0f} ms", f"{found['p95']:.0f} ms"])
    return (
        f"On {_machine(measured)}, SQLite, {measured['articles']:,} articles with their texts in "
        f"the queue, {measured['decided']:,} of them decided; `python -m benchmarks.desk` "
        f"measures it.\n\n{markdown_table(rows)}"
    )


_TABLES: dict[str, list[tuple[str, Callable[[], str]]]] = {
    "operations.md": [("sizing", sizing)],
    "archive.md": [("screening", screening)],
    "desk.md": [("desk", desk)],
    "performance.md": [("runtimes", runtimes)],
}


def _read(name: str) -> dict[str, Any]:
    return dict(json.loads((RESULTS / f"{name}.json").read_text("utf-8")))


def _machine(measured: dict[str, Any]) -> str:
    machine = measured["machine"]
    cores = f"{machine['cores']} core" + "s" * (machine["cores"] != 1)
    return f"{cores} ({machine['processor']})"


def _share(found: dict[str, Any] | None, load: dict[str, Any]) -> str:
    return f"{found['count'] / load['requests']:.1%}" if found else "0.0%"


if __name__ == "__main__":
    main()
