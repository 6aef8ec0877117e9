"""A person at Superset in headless Chromium: logs in, opens dashboards, asks the API with that session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page, sync_playwright

CHARTS = Path(__file__).parents[2] / "dashboard" / "superset" / "assets" / "charts"
# The telemetry pixel of Superset's menu: the page's own policy refuses it before it leaves.
PIXEL = "scarf.sh"
# A page that is left stores the colours of its labels; who only reads is refused.
COLOURS = "/colors?mark_updated=false"
WIDTH, TALL = 1440, 6000


class Browser:
    """One person's session.

    Attributes:
        charts: ids of charts by the name of their asset.
        dashboards: ids of dashboards by slug.
        payloads: what the page asked for each chart, by the name of its asset.
        errors: messages in the console that are errors.
        left: addresses of requests that left the machine.
    """

    _playwright: Any = None
    _users = 0

    def __init__(self, base: str, user: str, password: str):
        self.base, self.user, self.password = base, user, password
        self.errors: list[str] = []
        self.left: list[str] = []
        self.payloads: dict[str, Any] = {}
        self.charts: dict[str, int] = {}
        self.dashboards: dict[str, int] = {}

    def __enter__(self) -> Browser:
        if Browser._playwright is None:
            Browser._playwright = sync_playwright().start()
        Browser._users += 1
        self._browser = Browser._playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        self.page = self._browser.new_context(viewport={"width": WIDTH, "height": TALL}).new_page()
        self._log_in()
        self._learn_ids()
        self._listen(self.page)
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        Browser._users -= 1
        if not Browser._users:
            Browser._playwright.stop()
            Browser._playwright = None

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Send a request with the person's session and token, as the page would."""
        response = self.page.request.fetch(
            self.base + path,
            method=method,
            headers={"X-CSRFToken": self._token, "Content-Type": "application/json"},
            data=json.dumps(body) if body is not None else None,
            max_redirects=0,
        )
        # A page sends who may not see it back to where they came from.
        status = 403 if response.status in (302, 308) else response.status
        return status, response.text()

    def open_dashboard(self, slug: str, shot: Path) -> tuple[int, list[str]]:
        """Open a dashboard, wait until its charts are drawn, take its picture.

        Returns:
            How many charts there are, and what is wrong with them.
        """
        page = self.page
        page.set_viewport_size({"width": WIDTH, "height": TALL})
        page.goto(f"{self.base}/superset/dashboard/{slug}/")
        page.wait_for_selector(".slice_container", timeout=90_000)
        page.wait_for_selector(".loading, [data-test=loading-indicator]", state="detached")
        wanted = len(list((CHARTS / slug).glob("*.yaml")))
        for _ in range(120):
            page.wait_for_timeout(500)
            busy = page.locator(".loading, [data-test=loading-indicator]").count()
            if not busy and page.locator(".slice_container").count() >= wanted:
                break
        page.wait_for_timeout(1500)
        count = page.locator(".slice_container").count()
        wrong = [e.inner_text()[:200] for e in page.locator(".ant-alert-error").all()]
        if count != wanted:
            wrong.append(f"{count} of {wanted} charts")
        bottom = page.evaluate(
            "() => Math.max(...[...document.querySelectorAll('.dashboard-component-chart-holder')]"
            ".map(e => e.getBoundingClientRect().bottom))"
        )
        page.set_viewport_size({"width": WIDTH, "height": min(int(bottom) + 30, TALL)})
        page.wait_for_timeout(500)
        page.screenshot(path=str(shot))
        return count, wrong

    def big_number(self, chart: str) -> str:
        """The figure that a chart shows in large type."""
        holder = self.page.locator(f".dashboard-chart-id-{self.charts[chart]}")
        return holder.locator(".header-line").first.inner_text().strip()

    def _log_in(self) -> None:
        page = self.page
        page.goto(f"{self.base}/login/")
        page.wait_for_selector("input[name=username], #username")
        page.fill("input[name=username], #username", self.user)
        page.fill("input[name=password], #password", self.password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
        self._token = page.locator("#csrf_token").first.get_attribute("value") or ""

    def _learn_ids(self) -> None:
        names = {
            yaml.safe_load(path.read_text(encoding="utf-8"))["uuid"]: path.stem
            for path in CHARTS.rglob("*.yaml")
        }
        for chart in self._listed("chart", "uuid"):
            self.charts[names[chart["uuid"]]] = chart["id"]
        self.dashboards = {d["slug"]: d["id"] for d in self._listed("dashboard", "slug")}

    def _listed(self, kind: str, column: str) -> list[dict[str, Any]]:
        status, text = self.ask("GET", f"/api/v1/{kind}/?q=(columns:!(id,{column}),page_size:500)")
        assert status == 200, text
        return json.loads(text)["result"]

    def _listen(self, page: Page) -> None:
        names = {number: name for name, number in self.charts.items()}

        def sent(request: Any) -> None:
            if request.url.endswith("/api/v1/chart/data") or "/chart/data?" in request.url:
                payload = json.loads(request.post_data or "{}")
                number = payload.get("form_data", {}).get("slice_id")
                if number in names:
                    self.payloads[names[number]] = payload

        def finished(request: Any) -> None:
            if not request.url.startswith((self.base, "data:", "blob:")):
                self.left.append(request.url)

        def failed(request: Any) -> None:
            if PIXEL in request.url and "csp" not in str(request.failure).lower():
                self.left.append(f"{request.url} ({request.failure})")

        def said(message: Any) -> None:
            known = PIXEL in message.text or COLOURS in message.location.get("url", "")
            if message.type == "error" and not known:
                self.errors.append(message.text[:300])

        def threw(error: Any) -> None:
            # What the refused colours end in.
            if str(error) != "Response":
                self.errors.append(str(error)[:300])

        page.on("request", sent)
        page.on("requestfinished", finished)
        page.on("requestfailed", failed)
        page.on("console", said)
        page.on("pageerror", threw)
