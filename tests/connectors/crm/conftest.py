import datetime as dt

import duckdb
import pytest

from connectors.hubspot import HubspotSource
from connectors.hubspot import build_source as build_hubspot
from connectors.rest import Retries
from tests.connectors.crm.hubspot_fake import TOKEN, HubspotFake, pipeline

IMPATIENT = Retries(attempts=3, backoff_factor=0.01, max_pause=0.02, timeout=2)


@pytest.fixture
def warehouse(tmp_path):
    return tmp_path / "warehouse.duckdb"


def load(warehouse, source, day):
    """Load on a day of 2024, given as (month, day); returns loaded rows and tombstones by object."""
    with duckdb.connect(str(warehouse)) as connection:
        source.prepare(connection)
        rows = source.load(connection, dt.datetime(2024, *day, 6), lambda _: None)
        assert all(r.rows_in == r.loaded + r.exact_duplicates + r.quarantined for r in rows)
    return {row.entity: (row.loaded, row.deleted) for row in rows if row.loaded or row.deleted}


def asked(warehouse, query):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def hubspot(monkeypatch):
    """Two companies and a person of one; deals, a ticket and engagements around them."""
    monkeypatch.setenv("HUBSPOT_TOKEN", TOKEN)
    fake = HubspotFake()
    fake.setup["owners"] = [
        {
            "id": "77",
            "email": "lea@seller.example",
            "firstName": "Léa",
            "lastName": "Roy",
            "archived": False,
        }
    ]
    fake.setup["pipelines/deals"] = [
        pipeline("default", "Sales", talking=None, won="1.0", lost="0.0"),
        pipeline("p9", "Renewals", due=None, kept="1.0"),
    ]
    fake.setup["pipelines/tickets"] = [pipeline("0", "Support", fresh=False, boss=False, done=True)]
    fake.put(
        "companies",
        11,
        name="Atelier Martin",
        domain="Atelier-Martin.example",
        hs_additional_domains="martin.example;",
        country="France",
        hubspot_owner_id="77",
        createdate="2024-01-02T09:00:00.000Z",
        ledger_no="C1",
        stripe_id="cus_1",
        vat="FR40303265045",
        tier="small",
    )
    fake.put("companies", 12, name="", domain="baker.example", country="United Kingdom")
    fake.put(
        "companies", 13, name="Nobody yet", hs_country_code="de", createdate="2024-02-01T00:00:00Z"
    )
    fake.put(
        "contacts",
        501,
        firstname="Anne",
        lastname="Martin",
        email="Anne@Atelier-Martin.example",
        jobtitle="Responsable comptable",
        hs_email_optout="true",
        hs_language="fr-fr",
        associatedcompanyid="11",
    )
    fake.put("contacts", 502, email="ceo@baker.example", jobtitle="CEO", to={"companies": [12]})
    fake.put("contacts", 503, email="drifter@free.example")
    yield fake
    fake.close()


@pytest.fixture
def hubspot_source(hubspot, tmp_path):
    return hubspot_configured(hubspot, tmp_path)


def hubspot_configured(hubspot, tmp_path, **settings):
    settings = {
        "base_url": hubspot.url,
        "customer_id_property": "ledger_no",
        "stripe_id_property": "stripe_id",
        "vat_number_property": "vat",
        "segment_property": "tier",
        "currency": "EUR",
        "renewal_pipelines": ("Renewals",),
        "escalated_stages": ("boss",),
        "collectors": ("77",),
    } | settings
    return build_hubspot(HubspotSource(**settings), tmp_path / "landing", IMPATIENT)
