"""The whole day through the command line and Dagster, on a small simulated company."""

import csv
import datetime as dt
import email
import email.policy
import hashlib
import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner

from connectors.simulator import read_truth
from orchestration.cli.main import app
from orchestration.config import load_company
from orchestration.lock import writer_lock
from orchestration.publishing import current_publication
from tests.chromium_rig import running_chromium, visit
from tests.cockpit_figures import figures_of, not_shown

# The day imports Great Expectations, dbt and Dagster, which warn of themselves.
pytestmark = [pytest.mark.whole_run, pytest.mark.filterwarnings("default")]
# A Friday: nothing is written to customers on weekends.
DAY = dt.date(2026, 10, 30)


def encours(*arguments: object):
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], catch_exceptions=False
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    made = encours("simulate", "--folder", folder, "--customers", 120, "--months", 18, "--end", DAY)
    assert made.exit_code == 0, made.output
    result = encours("run", "--config", folder / "encours.toml")
    assert result.exit_code == 0, result.output
    assert "Where to look" in result.output
    return folder


@pytest.fixture(scope="module")
def day_folder(home) -> Path:
    return home / "out" / DAY.isoformat()


@pytest.fixture(scope="module")
def marts(home):
    connection = duckdb.connect(
        str(home / "published" / "current" / "publication.duckdb"), read_only=True
    )
    yield connection
    connection.close()


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_day_leaves_list_digest_drafts_and_page(day_folder):
    names = {path.name for path in day_folder.iterdir()}
    assert {
        "at_risk_accounts.csv",
        "at_risk_accounts.xlsx",
        "digest.txt",
        "digest.json",
        "cockpit.html",
    } <= names
    assert list((day_folder / "reminders" / "emails").glob("*.eml"))


def test_the_cockpit_shows_the_marts_in_a_browser_and_asks_nothing_of_anyone(day_folder, marts):
    with running_chromium() as browser:
        cockpit = visit(browser, day_folder / "cockpit.html")
        for view in cockpit.views:
            cockpit.go_to(view)
        assert not_shown(cockpit.page, figures_of(marts, DAY)) == []
        assert cockpit.complaints == []
        assert {address.split("#")[0] for address in cockpit.requests} == {cockpit.address}


def test_the_list_holds_the_ranked_accounts_of_the_marts(day_folder, marts):
    with (day_folder / "at_risk_accounts.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    expected = marts.execute("select count(*) from marts.fct_at_risk_accounts").fetchone()[0]
    assert len(rows) == expected + 1
    assert expected > 10


def test_nobody_on_hold_is_written_to(day_folder, marts):
    held = {
        name
        for (name,) in marts.execute(
            "select customer_id from marts.fct_reminder_batch where decision = 'hold'"
        ).fetchall()
    }
    drafts = "".join(path.name for path in (day_folder / "reminders").rglob("*.eml"))
    assert held
    assert not [customer for customer in held if customer.lower() in drafts]


def test_a_draft_is_marked_unsent_and_addressed_to_its_contact(day_folder):
    path = sorted((day_folder / "reminders" / "emails").glob("*.eml"))[0]
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["X-Unsent"] == "1"
    assert message["To"].addresses[0].domain.endswith(".example")
    assert {part.get_content_type() for part in message.walk()} >= {"text/plain", "text/html"}


def test_totals_of_the_list_tie_to_the_ledger(marts):
    [(items, balance, customers)] = marts.execute(
        f"""select
            (select sum(open_amount_reporting) from marts.fct_open_items where as_of_date = date '{DAY}'),
            (select sum(open_invoices_amount_reporting) from marts.fct_aged_balance where as_of_date = date '{DAY}'),
            (select sum(open_amount_reporting) from marts.fct_customer_360)"""
    ).fetchall()
    assert items == balance == customers


def test_every_row_of_the_source_is_loaded_duplicate_or_quarantined(marts):
    loads = marts.execute(
        "select rows_in, loaded, exact_duplicates, quarantined from marts.fct_source_loads"
    ).fetchall()
    assert loads
    assert all(row[0] == sum(row[1:]) for row in loads)
    assert 0 < sum(row[3] for row in loads) <= 10  # the simulator's bad rows


def test_predictions_rank_payment_as_the_truth_does(home, marts):
    eventual = read_truth(home / "truth")["invoices"].to_pandas().set_index("invoice_id")
    predicted = marts.execute(
        "select invoice_id, p_paid_30d from marts.fct_invoice_predictions where p_paid_30d is not null"
    ).df()
    paid = eventual.loc[predicted["invoice_id"], "eventual_payment_date"]
    in_30_days = (
        paid.notna() & (pd.to_datetime(paid) <= pd.Timestamp(DAY + dt.timedelta(days=30)))
    ).to_numpy()
    assert (
        predicted["p_paid_30d"][in_30_days].mean()
        > predicted["p_paid_30d"][~in_30_days].mean() + 0.1
    )


def test_running_the_day_again_changes_nothing(home):
    before = tree(home / "out") | tree(home / "published")
    again = encours("run", "--config", home / "encours.toml")
    assert again.exit_code == 0, again.output
    assert tree(home / "out") | tree(home / "published") == before


def test_a_second_run_says_who_is_running_and_changes_nothing(home):
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(home, ready, done))
    holder.start()
    try:
        assert ready.wait(30)
        result = encours("run", "--config", home / "encours.toml")
    finally:
        done.set()
        holder.join()
    assert result.exit_code == 1
    assert f"process {holder.pid}" in result.stderr
    assert "Wait for it to end" in result.stderr


def _hold(home: Path, ready, done) -> None:
    with writer_lock(home, 5):
        ready.set()
        done.wait(60)


def test_too_many_bad_rows_stop_the_day_and_the_last_publication_stays(home):
    invoices = home / "source" / "invoices.csv"
    original = invoices.read_text(encoding="utf-8")
    before = current_publication(home / "published")
    lines = original.splitlines(keepends=True)
    broken = [
        line.replace("2025-", "2025/") if number % 2 else line for number, line in enumerate(lines)
    ]
    try:
        invoices.write_text("".join(broken), encoding="utf-8")
        result = encours("run", "--config", home / "encours.toml")
    finally:
        invoices.write_text(original, encoding="utf-8")
    assert result.exit_code == 1
    assert "quarantined_share" in result.stderr
    assert "raw_files.invoices" in result.stderr
    assert f"Readers still see {DAY}, published" in result.stderr
    assert current_publication(home / "published") == before
    corrected = encours("run", "--config", home / "encours.toml")
    assert corrected.exit_code == 0, corrected.output
    assert current_publication(home / "published").as_of_date == DAY


def test_the_run_is_in_the_history_of_the_ui(home):
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        runs = instance.get_runs()
    assert {run.job_name for run in runs} == {"daily", "emit"}
    assert all(run.tags["dagster/partition"] == DAY.isoformat() for run in runs)


def test_the_sensor_asks_once_for_a_day_without_lists(home):
    import dagster as dg

    from orchestration.definitions import build_definitions

    definitions = build_definitions(home / "encours.toml")
    sensor = definitions.get_sensor_def("scored_day_without_lists")
    note = home / "out" / ".emitted" / DAY.isoformat()
    resources = {"company": definitions.resources["company"]}
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance, resources=resources) as context,
    ):
        assert "are written" in sensor(context).skip_message
    content = note.read_text()
    note.unlink()
    try:
        with (
            dg.DagsterInstance.ephemeral() as instance,
            dg.build_sensor_context(instance, resources=resources) as context,
        ):
            assert [request.partition_key for request in sensor(context)] == [DAY.isoformat()]
    finally:
        note.write_text(content)


def test_the_publication_is_read_only_and_names_its_run(home):
    publication = current_publication(home / "published")
    facts = json.loads((publication.folder / "publication.json").read_text())
    assert facts["as_of_date"] == DAY.isoformat()
    assert facts["run_id"]
    assert not publication.database.stat().st_mode & 0o222
    assert load_company(home / "encours.toml").published == home / "published"


def test_every_published_table_and_column_says_what_it_is(marts):
    assert (
        marts.execute(
            "select schema_name, table_name from duckdb_tables() where not internal and comment is null"
            " union all select table_name, column_name from duckdb_columns()"
            " where not internal and comment is null"
        ).fetchall()
        == []
    )


def test_the_publication_says_which_checks_its_run_passed(home):
    publication = current_publication(home / "published")
    facts = json.loads((publication.folder / "publication.json").read_text())
    with duckdb.connect(str(publication.database), read_only=True) as connection:
        [(run_id, day)] = connection.sql(
            "select run_id, as_of_date from about.publication"
        ).fetchall()
        checks = connection.sql(
            "select check_name, description from about.checks where passed or not blocking"
        ).fetchall()
    assert (run_id, day) == (facts["run_id"], DAY)
    assert len(checks) == facts["check_count"] > 300
    assert {name for name, description in checks if description} >= {
        "expectations",
        "quarantined_share",
        "assert_ledger_rolls_forward",
        "quantiles_in_order",
        "features_have_not_drifted",
    }


def test_what_the_guide_tells_python_and_sql_to_do_works(home, marts, monkeypatch):
    monkeypatch.chdir(home / "published")
    blocks = re.findall(
        r"```(python|sql)\n(.*?)```", Path("README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert [language for language, _ in blocks] == ["sql", "python", "python", "python"]
    for statement in blocks[0][1].split(";"):
        if statement.strip():
            assert marts.execute(statement).description
    found: dict = {}
    for _, code in blocks[1:]:
        exec(code, found)
    assert found["dso"]["as_of_date"].max() == DAY
    assert found["meaning"]["dso_rolling_3m"]


def test_a_failed_invariant_stops_the_day_and_the_last_publication_stays(home, monkeypatch):
    from dbt.contracts.results import TestStatus

    from orchestration import dbt_run

    invoke = dbt_run._invoke

    def invoke_with_a_cent_missing(*arguments):
        result = invoke(*arguments)
        for outcome in result.result.results:
            if outcome.node.name == "assert_ledger_rolls_forward":
                outcome.status = TestStatus.Fail
        return result

    monkeypatch.setattr(dbt_run, "_invoke", invoke_with_a_cent_missing)
    before = tree(home / "out") | tree(home / "published")
    result = encours("run", "--config", home / "encours.toml")
    assert result.exit_code == 1
    assert "invariant assert_ledger_rolls_forward" in result.stderr
    assert tree(home / "out") | tree(home / "published") == before


def test_a_backtest_prints_and_writes_the_same_figures(home, tmp_path):
    page, figures = tmp_path / "backtest.html", tmp_path / "backtest.csv"
    before = (home / "warehouse.duckdb").read_bytes()
    result = encours(
        *("backtest", "--config", home / "encours.toml", "--months", 2),
        *("--out", page, "--csv", figures),
    )
    assert result.exit_code == 0, result.output
    assert (home / "warehouse.duckdb").read_bytes() == before
    with figures.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    # The last two months whose open book was watched for 90 days before 30 October.
    cutoffs = {
        row["segment"] for row in rows if (row["part"], row["group"]) == ("invoices", "cutoff")
    }
    assert cutoffs == {"2026-06-01", "2026-07-01"}
    [crps] = [row for row in rows if (row["segment"], row["metric"]) == ("all", "crps_days")]
    value, baseline = float(crps["value"]), float(crps["baseline_value"])
    assert float(crps["low"]) < value < float(crps["high"])
    assert float(crps["difference"]) == pytest.approx(value - baseline)
    assert f"CRPS {value:.2f} against {baseline:.2f} days" in " ".join(result.output.split())
    html = page.read_text(encoding="utf-8")
    assert f'<data value="{crps["value"]}">' in html
    assert f'<data value="{crps["baseline_value"]}">' in html
    assert {row["part"] for row in rows} >= {"invoices", "cash"}


def test_a_backtest_says_what_it_lacks(home):
    config = home / "encours.toml"
    early = encours(
        "backtest", "--config", config, "--cutoffs", "2025-06-01", "--as-of", "2025-06-15"
    )
    assert early.exit_code == 1
    assert "The history is too short to test on: it lacks a month start with 50" in early.stderr
    middle = encours("backtest", "--config", config, "--cutoffs", "2026-03-15")
    assert middle.exit_code == 1
    assert "A cutoff must be the first of a month, got 2026-03-15" in middle.stderr
    garbled = encours("backtest", "--config", config, "--cutoffs", "spring")
    assert garbled.exit_code == 2
    assert "--cutoffs 'spring' is not a date such as 2026-01-01." in garbled.stderr
    late = encours("backtest", "--config", config, "--as-of", DAY + dt.timedelta(days=3))
    assert late.exit_code == 2
    assert f"Run `encours run --as-of {DAY + dt.timedelta(days=3)}` first" in late.stderr


def test_a_backtest_of_a_company_that_never_ran_says_what_to_do(tmp_path):
    assert encours("init", tmp_path).exit_code == 0
    result = encours("backtest", "--config", tmp_path / "encours.toml")
    assert result.exit_code == 2
    assert "Run `encours run` first." in result.stderr


def test_a_killed_run_is_ended_and_the_next_one_reaches_the_same_files(home):
    import subprocess
    import sys
    import time

    import dagster as dg

    before = tree(home / "out") | tree(home / "published")
    command = [
        sys.executable,
        "-m",
        "orchestration.cli.main",
        "run",
        "--config",
        str(home / "encours.toml"),
    ]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: _has_started(home, killed.pid), seconds=60)
        time.sleep(4)  # into the transformation
    finally:
        killed.kill()
        killed.wait()
    result = encours("run", "--config", home / "encours.toml")
    assert result.exit_code == 0, result.output
    assert tree(home / "out") | tree(home / "published") == before
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        assert not instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))


def _has_started(home: Path, process: int) -> bool:
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    return any(run.tags.get("encours/process") == str(process) for run in started)


def _wait_for(condition, seconds: float) -> None:
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.3)
