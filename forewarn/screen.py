"""`forewarn screen`: read an archive, leave a table and a report, and go on where it stopped."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.archive.output import Folder
    from serving.archive.run import Run
    from serving.archive.runners import Runner
    from serving.archive.scoring import Scorer, Scoring

SHARD = 500  # articles: a few minutes of work that a crash can cost
INDEX = "work"  # folder of what a run needs on this machine and nobody else does


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own verbs and their options."""
    verbs = parser.add_subparsers(dest="screen_verb", required=True, metavar="VERB")
    _add_run(verbs.add_parser("run", help="screen an archive, or go on with it"))
    status = verbs.add_parser("status", help="say how far a run is")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    verify = verbs.add_parser("verify", help="prove that what a run left is whole")
    report = verbs.add_parser("report", help="write summary.json, report.html and audit.csv anew")
    report.add_argument(
        "--audit",
        type=Path,
        metavar="FILE",
        help="audit.csv whose column `involves` a person has filled in: says what was missed",
    )
    export = verbs.add_parser("export", help="write the table for a spreadsheet or for the CMS")
    export.add_argument("form", choices=("csv", "cms"), help="csv: every row; cms: ids with notes")
    for verb in (status, verify, report, export):
        verb.add_argument("folder", help="folder of a run")
    diff = verbs.add_parser("diff", help="say what changed between two runs")
    diff.add_argument("before", help="folder of a run, maybe under another's previous/")
    diff.add_argument("after", help="folder of the other run")
    diff.add_argument("--json", action="store_true", help="as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 where a run stopped early or is not whole."""
    return _VERBS[arguments.screen_verb](arguments)


def _add_run(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="file, folder, glob or URL (s3://…): .jsonl, .csv, .parquet, .xml (WordPress, NITF, "
        "NewsML-G2), .json (ninjs), .txt, .html, .warc, .wacz; .gz, .bz2 and .zst too",
    )
    add("--to", required=True, metavar="FOLDER", help="folder or URL for what the run leaves")
    add("--format", help="format of all inputs, where their names do not tell")
    add("--fields", type=Path, metavar="FILE", help="TOML file: where other JSON keeps what")
    add("--artifact", type=Path, help="artifact folder (default: the released one)")
    add("--policy", type=Path, help="house policy (default: the one that comes with Forewarn)")
    add("--locale", help="of notes and checks (BCP 47)")
    add("--country", help="of the readers (ISO 3166), for help lines")
    add("--quotes", action="store_true", help="keep the words of passages in the table")
    add(
        "--duplicates",
        choices=("near", "exact", "none"),
        default="near",
        help="which copies are scored once (default: near)",
    )
    add(
        "--jigsaw",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="list articles that only together tell who a protected minor is (jigsaw.parquet)",
    )
    add("--limit", type=int, help="so many items at most")
    add("--since", metavar="DATE", help="nothing that is dated before (ISO 8601)")
    add("--shard-size", type=int, default=SHARD, help=f"items in a shard (default: {SHARD})")
    add("--device", help="a torch device to read on, such as cuda (default: this machine's cores)")
    add("--processes", type=int, help="so many processes (default: this one, on all cores)")
    add("--ray", metavar="ADDRESS", help="a Ray cluster: `auto`, or its address")
    add("--actors", type=int, default=2, help="with --ray: actors that score (default: 2)")
    add(
        "--max-errors",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="stop where a larger share of the items fails (default: 0.1)",
    )
    add("--rescore", action="store_true", help="set another run in the folder aside, begin anew")
    add("--work", type=Path, help="local folder for indexes (default: work/ below --to)")
    add("--dry-run", action="store_true", help="only say what would be read, and how long it takes")


def _run(arguments: argparse.Namespace) -> int:
    from serving.archive.duplicates import Duplicates
    from serving.archive.fields import read_fields
    from serving.archive.jigsaw import Jigsaw, write_pairs
    from serving.archive.output import Folder
    from serving.archive.parts import result_parts
    from serving.archive.progress import Meter
    from serving.archive.record import ReadOptions
    from serving.archive.run import Plan, Run
    from serving.archive.scoring import Scoring
    from serving.archive.shards import Selection
    from serving.archive.sources import find_sources, read_source

    scoring = Scoring(
        artifact=arguments.artifact,
        policy=arguments.policy,
        locale=arguments.locale,
        country=arguments.country,
        quotes=arguments.quotes,
        device=arguments.device,
    )
    fields = read_fields(arguments.fields) if arguments.fields else {}
    options = ReadOptions(fields=fields)
    sources = find_sources(arguments.inputs, arguments.format)
    selection = Selection(arguments.shard_size, arguments.limit, arguments.since)
    scorer = scoring.scorer()
    if arguments.dry_run:
        from serving.archive.forecast import forecast

        print(forecast(sources, options, selection, scorer))
        return 0
    plan = Plan(scorer.versions, _told(arguments, fields), sources)
    folder = Folder(arguments.to)
    here = Run(folder, plan, rescore=arguments.rescore)
    work = arguments.work or _work(folder, here)
    duplicates = Duplicates(work / "duplicates.sqlite", arguments.duplicates)
    jigsaw = Jigsaw(work / "jigsaw.sqlite") if arguments.jigsaw else None
    console = _console()
    with _interrupts(console) as stopped, Meter(console, sources, here.last) as meter:
        for entry in here.screen(
            lambda source: read_source(source, options, meter.read_to),
            selection,
            _runner(arguments, scoring, scorer),
            duplicates,
            jigsaw,
            stopped=stopped,
            max_errors=arguments.max_errors,
        ):
            meter.tell(entry)
    duplicates.close()
    if stopped():
        console.print("Stopped. The same command goes on from here.")
        return 1
    if jigsaw:
        write_pairs(folder, jigsaw, result_parts(folder))
        jigsaw.close()
    _write_report(folder, None)
    return _status(argparse.Namespace(folder=arguments.to, json=False))


def _told(arguments: argparse.Namespace, fields: Any) -> dict[str, Any]:
    """The options on which the table depends."""
    names = ("locale", "country", "quotes", "duplicates", "limit", "since", "shard_size")
    told = {name: getattr(arguments, name) for name in names} | {"fields": dict(fields)}
    return told | ({"on": "torch"} if arguments.device else {})


def _runner(arguments: argparse.Namespace, scoring: "Scoring", scorer: "Scorer") -> "Runner":
    from serving.archive.runners import InProcess, Processes

    if arguments.ray:
        import ray

        from serving.archive.ray_runner import RayActors

        ray.init(address=arguments.ray, log_to_driver=False)
        return RayActors(scoring, arguments.actors)
    if arguments.processes:
        return Processes(scoring, arguments.processes)
    return InProcess(scorer)


def _work(folder: "Folder", here: "Run") -> Path:
    """Where indexes are kept: beside the run, or with the user's caches where that is elsewhere."""
    if folder.local is not None:
        return folder.local / INDEX / here.plan.run
    return Path.home() / ".cache" / "forewarn" / here.plan.run


@contextmanager
def _interrupts(console: Any) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed. The second one ends at once, and nothing finished is lost."""
    pressed: list[int] = []

    def press(number: int, frame: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        console.print("Finishing the shards in hand; Ctrl-C again ends at once.")

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True)


def _status(arguments: argparse.Namespace) -> int:
    from serving.archive.output import Folder
    from serving.archive.verification import read_status

    status = read_status(Folder(arguments.folder))
    if arguments.json:
        print(json.dumps(asdict(status), indent=1))
        return 0
    totals = status.totals
    rate = totals.items / totals.seconds if totals.seconds else 0.0
    print(
        f"run {status.run}: {'complete' if status.complete else 'not at its end'}\n"
        f"{totals.items:,} items in {status.shards:,} shards, {rate:,.1f} a second\n"
        f"{totals.rows:,} rows: {totals.flagged:,} flagged, {totals.not_checked:,} not checked, "
        f"{totals.copies:,} copies\n"
        f"{totals.errors:,} errors\n"
        + "\n".join(f"{name}: {version}" for name, version in status.versions.items())
    )
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from serving.archive.output import Folder
    from serving.archive.verification import find_faults

    faults = 0
    for fault in find_faults(Folder(arguments.folder)):
        faults += 1
        print(fault)
    if not faults:
        print("whole: every shard is there, and is what was written")
    return int(faults > 0)


def _report(arguments: argparse.Namespace) -> int:
    from serving.archive.output import Folder

    _write_report(Folder(arguments.folder), arguments.audit)
    return 0


def _write_report(folder: "Folder", audit: Path | None) -> None:
    from serving.archive.audit import read_audit
    from serving.archive.report import write_report
    from serving.archive.summary import summarise, write_summary

    summary = summarise(folder)
    write_summary(folder, summary)
    readings = read_audit(audit.read_bytes(), summary.strata) if audit else []
    write_report(folder, summary, readings)
    print(f"{folder.url}/report.html")


def _diff(arguments: argparse.Namespace) -> int:
    from serving.archive.difference import compare_runs
    from serving.archive.difference_text import render_difference
    from serving.archive.output import Folder

    found = compare_runs(Folder(arguments.before), Folder(arguments.after))
    print(found.to_json().decode() if arguments.json else render_difference(found))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from serving.archive.exports import write_cms, write_csv
    from serving.archive.output import Folder

    write = write_csv if arguments.form == "csv" else write_cms
    write(Folder(arguments.folder), sys.stdout)
    return 0


_VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "status": _status,
    "verify": _verify,
    "report": _report,
    "diff": _diff,
    "export": _export,
}
