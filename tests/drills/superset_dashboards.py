"""Start Superset for a throw-away company, and open every dashboard as the CFO would.

Usage: `python tests/drills/superset_dashboards.py [--publication FILE] [--language fr] [--shots
FOLDER]`. Builds `.venv-bi` where it is missing, provisions twice and compares every row of the
metadata, tries what the CFO may and may not do, opens the six dashboards in headless Chromium until
all charts are drawn, compares figures on screen with the publication, swaps the publication and
sees the new figure, and a new column after the next provisioning. Exit code 1 where anything is off.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "drills")]

import duckdb  # noqa: E402
from superset_browser import Browser  # noqa: E402

from dashboard.superset.home import ADMIN, CFO, passwords  # noqa: E402

STAMP = ".venv-bi/.installed"
# Rows about what people did, not about what is provisioned.
TALK = {"logs", "key_value", "cache_keys"}
DASHBOARDS = ("landing", "speed", "owed", "leaving", "collecting", "trust")
# Chart on a dashboard, and the figure of the newest day it must show.
FIGURES = {
    ("owed", "open_now"): "select open_invoices_amount_reporting from marts.fct_dso",
    ("owed", "past_due_now"): "select past_due_amount_reporting from marts.fct_dso",
    ("speed", "dso_now"): "select dso_rolling_3m from marts.fct_dso",
    ("speed", "cei_now"): "select cei_1m from marts.fct_cei",
    ("leaving", "mrr_now"): "select closing_mrr_reporting from marts.fct_mrr_movements",
    ("landing", "month_middle"): (
        "select p50_amount_reporting from marts.fct_month_landing where is_current_month"
    ),
    ("collecting", "leakage_now"): (
        "select leakage_amount_reporting from marts.fct_collections_performance"
    ),
}

failures: list[str] = []


def check(holds: bool, what: str) -> None:
    """Say what was looked at, and remember what does not hold."""
    print(f"  {'✓' if holds else '✗'} {what}", flush=True)
    if not holds:
        failures.append(what)


class Company:
    """A home folder with a publication, and the Superset of it."""

    def __init__(self, folder: Path, publication: Path, language: str, python: str):
        self.home, self.python = folder, python
        self.published = folder / "published"
        self.publish("a", publication)
        text = f'[company]\nname = "Drill"\nlocale = "{language}"\n'
        (folder / "encours.toml").write_text(text, encoding="utf-8")
        self.server: subprocess.Popen | None = None

    def publish(self, name: str, source: Path, change: str = "") -> Path:
        """Copy a publication, change it, and let the pointer name it, as the pipeline does."""
        target = self.published / name / "publication.duckdb"
        target.parent.mkdir(parents=True)
        shutil.copyfile(source, target)
        if change:
            connection = duckdb.connect(str(target))
            connection.execute(change)
            connection.close()
        target.chmod(0o444)
        draft = self.published / ".current"
        draft.symlink_to(name, target_is_directory=True)
        draft.replace(self.published / "current")
        return target

    def command(self, *options: str) -> list[str]:
        config = str(self.home / "encours.toml")
        return [self.python, "-m", "dashboard.superset", "--config", config, *options]

    def provision(self) -> str:
        """Provision without a server; what it said."""
        result = subprocess.run(
            self.command("--provision-only"), cwd=ROOT, capture_output=True, text=True, check=False
        )
        if result.returncode:
            sys.exit(result.stdout + result.stderr)
        return result.stdout.strip().splitlines()[-1]

    def rows(self) -> dict[str, list[tuple]]:
        """Every row of the metadata, by table."""
        connection = sqlite3.connect(self.home / "superset" / "metadata.sqlite")
        names = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        dump = {
            name: sorted(map(repr, connection.execute(f'select * from "{name}"').fetchall()))
            for (name,) in names
            if name not in TALK
        }
        connection.close()
        return dump

    def asset_rows(self) -> dict[str, list[tuple]]:
        """The rows of what is provisioned, without who logged in when."""
        kept = ("dashboards", "slices", "tables", "table_columns", "sql_metrics", "dbs")
        return {name: rows for name, rows in self.rows().items() if name in kept}

    def start(self) -> str:
        """Serve on a free port; the address, once it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = (self.home / "server.log").open("w")
        self.server = subprocess.Popen(
            self.command("--port", str(port)), cwd=ROOT, stdout=log, stderr=log
        )
        base = f"http://127.0.0.1:{port}"
        for _ in range(240):
            if self.server.poll() is not None:
                sys.exit((self.home / "server.log").read_text())
            try:
                urllib.request.urlopen(f"{base}/health", timeout=2)
                return base
            except OSError:
                time.sleep(0.5)
        sys.exit("Superset did not answer within two minutes.")

    def open_databases(self) -> list[str]:
        """DuckDB files that the server and its children hold open."""
        pids = [str(self.server.pid)]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            pids += children.read_text().split() if children.exists() else []
        links = [link for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()]
        opened = [str(link.readlink()) for link in links if link.is_symlink()]
        return [name for name in opened if name.endswith(".duckdb")]

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(30)


def newest(publication: Path, sql: str) -> float:
    """A figure of the newest day of a publication."""
    connection = duckdb.connect(str(publication), read_only=True)
    mart = sql.split(" from ")[1].split()[0]
    last = f"as_of_date = (select max(as_of_date) from {mart})"
    sql += f" and {last}" if " where " in sql else f" where {last}"
    (value,) = connection.execute(sql).fetchone()
    connection.close()
    return float(value) if value is not None else float("nan")


def digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def shown(value: float) -> set[str]:
    """The digits with which a figure may stand on screen: whole units, days, per cent."""
    return {digits(f"{value:.0f}"), digits(f"{value:.1f}"), digits(f"{value * 100:.1f}")}


def try_the_role(browser: Browser) -> None:
    """What the CFO may, and everything else refused; the administrator shows the requests are good."""
    chart = browser.charts["open_now"]
    dashboard = browser.dashboards["owed"]
    payload = browser.payloads["open_invoices"]
    csv = {**payload, "result_format": "csv", "result_type": "full"}
    allowed = [
        ("GET", "/api/v1/dashboard/", None),
        ("GET", f"/api/v1/dashboard/{dashboard}/charts", None),
        ("GET", "/api/v1/chart/", None),
        ("GET", f"/api/v1/chart/{chart}", None),
        ("POST", "/api/v1/chart/data", payload),
    ]
    for method, path, body in allowed:
        check(browser.ask(method, path, body)[0] == 200, f"the CFO may {method} {path}")
    status, text = browser.ask("POST", "/api/v1/chart/data", csv)
    check(status == 200 and text.count("\n") > 10, "the CFO takes the rows of a table along as CSV")
    statement = {"database_id": 1, "sql": "select 1", "client_id": "drill", "schema": "marts"}
    other = {**payload, "datasource": {"id": 99999, "type": "table"}}
    refused = [
        ("POST", "/api/v1/chart/", {"slice_name": "x", "datasource_id": 1, "datasource_type": "table"}),
        ("PUT", f"/api/v1/chart/{chart}", {"slice_name": "x"}),
        ("DELETE", f"/api/v1/chart/{chart}", None),
        ("POST", "/api/v1/dashboard/", {"dashboard_title": "x"}),
        ("PUT", f"/api/v1/dashboard/{dashboard}", {"dashboard_title": "x"}),
        ("DELETE", f"/api/v1/dashboard/{dashboard}", None),
        ("POST", f"/api/v1/dashboard/{dashboard}/copy/", {"dashboard_title": "x", "json_metadata": "{}"}),
        ("GET", f"/api/v1/dashboard/export/?q=!({dashboard})", None),
        ("GET", "/api/v1/dataset/", None),
        ("POST", "/api/v1/dataset/", {"database": 1, "table_name": "x", "schema": "marts"}),
        ("PUT", "/api/v1/dataset/1", {"description": "x"}),
        ("DELETE", "/api/v1/dataset/1", None),
        ("GET", "/api/v1/database/", None),
        ("POST", "/api/v1/database/", {"database_name": "x", "sqlalchemy_uri": "duckdb:///:memory:"}),
        ("PUT", "/api/v1/database/1", {"database_name": "x"}),
        ("DELETE", "/api/v1/database/1", None),
        ("GET", "/api/v1/database/1/schemas/", None),
        ("POST", "/api/v1/sqllab/execute/", statement),
        ("GET", "/api/v1/query/", None),
        ("GET", "/api/v1/saved_query/", None),
        ("GET", f"/api/v1/explore/?slice_id={chart}", None),
        ("GET", "/api/v1/security/users/", None),
        ("GET", "/api/v1/security/roles/", None),
        ("POST", "/api/v1/security/users/", {"username": "x", "password": "x"}),
        ("GET", "/users/list/", None),
        ("GET", "/sqllab/", None),
        ("POST", "/api/v1/chart/data", other),
    ]  # fmt: skip
    for method, path, body in refused:
        status, _ = browser.ask(method, path, body)
        check(status in (401, 403, 404), f"the CFO is refused {method} {path} ({status})")
    rewritten = json.loads(json.dumps(payload))
    rewritten["queries"][0]["columns"] = [
        {"label": "x", "sqlExpression": "(select 1 from dbs)", "expressionType": "SQL"}
    ]
    status, _ = browser.ask("POST", "/api/v1/chart/data", rewritten)
    check(status >= 400, f"the CFO cannot put SQL of their own into a chart's query ({status})")


def open_dashboards(browser: Browser, publication: Path, shots: Path) -> None:
    for name in DASHBOARDS:
        began = time.perf_counter()
        drawn, wrong = browser.open_dashboard(name, shots / f"{name}.png")
        took = time.perf_counter() - began
        check(not wrong, f"{name}: {drawn} charts drawn in {took:.0f} s {wrong or ''}")
        for (dashboard, chart), sql in FIGURES.items():
            if dashboard == name:
                value, text = newest(publication, sql), browser.big_number(chart)
                check(digits(text) in shown(value), f"{name}/{chart} shows {text}: {value}")
    check(not browser.errors, f"no console error {browser.errors[:3] or ''}")
    check(not browser.left, f"no request left the machine {browser.left[:3] or ''}")


def choose_a_past_day(browser: Browser, publication: Path) -> None:
    """A trend ends on the day chosen in the filter, with the figure of that day."""
    connection = duckdb.connect(str(publication), read_only=True)
    day, value = connection.execute(
        "select cast(as_of_date as varchar), dso_rolling_3m from marts.fct_dso"
        " order by as_of_date desc offset 5 limit 1"
    ).fetchone()
    connection.close()
    payload = json.loads(json.dumps(browser.payloads["dso_now"]))
    (chosen,) = (f for f in payload["queries"][0]["filters"] if f["col"] == "as_of_day")
    chosen["val"] = [day]
    rows = json.loads(browser.ask("POST", "/api/v1/chart/data", payload)[1])["result"][0]["data"]
    last = max(rows, key=lambda row: row["as_of_date"])
    check(last["dso_rolling_3m"] == value, f"the trend ends on the chosen day, {day}, at {value}")


def swap(company: Company, browser: Browser, publication: Path) -> None:
    """A publication swapped beneath a running server, and a column more in it."""
    check(not company.open_databases(), "between queries the server holds no publication open")
    payload = browser.payloads["dso_now"]
    before = browser.ask("POST", "/api/v1/chart/data", payload)[1]
    company.publish(
        "b",
        publication,
        "update marts.fct_dso set dso_rolling_3m = 4321.5"
        " where as_of_date = (select max(as_of_date) from marts.fct_dso);"
        "alter table marts.fct_source_loads add column drill_count bigint",
    )
    after = browser.ask("POST", "/api/v1/chart/data", payload)[1]
    check("4321.5" in after and "4321.5" not in before, "a new publication shows at the next query")
    company.stop()
    said = company.provision()
    columns = " ".join(company.asset_rows()["table_columns"])
    check("drill_count" in columns, f"a new column is known after the next provisioning ({said})")


def provision_twice(company: Company) -> None:
    began = time.perf_counter()
    print(f"first: {company.provision()} ({time.perf_counter() - began:.0f} s)")
    first, began = company.rows(), time.perf_counter()
    print(f"again: {company.provision()} ({time.perf_counter() - began:.0f} s)")
    second = company.rows()
    changed = [name for name in first if first[name] != second.get(name)]
    count = sum(map(len, first.values()))
    check(
        first == second, f"provisioning twice leaves all {count} rows as they are {changed or ''}"
    )


def export_unchanged(company: Company) -> None:
    """What nobody changed comes back to the letter."""
    copied = company.home / "assets"
    shutil.copytree(ROOT / "dashboard" / "superset" / "assets", copied)
    command = company.command("--export", str(copied))
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = (result.stdout + result.stderr).strip().splitlines()[-1]
    check(said.startswith("Nothing to export"), f"an unchanged Superset exports its assets: {said}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publication", type=Path, default=ROOT / "data/published/current")
    parser.add_argument("--language", choices=("en", "fr"), default="en")
    parser.add_argument("--shots", type=Path, help="Folder for screenshots; default a fresh one.")
    parser.add_argument("--python", help="Python of another environment with Superset.")
    options = parser.parse_args()
    began = time.perf_counter()
    if not options.python:
        subprocess.run(["make", "--no-print-directory", STAMP], cwd=ROOT, check=True)
    print(f"environment: {time.perf_counter() - began:.0f} s", flush=True)
    publication = options.publication
    publication = publication / "publication.duckdb" if publication.is_dir() else publication
    shots = options.shots or Path(tempfile.mkdtemp(prefix="superset-shots-"))
    shots.mkdir(parents=True, exist_ok=True)
    python = options.python or str(ROOT / ".venv-bi/bin/python")
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder), publication, options.language, python)
        provision_twice(company)
        if options.language == "en":
            export_unchanged(company)
        try:
            base = company.start()
            stands = company.asset_rows()
            known = passwords(Path(folder) / "superset")
            with Browser(base, CFO, known[CFO]) as browser:
                open_dashboards(browser, publication, shots)
                choose_a_past_day(browser, publication)
                try_the_role(browser)
                check(company.asset_rows() == stands, "nothing that the CFO tried left a trace")
                with Browser(base, ADMIN, known[ADMIN]) as admin:
                    chart = browser.charts["open_now"]
                    status, _ = admin.ask("PUT", f"/api/v1/chart/{chart}", {"description": None})
                    check(status == 200, f"the administrator is not refused ({status})")
                swap(company, browser, publication)
        finally:
            company.stop()
    print(f"{time.perf_counter() - began:.0f} s in all; screenshots in {shots}")
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
