"""The guide beside the publications, and what a person is told of them after a failed day."""

import datetime as dt
import os
from types import SimpleNamespace

import pytest
from publication_rig import ABOUT, DAY, fill

from orchestration.cli.day import readers_see
from orchestration.publishing import publish

PARIS = dt.timezone(dt.timedelta(hours=2))


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    home = tmp_path_factory.mktemp("company")
    fill(home / "warehouse.duckdb")
    publish(home / "warehouse.duckdb", home / "published", DAY, "run-1", ABOUT)
    return SimpleNamespace(warehouse=home / "warehouse.duckdb", published=home / "published")


def test_the_guide_names_the_day_and_lists_the_tables(company):
    text = (company.published / "README.md").read_text(encoding="utf-8")
    assert "# The published figures of Exemple SAS\n" in text
    assert "Readers see **2024-03-31** now" in text
    assert text.endswith(
        "| Table | Rows | What a row is |\n|---|---:|---|\n"
        "| `fct_dso` | 1 | One row per as-of date. |\n"
        "| `fct_items` | 3 | One row per invoice. |\n"
    )


def test_the_guide_is_that_of_the_day_readers_see(company):
    later = DAY + dt.timedelta(days=1)
    fill(company.warehouse, later)
    publish(company.warehouse, company.published, later, "run-2", ABOUT)
    assert "**2024-04-01**" in (company.published / "README.md").read_text(encoding="utf-8")
    fill(company.warehouse)
    publish(company.warehouse, company.published, DAY, "run-3", ABOUT)
    assert "**2024-04-01**" in (company.published / "README.md").read_text(encoding="utf-8")


def test_a_name_that_would_break_a_table_is_shown_as_it_is(tmp_path):
    from orchestration.publication.guide import _cell

    assert _cell("A|B <script>\nC [x](y)") == "A\\|B \\<script\\> C \\[x\\](y)"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, "less than a minute"), (60, "1 minute"), (7199, "1 hour"), (180_000, "2 days")],
)
def test_a_failed_day_says_what_readers_see_and_how_old_it_is(company, seconds, said):
    published_at = dt.datetime(2024, 4, 1, 6, 30, tzinfo=PARIS)
    folder = (company.published / "current").resolve()
    os.utime(folder, (published_at.timestamp(), published_at.timestamp()))
    now = published_at + dt.timedelta(seconds=seconds)
    assert readers_see(company, now) == (
        f"Readers still see {folder.name[:10]}, published {said} ago (2024-04-01 06:30)."
    )


def test_a_first_day_that_fails_says_that_nothing_is_published(tmp_path):
    company = SimpleNamespace(published=tmp_path / "published")
    assert readers_see(company, dt.datetime.now(PARIS)) == "Nothing has been published yet."
