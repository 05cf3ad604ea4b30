"""The form of an API key: `forewarn_ID_SECRET`.

The prefix lets scanners find a key that was left in public; its expression for them is PATTERN. The
id is no secret and stands for the key in lists, logs and the audit trail.
"""

import hashlib
import secrets
import string
from typing import Literal, get_args

Scope = Literal["classify", "decide", "read", "reader", "editor", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

PREFIX = "forewarn_"
PATTERN = r"\bforewarn_[0-9a-z]{10}_[0-9A-Za-z]{43}\b"
_ID_LETTERS = string.digits + string.ascii_lowercase
_ID_LENGTH = 10
_LETTERS = string.digits + string.ascii_letters
_LENGTH = 43  # 62 letters to the power of 43 are 256 bits
_LONGEST = 256  # characters of what is presented that are looked at; a key has far fewer


def new_id() -> str:
    """A random id of a key."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def new_secret(key_id: str) -> str:
    """A whole new key of that id, as its owner presents it."""
    return f"{PREFIX}{key_id}_{''.join(secrets.choice(_LETTERS) for _ in range(_LENGTH))}"


def presented_id(presented: str) -> str:
    """Where the id is in a key; of anything else some other text."""
    return presented[len(PREFIX) : len(PREFIX) + _ID_LENGTH]


def digest(presented: str) -> bytes:
    """SHA-256 of a key, or of anything that claims to be one.

    Slow hashes protect what people think up. Nobody guesses 256 random bits, at whatever speed.
    """
    return hashlib.sha256(presented[:_LONGEST].encode("utf-8", "surrogatepass")).digest()
