"""A warehouse on disk, the Stripe connector over a stand-in, and dbt on what it landed."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from connectors.rest import Retries
from connectors.stripe import StripeSource, build_source
from orchestration.policy import write_policy
from orchestration.warehouse import prepare_schemas
from outreach.policy import DEFAULT_POLICY_PATH
from tests.connectors.stripe.peers import KEY
from tests.ledger_rig import LEDGER_MODELS, dbt_build, rows

QUICK = Retries(attempts=2, backoff_factor=0.01, max_pause=0.05, timeout=10)
STAGING = ("--select", "path:models/staging/stripe", "--indirect-selection", "buildable")
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


@dataclass
class Company:
    """A company whose ledger is Stripe's."""

    folder: Path

    @property
    def warehouse(self):
        return self.folder / "warehouse.duckdb"

    def load(self, lists, loaded_at, **settings):
        """One load; the manifest rows by object."""
        settings = {"start_date": dt.date(2024, 1, 1), "base_url": lists.url} | settings
        source = build_source(StripeSource(**settings), self.folder / "landing", QUICK)
        with duckdb.connect(str(self.warehouse)) as connection:
            prepare_schemas(connection)
            write_policy(connection, DEFAULT_POLICY_PATH, loaded_at.date())
            source.prepare(connection)
            return {row.entity: row for row in source.load(connection, loaded_at, lambda _: None)}

    def stage(self, *arguments):
        arguments = arguments or WITHOUT_UNIT_TESTS
        return dbt_build(
            self.warehouse, dt.date(2024, 4, 1), *STAGING, *arguments, sources=("stripe",)
        )

    def build_ledger(self, as_of):
        # The unit tests of the ledger give it files; they run elsewhere.
        dbt_build(self.warehouse, as_of, *LEDGER_MODELS, *WITHOUT_UNIT_TESTS, sources=("stripe",))

    def query(self, sql):
        return rows(self.warehouse, sql)


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIPE_API_KEY", KEY)
    return Company(tmp_path)
