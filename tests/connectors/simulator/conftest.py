"""Companies simulated once for all tests of this folder."""

from datetime import date

import duckdb
import pytest

from connectors.contract import ENTITIES
from connectors.simulator import SimulationSpec, simulate

END = date(2026, 6, 30)


@pytest.fixture(scope="session")
def small():
    """Eighty customers: enough for every rule of the ledger."""
    return simulate(SimulationSpec(customers=80, end_date=END))


@pytest.fixture(scope="session")
def default():
    """The company that `encours simulate` makes by default."""
    return simulate(SimulationSpec(end_date=END))


@pytest.fixture(scope="session")
def large():
    """Five thousand customers, so that effects stand out from chance."""
    return simulate(SimulationSpec(customers=5000, end_date=END))


def opened(company):
    """A database with the latest version of every record, and the truth as `true_<name>`."""
    connection = duckdb.connect()
    for name, rows in company.entities.items():
        connection.register("arrived", rows)
        connection.execute(
            f"create table {name} as select * from arrived qualify row_number() over"
            f" (partition by {', '.join(ENTITIES[name].key)} order by recorded_at desc) = 1"
        )
    for name, rows in company.truth.items():
        connection.register("arrived", rows)
        connection.execute(f"create table true_{name} as select * from arrived")
    return connection


@pytest.fixture(scope="session")
def ledger(default):
    with opened(default) as connection:
        yield connection


@pytest.fixture(scope="session")
def story(large):
    with opened(large) as connection:
        yield connection
