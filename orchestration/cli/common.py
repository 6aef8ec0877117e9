"""What all commands share: where they print, how they fail, which company and date they are about.

Belongs here: the two consoles, one line per error, exit codes, the clock. Does not belong here: a
command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from orchestration.config import Company, ConfigError, first_partition

out = Console()
err = Console(stderr=True)

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="An encours.toml; default ./data/encours.toml."),
]


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what went wrong on one line each and leave with a code."""
    for line in message.splitlines():
        err.print(f"[bold red]✗[/] {escape(line)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def explained_errors() -> Iterator[None]:
    """Turn every expected error into one line with its remedy and an exit code."""
    from connectors.errors import SourceError
    from models_ml.checks import ModelInputError
    from models_ml.store import ModelStoreError
    from orchestration.features import FeaturesOfAnotherDayError
    from orchestration.lock import HeldError
    from orchestration.publishing import PublicationError
    from orchestration.runs import DayFailedError
    from outreach.delivery.sending import SenderRunningError
    from outreach.desk.outcomes import StateError
    from outreach.desk.validation import EntryError
    from outreach.policy import PolicyError

    try:
        yield
    except ConfigError as error:
        fail(str(error), 2)
    except (SourceError, PolicyError, HeldError, DayFailedError, PublicationError) as error:
        fail(str(error))
    except (FeaturesOfAnotherDayError, ModelInputError, ModelStoreError) as error:
        fail(str(error))
    except EntryError as error:
        fail(str(error), 2)
    except (StateError, SenderRunningError) as error:
        text = str(error)
        fail(f"{text[0].upper()}{text[1:]}. `encours desk list` shows every message.")
    except sqlite3.Error as error:
        fail(
            f"The desk cannot be used: {error}. Where it is locked, another command is at work: wait"
            " and try again; where it is damaged, restore desk.sqlite from a backup."
        )
    except PermissionError as error:
        fail(
            f"{error.filename or 'The folder'} may not be written. Give permission, or choose another home folder."
        )
    except OSError as error:
        fail(
            f"{error.strerror or error}: {error.filename or ''}. Free space or correct the path, then run again."
        )


def business_date(company: Company, as_of: datetime | None) -> date:
    """The date asked for, else the configured one, else today in the company's time zone.

    Raises:
        ConfigError: The date has not come yet, or lies before the first daily partition.
    """
    today = datetime.now(company.timezone).date()
    day = (as_of.date() if as_of else company.config.run.as_of_date) or today
    first = first_partition(company)
    if day > today:
        raise ConfigError(f"{day} has not come yet. Choose {today} or an earlier date.")
    if day < first:
        raise ConfigError(
            f"{day} lies before {first}, the first day of {company.config_path}."
            " Set an earlier [run] first_day."
        )
    return day
