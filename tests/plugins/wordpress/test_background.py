"""Nothing waits for Forewarn, and nothing stays unchecked that it could check."""

import pytest

from tests.plugins.wordpress.articles import PARAGRAPHS, QUIET, QUIET_TITLE, TITLE, blocks
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site


def status(site: Site, post: int) -> str:
    found = site.meta(post, "_forewarn_status")
    assert isinstance(found, str)
    return found


def test_a_saved_post_is_checked_in_the_background(site: Site) -> None:
    grave, quiet = site.add_post(TITLE, blocks()), site.add_post(QUIET_TITLE, blocks(QUIET))
    assert status(site, grave) == "not_checked"
    site.run_cron()
    assert (status(site, grave), status(site, quiet)) == ("flagged", "clear")
    result = site.meta(grave, "_forewarn_result")
    assert set(result["versions"]) == {"artifact", "taxonomy", "code", "policy"}
    assert result["labels"]["violence"]["severity"] == 3
