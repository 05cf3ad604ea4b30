"""Whether a delivery comes from Ghost, and now.

Ghost sends `X-Ghost-Signature: sha256=HEX, t=MILLISECONDS`. Since 5.87.1 it signs the body and the
time, one after the other: https://github.com/TryGhost/Ghost/pull/20500.
"""

import hashlib
import hmac
import re

OLDEST = 300_000  # milliseconds, either way: clocks differ, and Ghost waits before it tries again
_HEADER = re.compile(r"sha256=([0-9a-f]{64}), ?t=([0-9]{1,16})")


def sign(secret: str, body: bytes, milliseconds: int) -> str:
    """The header that Ghost sends with this body at this time."""
    digest = hmac.new(secret.encode(), body + str(milliseconds).encode(), hashlib.sha256)
    return f"sha256={digest.hexdigest()}, t={milliseconds}"


def is_signed(secret: str, header: str | None, body: bytes, now: int) -> bool:
    """Whether the header signs this body, not long before or after `now` (milliseconds)."""
    found = _HEADER.fullmatch(header or "")
    if found is None or abs(now - int(found[2])) > OLDEST:
        return False
    digest = hmac.new(secret.encode(), body + found[2].encode(), hashlib.sha256)
    return hmac.compare_digest(digest.hexdigest(), found[1])
