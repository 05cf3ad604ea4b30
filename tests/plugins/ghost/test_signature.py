"""Signatures as Ghost makes them."""

import json

import pytest

from plugins.ghost.signature import OLDEST, is_signed, sign

SECRET, BODY, NOW = "0123456789abcdef", b'{"post": {}}', 1_795_773_600_000


def test_a_delivery_of_ghost_is_known() -> None:
    """The example that Ghost gives: https://github.com/TryGhost/Ghost/pull/20500."""
    nothing = (
        *("description", "feature_image", "visibility", "og_image", "og_title", "og_description"),
        *("twitter_image", "twitter_title", "twitter_description", "meta_title"),
        *("meta_description", "codeinjection_head", "codeinjection_foot", "canonical_url"),
        "accent_color",
    )
    tag = {"id": "6682b8a8e10cc04306284330", "name": "test", "slug": "test"}
    tag |= dict.fromkeys(nothing, "null") | {"visibility": "public"}
    tag |= dict.fromkeys(("created_at", "updated_at"), "2024-07-01T14:09:44.000Z")
    sent = {"tag": {"current": tag | {"url": "http://localhost:2368/404/"}, "previous": {}}}
    body = json.dumps(sent, separators=(",", ":")).replace('"null"', "null").encode()
    digest = "fc9749d5b3333109bd779f65d4b1b891576bc5c92febea3b1d186a7f946d0745"
    assert is_signed("FOOBARBAZ", f"sha256={digest}, t=1719842984367", body, 1719842984367)


@pytest.mark.parametrize("off", [0, OLDEST, -OLDEST])
def test_what_is_signed_now_is_taken(off: int) -> None:
    assert is_signed(SECRET, sign(SECRET, BODY, NOW + off), BODY, NOW)


GOOD = sign(SECRET, BODY, NOW)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (None, BODY),
        ("", BODY),
        (GOOD, BODY + b" "),
        (sign("another secret..", BODY, NOW), BODY),
        (sign(SECRET, BODY, NOW - OLDEST - 1), BODY),
        (sign(SECRET, BODY, NOW + OLDEST + 1), BODY),
        (GOOD.replace(str(NOW), str(NOW + 1)), BODY),  # another time than was signed
        (GOOD.partition(",")[0], BODY),
        (GOOD.upper(), BODY),
        (f"{GOOD}, t={NOW}", BODY),
        (GOOD.replace("sha256", "sha1"), BODY),
        (f"sha256={'é' * 64}, t={NOW}", BODY),
        (GOOD.replace(str(NOW), "١٧٩٥٧٧٣٦٠٠٠٠٠"), BODY),
        (GOOD.replace(str(NOW), "9" * 400), BODY),
    ],
)
def test_everything_else_is_not(header: str | None, body: bytes) -> None:
    assert not is_signed(SECRET, header, body, NOW)
