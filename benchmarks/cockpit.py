"""How soon the cockpit is there: seconds to write it, its size, its first paint, its first charts.

Skips without Chromium. The bar: visible within two seconds.

    .venv/bin/python benchmarks/cockpit.py [--config data/encours.toml] [--runs 5]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from dashboard import write_cockpit
from orchestration.config import load_company
from orchestration.publishing import current_publication

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIRST_PAINT_BAR_S = 2.0
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
CHARTS = "() => performance.getEntriesByName('charts-drawn')[0].startTime"


def open_once(browser: Browser, page_file: Path) -> tuple[float, float]:
    """Return the seconds to the first paint and to the charts of the first view."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(page_file.as_uri())
    page.locator(".view.is-shown .chart .main-svg").first.wait_for(timeout=60_000)
    times = page.evaluate(PAINT) / 1000, page.evaluate(CHARTS) / 1000
    page.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("data/encours.toml"))
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    company = load_company(arguments.config) if arguments.config.exists() else None
    publication = company and current_publication(company.published)
    if program is None or company is None or publication is None:
        print("Skipped: needs Chromium on PATH and a day that has run (`make run`).")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        target = Path(folder) / "cockpit.html"
        started = time.perf_counter()
        settings = company.config.company
        write_cockpit(
            publication.database, publication.as_of_date, settings.name, settings.locale, target
        )
        written = time.perf_counter() - started
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        times = [open_once(browser, target) for _ in range(arguments.runs)]
        browser.close()
        size = target.stat().st_size
    paint = statistics.median(first for first, _ in times)
    charts = statistics.median(drawn for _, drawn in times)
    print(f"written in {written:.1f} s, {size / 1e6:.1f} MB")
    print(f"visible after {paint:.2f} s, its first charts after {charts:.2f} s (medians)")
    assert paint < FIRST_PAINT_BAR_S, f"The cockpit is visible after {paint:.1f} s."


if __name__ == "__main__":
    main()
