"""Nothing waits for Forewarn, and nothing stays unchecked that it could check."""

import pytest

from tests.plugins.wordpress.articles import PARAGRAPHS, QUIET, QUIET_TITLE, TITLE, blocks
from tests.plugins.wordpress.forewarn_server import ForewarnServer
from tests.plugins.wordpress.site import Site


def status(site: Site, post: int) -> str:
    found = site.meta(post, "_forewarn_status")
    assert isinstance(found, str)
    return found


def wake(site: Site) -> None:
    """Let it come back now, and not after a while as it does when the server was away."""
    site.php("Forewarn\\Worker::wake();")
    site.run_cron()


def test_a_saved_post_is_checked_in_the_background(site: Site, forewarn: ForewarnServer) -> None:
    forewarn.stop()
    grave, quiet = site.add_post(TITLE, blocks()), site.add_post(QUIET_TITLE, blocks(QUIET))
    assert status(site, grave) == "not_checked"
    forewarn.start()
    wake(site)
    assert (status(site, grave), status(site, quiet)) == ("flagged", "clear")
    result = site.meta(grave, "_forewarn_results")[-1]
    assert set(result["versions"]) == {"artifact", "taxonomy", "code", "policy"}
    assert result["labels"]["violence"]["severity"] == 3
