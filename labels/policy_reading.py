"""From the file of a house policy to a policy that can be applied, or to the line to mend."""

import re
import tomllib
from pathlib import Path

from labels.errors import PolicyError
from labels.house_policy import Policy
from labels.policy_validation import validate
from labels.taxonomy import read_taxonomy
from labels.toml_lines import LocatedReader, find_lines

SHIPPED = Path(__file__).with_name("policy")
DEFAULT = SHIPPED / "default.toml"


def read_policy(path: Path | None = None) -> Policy:
    """Read a policy file; without a path, the default one that comes with this package.

    Raises PolicyError, or OSError where the file cannot be read.
    """
    path = path or DEFAULT
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        got = f"another encoding at byte {reason.start}"
        raise PolicyError(f"{path}: this is no text", "UTF-8", got, "Convert it.") from None
    return parse_policy(text, str(path))


def parse_policy(text: str, file: str = "policy") -> Policy:
    """Read the text of a policy; errors begin with `file` and the line.

    Raises PolicyError for whatever is unknown, missing, doubled, too long or of a wrong type.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        found = re.search(r"at line (\d+)", str(reason))
        line = found[1] if found else text.count("\n") + 1
        what = f"{file}:{line}: this is no TOML"
        raise PolicyError(what, "TOML 1.0", str(reason), "Mend it.") from None
    reader = LocatedReader(f"{file}:1", PolicyError, file=file, lines=find_lines(text))
    policy = reader.build(Policy, table)
    validate(policy, read_taxonomy(), reader)
    return policy
