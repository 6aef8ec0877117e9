"""`encours desk inbox` and `encours desk why`: what came back, and why somebody was written to.

Belongs here: the commands and what they print. Does not belong here: reading files
(`outreach.inbox.reading`), the explanation (`orchestration.why`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from orchestration.cli.common import ConfigOption, out
from orchestration.cli.desk_entries import AuthorOption, CustomerArgument, at_the_desk
from orchestration.config import ConfigError
from orchestration.publishing import published_day
from orchestration.warehouse import reading

if TYPE_CHECKING:
    from outreach.inbox.reading import FileOutcome


def inbox(author: AuthorOption = None, config: ConfigOption = None) -> None:
    """Read annotated lists, replies and bounces from the inbox; the run does it too."""
    from orchestration.inbox import read_company_inbox

    with at_the_desk(config, author) as here:
        folder = here.company.inbox
        read = read_company_inbox(here.company, here.today, here.now, here.author)
    if not read.report.files:
        out.print(f"✓ nothing lies in {folder}", highlight=False, soft_wrap=True)
    for outcome in read.report.files:
        _say(outcome)
    if read.report.has_problems:
        raise typer.Exit(1)


def why(
    customer: CustomerArgument,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="A day that is kept; default the newest."
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Why a customer was written to on a day, or why not."""
    from orchestration.why import WhyError, explain

    with at_the_desk(config, None) as here:
        publication = here.publication
        day = as_of.date() if as_of else publication.as_of_date
        publication = published_day(here.company.published, day) or publication
        with reading(publication.database) as connection:
            try:
                lines = explain(connection, customer, day, here.company.config.company.locale)
            except WhyError as error:
                raise ConfigError(str(error)) from None
    for line in lines:
        out.print(escape(line), highlight=False, soft_wrap=True)


def _say(outcome: FileOutcome) -> None:
    mark = "✗" if outcome.problems else "✓"
    counts = ", ".join(f"{count} {entry}" for entry, count in outcome.counts.items())
    state = {
        "taken": "read",
        "partly": f"{outcome.rows_accepted} of {outcome.rows_in} rows read",
        "refused": "refused",
        "known": "read before, nothing changes",
        "left": "left where it is",
    }[outcome.status]
    line = f"{mark} {outcome.name}: {state}" + (f": {counts}" if counts else "")
    out.print(escape(line), highlight=False, soft_wrap=True)
    for problem in outcome.problems:
        place = f"line {problem.line}, " if problem.line else ""
        out.print(
            escape(f"  {place}{problem.what} {problem.remedy}"), highlight=False, soft_wrap=True
        )
    for message in outcome.stopped:
        name = message.customer_name or message.customer_id
        out.print(
            escape(f"  stopped: {message.channel} '{message.step}' to {name}"), soft_wrap=True
        )
    if outcome.moved_to and outcome.problems:
        out.print(
            escape(f"  each bad row is named beside {outcome.moved_to}"),
            highlight=False,
            soft_wrap=True,
        )
