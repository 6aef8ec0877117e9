"""A vendor on this machine, a connector declared for it, and a warehouse."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from connectors.rest import Api, ApiObject, Field, Money, Read, Retries, load_api
from tests.connectors.rest.vendor import KEY, Vendor

FIRST_MOMENT = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
QUICK = Retries(attempts=4, backoff_factor=0.01, max_pause=0.05, timeout=0.5)


def pages():
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    return JSONResponseCursorPaginator("next", "after")


def unix(moment):
    return int(moment.timestamp())


INVOICES = ApiObject(
    "invoices",
    reads=(Read("v1/invoices", pages, params={"since": "{incremental.start_value}"}, since=unix),),
    sweep=(Read("v1/invoices", pages),),
    updated_path="updated",
    updated_form="unix",
    fields=(
        Field("amount", "integer"),
        Field("currency", "text"),
        Field("memo", "text", True, True),
    ),
    money=Money("amount", "currency", {"JPY": 0, "KWD": 3}),
    deleted_when=("is_gone", True),
)


def day(number, hour=0):
    """The n-th day of January 2024."""
    return dt.datetime(2024, 1, number, hour)


def invoice(name, on=1, amount=100, **more):
    """An invoice of a day of January 2024, amount in cents."""
    at = int(day(on).replace(tzinfo=dt.UTC).timestamp())
    return {"id": name, "updated": at, "amount": amount, "currency": "eur", **more}


@dataclass
class Company:
    """A warehouse and the connector that fills it from the vendor."""

    connection: duckdb.DuckDBPyConnection
    api: Api
    folder: Path
    objects: tuple[ApiObject, ...] = (INVOICES,)

    def load(self, loaded_at=None, progress=lambda _: None):
        loaded_at = loaded_at or day(20)
        rows = load_api(self.connection, self.api, self.objects, self.folder, loaded_at, progress)
        for row in rows:
            assert row.rows_in == row.loaded + row.exact_duplicates + row.quarantined
        assert not list(self.folder.rglob("*"))
        return {row.entity: row for row in rows}

    def set(self, **changes):
        self.api = replace(self.api, **changes)

    def query(self, sql):
        return self.connection.execute(sql).fetchall()

    def versions(self, table="invoices"):
        """Every version of every object, in order: what a rerun must reproduce."""
        return self.query(
            f"select object_id, cast(payload as varchar), _is_deleted, _load_id from raw_vendor.{table}"
            " order by object_id, _load_id, _line"
        )

    def latest(self, table="invoices"):
        """The latest version of each living object."""
        return self.query(
            f"select object_id, cast(payload as varchar) from (select * from raw_vendor.{table} qualify"
            " row_number() over (partition by object_id order by _load_id desc, _line desc) = 1)"
            " where not _is_deleted order by 1"
        )

    def everything(self):
        """All that a failed load must leave as it was."""
        tables = [each.name for each in self.objects] + ["_manifest", "_quarantine"]
        return {t: self.query(f"select * from raw_vendor.{t} order by all") for t in tables}


@pytest.fixture
def vendor():
    server = Vendor()
    yield server
    server.close()


@pytest.fixture
def company(vendor, tmp_path, monkeypatch):
    monkeypatch.setenv("VENDOR_KEY", KEY)
    api = Api(
        "vendor",
        vendor.url,
        "VENDOR_KEY",
        lambda key: {"Authorization": f"Bearer {key}"},
        FIRST_MOMENT,
        retries=QUICK,
    )
    with duckdb.connect(":memory:") as connection:
        yield Company(connection, api, tmp_path / "landing")
