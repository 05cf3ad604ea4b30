"""The block editor in a real browser, as an editor uses it."""

import re
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Frame, Locator, Page, Response, expect

from tests.plugins.wordpress.site import PASSWORD, Site

# What the block editor and its packages complain of by themselves.
OTHERS = ("is deprecated", "Permissions policy", "Permissions-Policy", "JQMIGRATE")
ELSEWHERE = re.compile(r"https?://(?!127\.0\.0\.1[:/])")


def wait_for_flags(panel: Locator) -> None:
    """Wait for the verdict; ask again where a busy machine did not have it in time."""
    status = panel.get_by_role("status")
    for _ in range(20):
        expect(status).not_to_contain_text("Checking")
        if "Flagged: " in status.inner_text():
            return
        status.page.wait_for_timeout(500)
        again = status.get_by_role("button", name="Check now")
        if again.is_visible():
            again.click()
    expect(status).to_contain_text("Flagged: ")


class BlockEditor:
    """Somebody who is logged in and writes."""

    def __init__(self, browser: Browser, site: Site, login: str = "chief") -> None:
        self.site = site
        self.context = browser.new_context(
            base_url=site.url, viewport={"width": 1360, "height": 1000}
        )
        # WordPress's guides have pictures elsewhere; without a network they would be waited for.
        self.context.route(ELSEWHERE, lambda route: route.abort())
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.messages: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("response", self._note_failure)
        self.page.goto("/wp-login.php")
        name = self.page.get_by_label("Username or Email Address")
        # The page moves the focus there after 200 ms, and a password being filled in with it.
        expect(name).to_be_focused()
        name.fill(login)
        self.page.locator("#user_pass").fill(PASSWORD)
        self.page.get_by_role("button", name="Log In").click()
        self.page.wait_for_url("**/wp-admin/**")

    def open(self, post: int | None = None) -> None:
        """Open a post, or begin one, with Forewarn's sidebar at its side."""
        self.page.goto(
            f"/wp-admin/post.php?post={post}&action=edit" if post else "/wp-admin/post-new.php"
        )
        self.page.wait_for_function(
            "window.wp && wp.data && wp.data.select('core/editor').__unstableIsEditorReady()"
        )
        button = self.page.get_by_role("button", name="Forewarn", exact=True).first
        if button.get_attribute("aria-pressed") != "true":
            button.click()
        expect(self.sidebar).to_be_visible()

    @property
    def canvas(self) -> Frame:
        """Where the article is: newer editors have it in a frame of its own."""
        return self.page.frame(name="editor-canvas") or self.page.main_frame

    @property
    def sidebar(self) -> Locator:
        return self.page.locator(".interface-complementary-area .forewarn-panel")

    @property
    def before_publishing(self) -> Locator:
        return self.page.locator(".editor-post-publish-panel .forewarn-panel")

    def wait_for_flags(self) -> None:
        """Wait for the sidebar to tell that the article is flagged."""
        wait_for_flags(self.sidebar)

    def write(self, title: str, paragraphs: tuple[str, ...]) -> None:
        """Type title and text, key by key as far as it matters."""
        field = self.canvas.get_by_role("textbox", name="Add title")
        field.click()
        field.fill(title)
        field.press("Enter")
        for number, paragraph in enumerate(paragraphs):
            if number:
                self.page.keyboard.press("Enter")
            self.page.keyboard.insert_text(paragraph)

    def save(self) -> None:
        self.page.get_by_role("button", name="Save draft").click()
        editor = "wp.data.select('core/editor')"
        self.page.wait_for_function(f"!{editor}.isSavingPost() && !{editor}.isEditedPostDirty()")

    def begin_publishing(self) -> None:
        self.page.get_by_role("button", name="Publish", exact=True).click()
        expect(self.before_publishing).to_be_visible()

    def publish(self) -> str:
        """Press the second button; gives back where the article is."""
        panel = self.page.get_by_role("region", name="Editor publish")
        panel.get_by_role("button", name="Publish", exact=True).click()
        expect(panel.get_by_text("is now live").first).to_be_visible()
        return str(self.page.evaluate("wp.data.select('core/editor').getPermalink()"))

    @property
    def title(self) -> str:
        return str(
            self.page.evaluate("wp.data.select('core/editor').getEditedPostAttribute('title')")
        )

    @property
    def selected(self) -> str:
        """Name of the block that is selected; `title` where none is."""
        name = "wp.data.select('core/block-editor').getSelectedBlock()?.name ?? 'title'"
        return str(self.page.evaluate(name))

    @property
    def marked(self) -> str:
        """The words that are marked, one element's after the other."""
        marks = self.canvas.locator("mark.annotation-text-forewarn")
        expect(marks.first).to_be_visible()
        return "".join(marks.all_text_contents())

    def look(self, name: str, folder: Path) -> None:
        """Keep a picture."""
        folder.mkdir(exist_ok=True)
        self.page.screenshot(path=folder / f"wordpress-{name}.png")

    def close(self) -> None:
        self.context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or any(one in message.text for one in OTHERS):
            return
        where = message.location.get("url", "")
        if where.startswith(self.site.url):  # WordPress has pictures elsewhere, in its guides
            self.messages.append(f"{message.text} ({where})")

    def _note_failure(self, response: Response) -> None:
        if response.status >= 400:
            self.messages.append(f"{response.status} {response.url}")
