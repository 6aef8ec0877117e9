"""The connectors against the vendors' own descriptions, served by a mock server nobody here wrote."""

import datetime as dt
from dataclasses import replace

import duckdb
import pytest

from connectors.errors import SourceError
from connectors.hubspot import HubspotSource
from connectors.hubspot.objects import objects_of as hubspot_objects
from connectors.hubspot.source import api_of as hubspot_api
from connectors.rest import load_api
from connectors.zendesk import ZendeskSource
from connectors.zendesk.objects import objects_of as zendesk_objects
from connectors.zendesk.source import api_of as zendesk_api
from tests.connectors.crm.conftest import IMPATIENT
from tests.prism_rig import description, prism

pytestmark = pytest.mark.shared_data
LISTS = ("companies", "contacts", "deals", "tickets")
COMPANY = hubspot_objects(HubspotSource(customer_id_property="ledger_no"))


def load(api, of, folder):
    with duckdb.connect(":memory:") as connection:
        moment = dt.datetime(2024, 6, 1)
        [row] = load_api(connection, api, (of,), folder / "landing", moment)
        landed = connection.execute(
            f"select object_id, payload->>'$.id', _is_deleted from raw_{api.source}.{of.name} order by _line"
        )
        return row, landed.fetchall()


def hubspot_object(name):
    return next(each for each in COMPANY if each.name == name)


def last_page_only(described):
    """The answer's schema without the reference to a next page: every page is the last one."""
    for name, schema in described["components"]["schemas"].items():
        if name.startswith("CollectionResponse"):
            schema["properties"].pop("paging", None)
    return described


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setenv("HUBSPOT_TOKEN", "pat-any")
    monkeypatch.setenv("ZENDESK_EMAIL", "agent@seller.example")
    monkeypatch.setenv("ZENDESK_API_TOKEN", "any")


@pytest.mark.parametrize("name", LISTS)
def test_hubspots_description_accepts_the_requests_and_its_answers_land(name, token, tmp_path):
    with prism(last_page_only(description(f"hubspot_v3_{name}.json")), tmp_path) as url:
        row, landed = load(
            hubspot_api(HubspotSource(base_url=url), IMPATIENT), hubspot_object(name), tmp_path
        )
    # The list of living objects and that of archived ones give the same made-up object.
    assert (row.rows_in, row.quarantined, row.deleted) == (2, 0, 1)
    assert landed == [("string", "string", False), ("string", "string", True)]


def test_hubspots_description_pages_by_the_parameter_that_is_sent(token, tmp_path):
    with (
        prism(description("hubspot_v3_companies.json"), tmp_path) as url,
        pytest.raises(SourceError, match="repeats its cursor after 2 pages"),
    ):
        load(
            hubspot_api(HubspotSource(base_url=url), IMPATIENT),
            hubspot_object("companies"),
            tmp_path,
        )


def test_hubspots_description_refuses_a_request_without_key_or_with_a_wrong_parameter(
    token, tmp_path
):
    companies = hubspot_object("companies")
    with prism(last_page_only(description("hubspot_v3_companies.json")), tmp_path) as url:
        api = hubspot_api(HubspotSource(base_url=url), IMPATIENT)
        with pytest.raises(SourceError, match=r"refuses the key \(401\)"):
            load(replace(api, authorise=lambda _: {}), companies, tmp_path)
        wrong = replace(companies.reads[0], params={"limit": "a hundred"})
        with pytest.raises(SourceError, match=r"rejects the request \(422\)"):
            load(api, replace(companies, reads=(wrong,)), tmp_path)


@pytest.fixture
def zendesk_described():
    """The partial description of third hands, its paths below the address that it names."""
    described = description("zendesk_support_apievangelist.yml")
    described["paths"] = {f"/api/v2{path}": item for path, item in described["paths"].items()}
    return described


def organizations():
    plain = zendesk_objects(ZendeskSource(base_url="https://acme.zendesk.com"))[0]
    return replace(plain, reads=plain.sweep, sweep=())


def test_zendesks_description_wants_the_key_and_limits_requests(token, zendesk_described, tmp_path):
    with prism(zendesk_described, tmp_path) as url:
        api = zendesk_api(ZendeskSource(base_url=url), IMPATIENT)
        with pytest.raises(SourceError, match=r"refuses the key \(401\)"):
            load(replace(api, authorise=lambda _: {}), organizations(), tmp_path)
        with pytest.raises(SourceError, match=r"still limits requests \(429\) after 3 attempts"):
            load(replace(api, headers={"Prefer": "code=429"}), organizations(), tmp_path)


def test_a_list_of_zendesk_without_cursors_is_not_taken_for_complete(
    token, zendesk_described, tmp_path
):
    """The description knows pages by number only; believing its first page would bury the rest."""
    with (
        prism(zendesk_described, tmp_path) as url,
        pytest.raises(SourceError, match="does not page as declared"),
    ):
        load(zendesk_api(ZendeskSource(base_url=url), IMPATIENT), organizations(), tmp_path)


def test_organisations_as_zendesks_description_has_them_land(token, zendesk_described, tmp_path):
    answer = zendesk_described["paths"]["/api/v2/organizations"]["get"]["responses"]["200"]
    fields = answer["content"]["application/json"]["schema"]["properties"]
    fields["meta"] = {
        "type": "object",
        "required": ["has_more"],
        "properties": {"has_more": {"type": "boolean", "enum": [False]}},
    }
    with prism(zendesk_described, tmp_path) as url:
        row, landed = load(
            zendesk_api(ZendeskSource(base_url=url), IMPATIENT), organizations(), tmp_path
        )
    assert (row.rows_in, row.loaded, row.quarantined) == (1, 1, 0)
    assert len(landed) == 1
