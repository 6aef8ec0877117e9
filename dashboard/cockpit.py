"""The cockpit of a day: its views read from the publication, put into one page.

Belongs here: which views there are, in which order. Does not belong here: what they read and say
(`views`), HTML (`page`, `templates`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from dashboard.facts import CockpitFacts
from dashboard.page import render_page, write_page
from dashboard.publication import PublicationError, check_tables, open_publication, rows_of
from dashboard.views.collecting import reading as collecting_reading
from dashboard.views.collecting.section import collecting_section
from dashboard.views.key_figures import key_figures
from dashboard.views.landing import reading as landing_reading
from dashboard.views.landing.section import landing_section
from dashboard.views.leaving import reading as leaving_reading
from dashboard.views.leaving.section import leaving_section
from dashboard.views.owed import reading as owed_reading
from dashboard.views.owed.section import owed_section
from dashboard.views.speed import reading as speed_reading
from dashboard.views.speed.section import speed_section
from dashboard.views.trust import reading as trust_reading
from dashboard.views.trust.section import trust_section
from dashboard.wording import Locale, Wording

VIEWS = (
    landing_section,
    speed_section,
    owed_section,
    leaving_section,
    collecting_section,
    trust_section,
)
_READINGS = (
    landing_reading,
    speed_reading,
    owed_reading,
    leaving_reading,
    collecting_reading,
    trust_reading,
)
TABLES = frozenset(table for reading in _READINGS for table in reading.TABLES)


def write_cockpit(
    publication: Path, as_of_date: dt.date, company_name: str, locale: Locale, target: Path
) -> Path:
    """Write the cockpit of a day as one self-contained HTML file, whole or not at all.

    The file needs no network and no server; it is the same, byte for byte, for the same publication
    and arguments.

    Args:
        publication: the published DuckDB file (schema `marts`), opened for reading only.
        as_of_date: the business date; the publication must hold it.
        company_name: whose figures these are.
        locale: language of the reader, "en" or "fr".
        target: the HTML file to write; its folder is created when missing.

    Returns:
        The target.

    Raises:
        PublicationError: the publication cannot be read or does not hold the date.
        ValueError: the locale is unknown.
        OSError: the target cannot be written.
    """
    with open_publication(publication) as connection:
        facts = cockpit_facts(connection, as_of_date)
    return write_page(render_cockpit(facts, company_name, locale), target)


def render_cockpit(facts: CockpitFacts, company_name: str, locale: Locale) -> str:
    """Return the HTML of the cockpit.

    Raises:
        ValueError: the locale is unknown.
    """
    wording = Wording(locale, facts.reporting_currency)
    return render_page(
        company_name=company_name,
        title=wording.say("page.title"),
        as_of=wording.long_date(facts.as_of_date),
        footer=wording.say("page.footer", date=wording.long_date(facts.as_of_date)),
        wording=wording,
        figures=key_figures(facts, wording),
        sections=[section(facts, wording) for section in VIEWS],
        as_of_date=facts.as_of_date,
        tells_age=True,
    )


def cockpit_facts(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> CockpitFacts:
    """Read the figures of the cockpit.

    Args:
        connection: a publication (schema `marts`); nothing is written to it.
        as_of_date: the business date; the publication must hold it.

    Returns:
        The figures, exact; see `CockpitFacts`.

    Raises:
        PublicationError: a mart is missing, or none of its rows is of the date.
    """
    check_tables(connection, TABLES)
    days = rows_of(
        connection,
        "select reporting_currency from marts.fct_dso where as_of_date = ?",
        [as_of_date],
    )
    if not days:
        raise PublicationError(
            f"The publication holds no figures as of {as_of_date}.",
            f"Publish that day: `encours run --as-of {as_of_date}`.",
        )
    trust = trust_reading.read_trust(connection, as_of_date)
    has_subscriptions = trust.has_rows("subscription_versions")
    return CockpitFacts(
        as_of_date=as_of_date,
        reporting_currency=days[0]["reporting_currency"],
        landing=landing_reading.read_landing(connection, as_of_date),
        speed=speed_reading.read_speed(connection, as_of_date),
        owed=owed_reading.read_owed(connection, as_of_date),
        leaving=leaving_reading.read_leaving(connection, as_of_date) if has_subscriptions else None,
        collecting=collecting_reading.read_collecting(connection, as_of_date),
        trust=trust,
    )
