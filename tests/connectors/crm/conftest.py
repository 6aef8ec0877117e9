import datetime as dt

import duckdb
import pytest
import yaml

from connectors.hubspot import HubspotSource
from connectors.hubspot import build_source as build_hubspot
from connectors.rest import Retries
from connectors.zendesk import ZendeskSource
from connectors.zendesk import build_source as build_zendesk
from orchestration.dbt import PROJECT_DIR
from tests.connectors.crm import zendesk_fake
from tests.connectors.crm.hubspot_fake import TOKEN, HubspotFake, pipeline

IMPATIENT = Retries(attempts=3, backoff_factor=0.01, max_pause=0.02, timeout=2)


def unit_tests_of(source):
    """Names of the dbt unit tests of a staging folder: all of them must have run."""
    file = PROJECT_DIR / "models" / "staging" / source / f"_{source}__unit_tests.yml"
    return {test["name"] for test in yaml.safe_load(file.read_text())["unit_tests"]}


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


@pytest.fixture
def zendesk(monkeypatch):
    """Three organisations, a payer and an agent, and four tickets, one of them deleted."""
    monkeypatch.setenv("ZENDESK_EMAIL", zendesk_fake.EMAIL)
    monkeypatch.setenv("ZENDESK_API_TOKEN", zendesk_fake.TOKEN)
    fake = zendesk_fake.ZendeskFake()
    fake.put(
        "organizations",
        11,
        name="Atelier Martin",
        external_id="C1",
        domain_names=["Martin.example", "atelier-martin.example"],
        organization_fields={
            "land": "Frankreich",
            "pays": "France",
            "tier": "small",
            "secret": "x",
        },
    )
    fake.put("organizations", 12, "2024-05-02T08:00:00Z", notes="Private")
    fake.put("organizations", 13, "2024-05-03T08:00:00Z")
    user = {"phone": "+33 1", "locale": "fr-FR", "notes": "Private"}
    fake.put(
        "users",
        501,
        **user,
        name="Anne",
        email="Anne@martin.example",
        organization_id=11,
        tags=["payer"],
    )
    fake.put("users", 502, "2024-05-02T08:00:00Z", name="Léa Roy", role="agent", organization_id=12)
    fake.put("users", 503, "2024-05-03T08:00:00Z", name="Drifter")
    fake.put(
        "tickets", 21, organization_id=11, requester_id=501, priority="high", tags=["invoice_issue"]
    )
    fake.put("tickets", 22, "2024-05-02T08:00:00Z", requester_id=501, status="deleted")
    fake.put("tickets", 23, "2024-05-03T08:00:00Z", requester_id=501, tags=["vip", "boss"])
    fake.put("tickets", 24, "2024-05-04T08:00:00Z", requester_id=503)
    yield fake
    fake.close()


@pytest.fixture
def zendesk_source(zendesk, tmp_path):
    return zendesk_configured(zendesk, tmp_path)


def zendesk_configured(zendesk, tmp_path, **settings):
    settings = {
        "base_url": zendesk.url,
        "country_field": "pays",
        "segment_field": "tier",
        "billing_tags": ("invoice_issue",),
        "escalated_tags": ("boss",),
        "accounts_payable_tags": ("payer",),
    } | settings
    return build_zendesk(ZendeskSource(**settings), tmp_path / "landing", IMPATIENT)
