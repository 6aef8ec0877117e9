"""A company on Stripe, HubSpot and Zendesk through the whole day: one customer, three systems."""

import datetime as dt

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from tests.connectors.crm import hubspot_fake, zendesk_fake
from tests.connectors.stripe.peers import KEY, Lists

pytestmark = [pytest.mark.whole_run, pytest.mark.filterwarnings("default")]
DAY = dt.date(2024, 6, 28)

CONFIGURATION = """
[company]
name = "Vendors"
reporting_currency = "EUR"

[run]
as_of_date = 2024-06-28
first_day = 2024-01-01

[sources.stripe]
base_url = "{stripe}"
start_date = 2024-01-01

[sources.hubspot]
base_url = "{hubspot}"
currency = "EUR"
stripe_id_property = "stripe_id"

[sources.zendesk]
base_url = "{zendesk}"
start_date = 2024-01-01
"""


def at(month, day):
    return int(dt.datetime(2024, month, day, 10, tzinfo=dt.UTC).timestamp())


def customer(name, called, email):
    return {
        "id": name,
        "object": "customer",
        "created": at(1, 2),
        "name": called,
        "email": email,
        "metadata": {},
        "tax_ids": {"data": []},
    }


def invoice(name, of, total, due):
    return {
        "id": name,
        "object": "invoice",
        "created": at(4, 1),
        "customer": of,
        "currency": "eur",
        "total": total,
        "tax": 0,
        "number": name.upper(),
        "status": "open",
        "due_date": due,
        "starting_balance": 0,
        "ending_balance": 0,
        "status_transitions": {
            "finalized_at": at(4, 1),
            "paid_at": None,
            "voided_at": None,
            "marked_uncollectible_at": None,
        },
    }


@pytest.fixture(scope="module")
def vendors():
    stripe = Lists(
        customers=[
            customer("cus_1", "Acme GmbH", "ap@acme.example"),
            customer("cus_2", "Baker Ltd", "ap@baker.example"),
            customer("cus_3", "Corder SARL", "compta@corder.example"),
        ],
        invoices=[
            invoice("in_1", "cus_1", 100_00, at(5, 1)),
            invoice("in_2", "cus_2", 250_50, at(5, 1)),
            invoice("in_3", "cus_3", 70_00, at(5, 1)),
        ],
    )
    hubspot = hubspot_fake.HubspotFake()
    stages = hubspot_fake.pipeline("default", "Sales", talking=None, won="1.0", lost="0.0")
    hubspot.setup["pipelines/deals"] = [stages]
    hubspot.put("companies", 11, name="Acme", stripe_id="cus_1", domain="acme.example")
    hubspot.put("companies", 12, name="Corder SARL", domain="another.example")
    hubspot.put("companies", 13, name="Nobody yet", domain="nobody.example")
    for key, company in ((1, 11), (2, 13)):
        hubspot.put(
            "deals",
            key,
            dealname="More seats",
            amount="900",
            deal_currency_code="EUR",
            dealtype="existingbusiness",
            pipeline="default",
            dealstage=stages["stages"][0]["id"],
            closedate="2024-07-05T00:00:00Z",
            createdate="2024-06-01T00:00:00Z",
            to={"companies": [company]},
        )
    zendesk = zendesk_fake.ZendeskFake()
    zendesk.put("organizations", 5, name="Baker Limited", domain_names=["baker.example"])
    zendesk.put(
        "tickets",
        9,
        changed="2024-06-20T08:00:00Z",
        created_at="2024-06-20T08:00:00Z",
        organization_id=5,
        priority="urgent",
    )
    yield stripe, hubspot, zendesk
    for fake in (stripe, hubspot, zendesk):
        fake.close()


@pytest.fixture(scope="module")
def home(vendors, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vendors")
    stripe, hubspot, zendesk = vendors
    (folder / "encours.toml").write_text(
        CONFIGURATION.format(stripe=stripe.url, hubspot=hubspot.url, zendesk=zendesk.url)
    )
    result = run(folder)
    assert result.exit_code == 0, result.output
    return folder


def run(home, **changed):
    secrets = {
        "STRIPE_API_KEY": KEY,
        "HUBSPOT_TOKEN": hubspot_fake.TOKEN,
        "ZENDESK_EMAIL": zendesk_fake.EMAIL,
        "ZENDESK_API_TOKEN": zendesk_fake.TOKEN,
    }
    arguments = ["run", "--config", str(home / "encours.toml")]
    return CliRunner().invoke(app, arguments, env=secrets | changed, catch_exceptions=False)


def published(home, query):
    path = home / "published" / "current" / "publication.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_customer_of_three_systems_is_one_and_a_prospect_is_none(home):
    assert published(
        home,
        "select source_name, party_id, customer_id, method from marts.fct_identity_links"
        " where source_name <> 'stripe' order by 1, 2",
    ) == [
        ("hubspot", "hubspot-11", "cus_1", "explicit_id"),
        ("zendesk", "zendesk-5", "cus_2", "email_domain"),
    ]
    # The same name under another domain is for a person to decide; a prospect is nobody's.
    assert published(
        home,
        "select party_id, state, candidate_customer_id from marts.fct_identity_unresolved order by 1",
    ) == [("hubspot-12", "doubtful", "cus_3"), ("hubspot-13", "unmatched", None)]


def test_money_ties_to_the_cent(home):
    assert published(
        home,
        "select cast(sum(open_amount) as varchar), count(*) from marts.fct_open_items"
        f" where as_of_date = date '{DAY}'",
    ) == [("420.50", 3)]


def test_who_negotiates_or_waits_for_support_is_left_alone(home):
    held = published(home, "select customer_id, hold_reason from marts.fct_holds order by all")
    # The last invoice is of 1 April: who has paid since then is not known either.
    stale = [(customer, "stale_data") for customer in ("cus_1", "cus_2", "cus_3")]
    assert held == sorted([("cus_1", "opportunity"), ("cus_2", "ticket"), *stale])
    # The deal of a company that is no customer holds back nobody, and is named.
    assert published(home, "select entity, reason, record_count from marts.fct_suspense") == [
        ("opportunities", "customer_not_linked", 1)
    ]


def test_the_same_day_again_loads_nothing_and_changes_nothing(home):
    before = published(home, "from marts.fct_open_items order by all")
    again = run(home)
    assert again.exit_code == 0, again.output
    assert published(home, "from marts.fct_open_items order by all") == before
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        for source in ("stripe", "hubspot", "zendesk"):
            loads = connection.execute(
                f"select sum(loaded) from raw_{source}._manifest group by loaded_at order by loaded_at"
            ).fetchall()
            assert [int(rows) > 0 for (rows,) in loads] == [True, False], source


def test_a_refused_key_is_said_in_one_line_and_the_last_publication_stays(home):
    before = published(home, "from marts.fct_open_items order by all")
    refused = run(home, HUBSPOT_TOKEN="hs-wrong-and-secret")
    assert refused.exit_code == 1
    lines = [line for line in refused.stderr.splitlines() if "hubspot" in line.lower()]
    assert len(lines) == 1, refused.stderr
    assert "secret" not in refused.output
    assert published(home, "from marts.fct_open_items order by all") == before
