"""A WordPress of the tests' own, with the plug-in in it."""

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.plugins.wordpress.mariadb import query
from tests.plugins.wordpress.ports import free_port

# Debian's package has it there. WORDPRESS names the folder of another release.
SOURCE = Path(os.environ.get("WORDPRESS", "/usr/share/wordpress"))
PASSWORD = "correct horse battery staple"
_MARK = "\x1e"  # before what `php` gives back
_CONFIG = """<?php
define( 'DB_NAME', '{database}' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'WP_HOME', '{url}' );
define( 'WP_SITEURL', '{url}' );
define( 'WP_CONTENT_DIR', __DIR__ . '/wp-content' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '{log}' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_CRON_LOCK_TIMEOUT', 1 );
{more}
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $kind ) {{
	define( $kind . '_KEY', '{salt}' . $kind );
	define( $kind . '_SALT', '{salt}' . $kind . 'salt' );
}}
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {{
	define( 'ABSPATH', __DIR__ . '/' );
}}
require_once ABSPATH . 'wp-settings.php';
"""
_ROUTER = """<?php
$path = $_SERVER['DOCUMENT_ROOT'] . parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( file_exists( $path ) && ( is_file( $path ) || is_file( $path . '/index.php' ) ) ) {
	return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""
_INSTALL = """
define( 'WP_INSTALLING', true );
require '{folder}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'The Eastmere Courier', 'chief', 'chief@example.org', true, '', '{password}' );
global $wp_rewrite;
$wp_rewrite->set_permalink_structure( '/%postname%/' );
$wp_rewrite->flush_rules();
update_option( 'show_avatars', '0' );
"""
# A must-use plug-in: nobody is a newcomer, to whom the editor would show its guide before all else.
_NO_GUIDE = """<?php
add_filter( 'get_user_metadata', function ( $value, $user, $key ) {
	$known = array( 'core/edit-post' => array( 'welcomeGuide' => false ) );
	$known['_modified'] = gmdate( 'c' );
	return 'wp_persisted_preferences' === $key ? array( $known ) : $value;
}, 10, 3 );
"""


@dataclass(frozen=True)
class Site:
    """The site: its files, its address, and ways in."""

    folder: Path
    url: str
    log: Path  # what PHP complains of

    def php(self, code: str, **given: Any) -> Any:
        """What PHP returns that is run in the loaded WordPress; `given` are its variables."""
        variables = json.dumps(given)
        program = (
            "$_SERVER['HTTP_HOST'] = parse_url( $argv[1], PHP_URL_HOST );"
            "$_SERVER['REQUEST_METHOD'] = 'GET';"
            f"require '{self.folder}/wp-load.php';"
            f"$back = (function ( $given ) {{ extract( $given ); {code} }})"
            "( json_decode( stream_get_contents( STDIN ), true ) );"
            f"echo '{_MARK}' . json_encode( $back );"
        )
        return json.loads(run_php(program, self.url, given=variables).rpartition(_MARK)[2])

    def add_user(self, login: str, role: str) -> int:
        """A new user with the password of all."""
        code = "return wp_insert_user( $user );"
        fields = {"user_login": login, "user_pass": PASSWORD, "role": role, "display_name": login}
        number = self.php(code, user=fields)
        assert isinstance(number, int), number
        return number

    def add_post(self, title: str, content: str, **fields: Any) -> int:
        """A post of the chief's, published unless `post_status` says otherwise."""
        post = {"post_title": title, "post_content": content, "post_status": "publish"}
        code = "wp_set_current_user( 1 ); return wp_insert_post( wp_slash( $post ) );"
        number = self.php(code, post=post | {"post_author": 1} | fields)
        assert isinstance(number, int)
        assert number > 0
        return number

    def meta(self, post: int, name: str) -> Any:
        """What the plug-in keeps of a post under a name."""
        return self.php("return get_post_meta( $post, $name, true );", post=post, name=name)

    def complaints(self) -> list[str]:
        """What PHP said of the plug-in since this was last asked, files and classes alike.

        Not that two of WordPress's background runs met: its lock lets that happen, the second then
        finds the event taken off the list, and says so.
        """
        lines = self.log.read_text(encoding="utf-8").splitlines()
        os.truncate(self.log, 0)
        met = "] Cron unschedule event error for hook: forewarn_catch_up, Error code: could_not_set"
        return [line for line in lines if "forewarn" in line.lower() and met not in line]

    def set_up(self, **settings: Any) -> None:
        """Store these settings of the plug-in, and no others."""
        self.php("update_option( 'forewarn_settings', $settings );", settings=settings)

    def log_in(self, login: str = "chief") -> "Visitor":
        """Somebody with a session."""
        visitor = Visitor(self)
        visitor.log_in(login)
        return visitor

    def run_cron(self) -> None:
        """Let the background do what is due, until nothing is."""
        for _ in range(40):
            httpx2.get(f"{self.url}/wp-cron.php", timeout=120)
            due = self.php("return wp_next_scheduled( 'forewarn_catch_up' );")
            if due is False or due > time.time() + 5:
                return
            time.sleep(0.5)
        raise AssertionError("the background does not come to an end")


class Visitor:
    """Somebody with a browser, without JavaScript."""

    def __init__(self, site: Site) -> None:
        self.client = httpx2.Client(base_url=site.url, timeout=60, follow_redirects=True)
        self.nonce = ""

    def log_in(self, login: str) -> None:
        """Get a session, and the nonce that scripts on its pages have."""
        self.client.get("/wp-login.php")
        form = {"log": login, "pwd": PASSWORD, "testcookie": "1"}
        answer = self.client.post("/wp-login.php", data=form)
        assert "wp-admin" in str(answer.url), answer.url
        self.nonce = self.client.get("/wp-admin/admin-ajax.php?action=rest-nonce").text

    def ask(self, method: str, path: str, nonce: str | None = None, **json: Any) -> httpx2.Response:
        """A request to a route of the plug-in, as its scripts make it."""
        nonce = self.nonce if nonce is None else nonce
        headers = {"X-WP-Nonce": nonce} if nonce else {}
        url = f"/wp-json/forewarn/v1{path}"
        return self.client.request(method, url, headers=headers, json=json or None)

    def check(self, post: int, title: str, content: str) -> dict[str, Any]:
        """Have a text checked; ask again where a busy machine did not do it in time."""
        for _ in range(20):
            answer = self.ask("POST", "/check", post=post, title=title, content=content)
            state: dict[str, Any] = answer.raise_for_status().json()
            if not state["again"]:
                return state
            time.sleep(0.5)
        raise AssertionError(state["because"])


@contextmanager
def wordpress(folder: Path, plugin: Path, socket: Path, more: str = "") -> Iterator[Site]:
    """Install and serve one; `more` goes into its configuration. The plug-in is active."""
    assert SOURCE.exists(), "There is no WordPress. Run `make servers-wordpress`."
    database = f"wp{uuid.uuid4().hex}"
    query(socket, f"CREATE DATABASE {database}")
    root, log, port = folder / "site", folder / "debug.log", free_port()
    # Debian's package has links into other packages: copies of what they lead to.
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns(".htaccess"))
    (root / "wp-content" / "uploads").mkdir(exist_ok=True)
    shutil.copytree(plugin, root / "wp-content" / "plugins" / "forewarn")
    config = _CONFIG.format(
        database=database,
        socket=socket,
        url=f"http://127.0.0.1:{port}",
        log=log,
        salt=uuid.uuid4().hex,
        more=more,
    )
    (root / "wp-config.php").write_text(config, encoding="utf-8")
    must_use = root / "wp-content" / "mu-plugins"
    must_use.mkdir(exist_ok=True)
    (must_use / "no-guide.php").write_text(_NO_GUIDE, encoding="utf-8")
    (folder / "router.php").write_text(_ROUTER, encoding="utf-8")
    log.touch()
    run_php(_INSTALL.format(folder=root, password=PASSWORD))
    site = Site(root, f"http://127.0.0.1:{port}", log)
    with _serving(folder, root, port):
        activate = "require_once ABSPATH . 'wp-admin/includes/plugin.php';"
        activate += "return activate_plugin( 'forewarn/forewarn.php' );"
        assert site.php(activate) is None
        yield site


@contextmanager
def _serving(folder: Path, root: Path, port: int) -> Iterator[None]:
    """PHP's own server. It has workers, as WordPress asks itself for its background."""
    command = ["php", "-d", "opcache.enable_cli=1", "-S", f"127.0.0.1:{port}", "-t", str(root)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(folder / "router.php")],
            env=os.environ | {"PHP_CLI_SERVER_WORKERS": "6"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while True:
            assert process.poll() is None, (folder / "server.log").read_text(encoding="utf-8")
            try:
                httpx2.get(f"http://127.0.0.1:{port}/wp-login.php", timeout=60)
                break
            except httpx2.ConnectError:
                time.sleep(0.05)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its workers, too
        process.wait()


def run_php(program: str, *arguments: str, given: str = "") -> str:
    """What a PHP program prints."""
    command = ["php", "-d", "display_errors=stderr", "-r", program, "--", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout[-2_000:]
    return done.stdout
