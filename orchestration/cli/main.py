"""`encours`: its commands and its exit codes (0 done, 1 findings or failed, 2 wrong use).

Belongs here: options, the clock, messages. Does not belong here: anything a job does. Heavy imports
happen inside commands, so that `encours --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from orchestration.cli.common import ConfigOption, business_date, explained_errors, fail, out
from orchestration.cli.desk import desk
from orchestration.config import (
    CONFIG_NAME,
    Company,
    ConfigError,
    default_config_path,
    load_company,
)
from orchestration.runs import quiet_environment

app = typer.Typer(
    name="encours",
    help="Receivables intelligence: from a ledger to a morning list.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(desk, name="desk")
# The zone of the configuration that `simulate` writes.
SIMULATED_TIMEZONE = "Europe/Paris"

# When the command began, for the times it prints.
STARTED = time.perf_counter()

SourceOption = Annotated[
    Path | None, typer.Option("--source", help="Takes the place of [sources.files] path.")
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Business date; default today."),
]

PublishedOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="A published day; default the newest."),
]


def last_working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend: nothing is written to customers on weekends."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def require_writable(company: Company) -> None:
    """Find out before any work that the home folder can be written.

    Raises:
        PermissionError: It cannot.
    """
    company.home.mkdir(parents=True, exist_ok=True)
    probe = company.home / ".writable"
    probe.touch()
    probe.unlink()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The company's home folder.")] = Path("data"),
    name: Annotated[str, typer.Option(help="The company's name.")] = "My company",
) -> None:
    """Write a commented encours.toml and policy.yml to start from."""
    from orchestration.cli.writing import write_configuration

    with explained_errors():
        for path in write_configuration(folder, name):
            out.print(f"wrote {path}")
    out.print(
        f"Put your files in {folder / 'source'}, then: encours check --config {folder / CONFIG_NAME}"
    )


@app.command()
def simulate(
    customers: Annotated[int, typer.Option(min=10, help="Customers of the company.")] = 1500,
    months: Annotated[int, typer.Option(min=6, help="Months of history.")] = 36,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same company.")] = 1,
    end: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Last day of the history; default the last working day."
        ),
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="Home folder; default ./data.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    if_missing: Annotated[
        bool, typer.Option(help="Do nothing where a configuration exists.")
    ] = False,
) -> None:
    """Write a realistic company as import-contract files, with its configuration."""
    from orchestration.cli.writing import write_simulated_company

    home = folder or default_config_path().parent
    if (home / CONFIG_NAME).exists():
        if if_missing:
            return
        fail(f"{home / CONFIG_NAME} exists. Choose another --folder, or remove it first.", 2)
    if file_format not in ("csv", "parquet"):
        fail(f"--format {file_format} is unknown. Use csv or parquet.", 2)
    last_day = (
        end.date() if end else last_working_day(datetime.now(ZoneInfo(SIMULATED_TIMEZONE)).date())
    )
    with explained_errors(), out.status("Simulating a company …"):
        rows = write_simulated_company(home, customers, months, seed, last_day, file_format)
    out.print(
        f"Simulated {rows['customers']:,} customers with {rows['invoices']:,} invoices"
        f" over {months} months to {last_day} in {home / 'source'}"
    )


@app.command()
def check(
    config: ConfigOption = None,
    source: SourceOption = None,
    accept: Annotated[bool, typer.Option("--accept", help="Accept the proposed mapping.")] = False,
) -> None:
    """Validate configuration, policy and files without loading: one line per finding.

    Files that are not in the form of the import contract get a proposal of how to read them.
    """
    from orchestration.cli.checking import examine
    from orchestration.cli.proposing import accept_proposal, offer_mapping

    path = config or default_config_path()
    with explained_errors():
        company = load_company(path, source)
        if accept:
            out.print(f"accepted {accept_proposal(company)}", soft_wrap=True, highlight=False)
            company = load_company(path, source)
        report = examine(company)
        left = offer_mapping(company, out) if report.needs_mapping else None
        if left:
            report.findings.append(left)
        elif left == "":
            report = examine(load_company(path, source))
    for line in report.notes:
        out.print(f"· {escape(line)}", highlight=False, soft_wrap=True)
    for line in report.findings:
        out.print(f"✗ {escape(line)}", highlight=False, soft_wrap=True)
    if report.findings:
        raise typer.Exit(1)
    out.print("✓ configuration, policy and files are ready: encours run")


@app.command()
def run(config: ConfigOption = None, as_of: AsOfOption = None, source: SourceOption = None) -> None:
    """The whole day: ingest, check, transform, score, decide, publish, write lists and drafts."""
    quiet_environment()
    from orchestration.cli.day import run_day

    with explained_errors():
        company = load_company(config or default_config_path(), source)
        require_writable(company)
        run_day(company, business_date(company, as_of), source, out, STARTED)


@app.command()
def train(config: ConfigOption = None, as_of: AsOfOption = None) -> None:
    """Train challengers on a date whose day has run; the gate says who scores from now on."""
    quiet_environment()
    from orchestration.cli.day import run_training

    with explained_errors():
        company = load_company(config or default_config_path())
        require_writable(company)
        run_training(company, business_date(company, as_of), out, STARTED)


@app.command()
def backtest(
    config: ConfigOption = None,
    cutoffs: Annotated[
        str | None,
        typer.Option(help="First days of months, separated by commas; default the latest ones."),
    ] = None,
    months: Annotated[int, typer.Option(min=1, max=60, help="How many cutoffs.")] = 6,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            help="Nothing known from this day on is used; default the last day that has run.",
        ),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="The HTML report; default in the home folder.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write every figure as CSV.")] = None,
) -> None:
    """How good forecasts would have been at past month starts: a table and an HTML report."""
    quiet_environment()
    from orchestration.cli.backtesting import parse_cutoffs, run_backtest

    with explained_errors():
        company = load_company(config or default_config_path())
        require_writable(company)
        days = parse_cutoffs(cutoffs)
        run_backtest(company, as_of.date() if as_of else None, days, months, (target, csv), out)


@app.command()
def pack(config: ConfigOption = None, as_of: PublishedOption = None) -> None:
    """The cockpit of a published day as PDF, to mail, print and file; month ends have it already."""
    quiet_environment()
    from orchestration.cli.pack import make_pack

    with explained_errors(), out.status("Drawing the pack …"):
        company = load_company(config or default_config_path())
        require_writable(company)
        path = make_pack(company, as_of.date() if as_of else None)
    out.print(f"Pack: {path}", soft_wrap=True, highlight=False)


@app.command()
def docs(config: ConfigOption = None, as_of: AsOfOption = None) -> None:
    """Every table, column, formula and test on one page that opens offline; needs a day that has run."""
    quiet_environment()
    from orchestration.dbt import write_docs

    with explained_errors():
        company = load_company(config or default_config_path())
        require_writable(company)
        if not company.warehouse.exists():
            raise ConfigError(f"{company.warehouse} does not exist. Run `encours run` first.")
        page = write_docs(company, business_date(company, as_of))
    out.print(f"Documentation of the warehouse: {page}", soft_wrap=True, highlight=False)


@app.command()
def ui(
    config: ConfigOption = None, port: Annotated[int, typer.Option(min=1, max=65535)] = 3000
) -> None:
    """The Dagster UI on loopback, with schedule and sensor."""
    quiet_environment()
    from orchestration.dbt import ensure_manifest
    from orchestration.runs import prepare_dagster_home

    with explained_errors():
        path = config or default_config_path()
        company = load_company(path)
        require_writable(company)
        ensure_manifest(company.source_names)
        os.environ["DAGSTER_HOME"] = str(prepare_dagster_home(company))
        os.environ["ENCOURS_CONFIG"] = str(path.resolve())
    out.print(f"Dagster UI on http://127.0.0.1:{port} — Ctrl-C ends it")
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = [
        dagster,
        "dev",
        "-m",
        "orchestration.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    os.execv(dagster, arguments)  # noqa: S606


if __name__ == "__main__":
    app()
