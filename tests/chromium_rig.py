"""A real Chromium for tests of pages: headless, without a network, listened to while it reads.

Belongs here: finding the program, opening pages, what a page asked for and complained of. Does not
belong here: what pages should hold (the tests).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

REQUIRED = "ENCOURS_REQUIRE_CHROMIUM"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"no Chromium: install Debian's package `chromium`, or put one of {PROGRAMS} on PATH"
# No name resolves, and the browser asks nothing on its own account.
QUIET = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
# A machine with other work to do is slow, not wrong.
PATIENCE_MS = 60_000


@dataclass
class Visit:
    """A page being read.

    Attributes:
        page: The page.
        address: Its file, as an address.
        requests: Every address that was asked for.
        complaints: Errors of scripts, warnings and errors on the console.
    """

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def views(self) -> list[str]:
        """Ids of the views in the order of the navigation."""
        return [link.get_attribute("href")[1:] for link in self.page.locator("nav a").all()]

    @property
    def shown(self) -> list[str]:
        """Ids of the views that can be seen."""
        return list(
            self.page.locator(".view").evaluate_all(
                "all => all.filter(one => one.checkVisibility()).map(one => one.id)"
            )
        )

    def go_to(self, view: str) -> None:
        """Follow the link to a view and wait for its charts."""
        self.page.locator(f'nav a[href="#{view}"]').click()
        self.wait_for(view)
        self.wait_for_charts(view)

    def wait_for(self, view: str) -> None:
        """Wait until a view shows: the browser tells a page of its new address a moment later."""
        self.page.locator(f"#{view}.is-shown").wait_for()

    def wait_for_charts(self, view: str) -> None:
        """Wait until every chart of a view is drawn; its text forms may stay folded."""
        for chart in self.page.locator(f"#{view} .chart").all():
            chart.locator(".main-svg").first.wait_for()


def require_chromium() -> Path:
    """The browser's program; skips the test without one, or fails where CI needs it."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the browser and end it.

    While it runs, an event loop runs in this thread: keep it no longer than a module.
    """
    program = require_chromium()
    # Chromium's sandbox refuses root, as whom containers run.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *sandbox])
        try:
            yield browser
        finally:
            browser.close()


def visit(browser: Browser, file: Path, now: str | None = None, **options: Any) -> Visit:
    """Open a page in a context of its own.

    Args:
        browser: The browser.
        file: The page.
        now: The browser's clock in ISO form; None: the machine's.
        options: Of the context: `viewport`, `java_script_enabled`.
    """
    context: BrowserContext = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    visited = Visit(context.new_page(), file.resolve().as_uri())
    context.on("request", lambda request: visited.requests.append(request.url))
    visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    visited.page.on(
        "console",
        lambda message: (
            visited.complaints.append(message.text)
            if message.type in ("error", "warning")
            else None
        ),
    )
    if now is not None:
        visited.page.clock.set_fixed_time(now)
    visited.page.goto(visited.address)
    return visited


def accessibility_violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA and its good practices, an element a line."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    # A chart is one image with a text: what it is drawn with is nobody's to read.
    found = page.evaluate(
        "() => axe.run({exclude: [['.main-svg']]}, {resultTypes: ['violations']})"
    )
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
