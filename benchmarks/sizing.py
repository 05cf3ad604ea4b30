"""The table of docs/operations.md that says how much one server takes, from the measured figures.

`python -m benchmarks.sizing` writes it from `benchmarks/results/load.json`; `--check` only tells
whether it is up to date.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.load import RESULTS
from training.card import fill_tables, markdown_table

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "operations.md"
_LOADS = {"at_50_percent": 0.5, "at_80_percent": 0.8, "at_300_percent": 3.0}  # shares of capacity


def main() -> None:
    """Write the table, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    arguments = parser.parse_args()
    before = DOCUMENT.read_text("utf-8")
    after = fill_tables(before, {"sizing": sizing(json.loads(RESULTS.read_text("utf-8")))})
    if before != after:
        print(f"{'out of date' if arguments.check else 'written'}: {DOCUMENT}")
        if not arguments.check:
            DOCUMENT.write_text(after, "utf-8")
    sys.exit(int(arguments.check and before != after))


def sizing(measured: dict[str, Any]) -> str:
    """Capacity, and what callers saw at two loads, as Markdown."""
    machine, capacity = measured["machine"], measured["capacity_per_second"]
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
        f"One server on {machine['cores']} cores ({machine['processor']}), whose callers ran on "
        f"the same cores, reads {capacity:.1f} articles a second of {measured['mean_words']} words "
        f"in the mean: {3600 * capacity:,.0f} an hour. It held {memory['before']} MB before the "
        f"loads below and {memory['after']} MB after them.\n\n{markdown_table(rows)}"
    )


def _share(found: dict[str, Any] | None, load: dict[str, Any]) -> str:
    return f"{found['count'] / load['requests']:.1%}" if found else "0.0%"


if __name__ == "__main__":
    main()
