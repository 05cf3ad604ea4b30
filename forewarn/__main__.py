"""The `forewarn` command. Each verb is a module, loaded when it is asked for."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from classifier.errors import ForewarnError
from classifier.version import __version__
from labels import LabelsError

VERBS = {
    "classify": "say what articles involve, in which passages",
    "policy": "check a house policy, and try it on its own examples",
    "screen": "read an archive, and leave a table and a report",
    "serve": "answer the API on this machine",
    "keys": "say who may call the API, and who may sign in at the desk",
    "queue": "put the run of an archive into the queue of the review desk",
    "database": "upgrade or back up the tables behind keys and decisions",
    "decisions": "remove what is stored about deleted articles",
    "export": "write what editors decided, as annotations or for an annotation tool",
    "calibrate": "fit an artifact's probabilities to a newsroom's own decisions",
    "gate": "compare a candidate artifact with the one in force; refuse one that is worse",
    "promote": "put a candidate artifact in force while the server runs",
    "rollback": "put the artifact before in force again",
    "train": "make an artifact from annotated articles",
    "evaluate": "measure an artifact on the test split, beside two baselines",
    "card": "write the model card and the README's tables from the measured figures",
    "corpus": "join annotations with the texts that a newsroom holds; freeze the test split",
}

EXTRAS = {
    "screen": "archive",
    "queue": "archive",
    **dict.fromkeys(("train", "calibrate", "gate", "evaluate", "card", "corpus"), "train"),
}
"""What verbs need beyond the extra `serve`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the answer is the exit status. Errors are one sentence on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="forewarn",
        description="Flags news articles that involve minors, violence or trauma.",
    )
    parser.add_argument("--version", action="version", version=f"forewarn {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, purpose in VERBS.items():
        under = verbs.add_parser(verb, help=purpose, description=purpose.capitalize() + ".")
        if verb in given[:1]:
            importlib.import_module(f"forewarn.{verb}").add_arguments(under)
    parsed = parser.parse_args(given)
    try:
        return int(importlib.import_module(f"forewarn.{parsed.verb}").run(parsed))
    except (ForewarnError, LabelsError, OSError) as error:
        print(f"forewarn {parsed.verb}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if not needs_extra(error):
            raise
        extra = "ray" if error.name == "ray" else EXTRAS.get(parsed.verb, "serve")
        print(
            f"forewarn {parsed.verb}: needs the package '{error.name}', which is not installed. "
            f"Install it with: pip install 'forewarn[{extra}]'",
            file=sys.stderr,
        )
        return 2


def needs_extra(error: ModuleNotFoundError) -> bool:
    """Whether a module is missing that an extra brings, and not one of our own."""
    ours = ("labels", "classifier", "training", "serving", "forewarn")
    return error.name is not None and error.name.split(".")[0] not in ours


if __name__ == "__main__":
    sys.exit(main())
