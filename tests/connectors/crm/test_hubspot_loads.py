"""HubSpot's lists in raw: whole, then what changed, then nothing; and what is gone."""

import pytest
from pydantic import ValidationError

from connectors.errors import SourceError
from connectors.hubspot import HubspotSource
from tests.connectors.crm.conftest import asked, hubspot_configured, load


def test_a_first_load_lists_everything_across_pages(hubspot, hubspot_source, warehouse):
    assert load(warehouse, hubspot_source, (6, 1)) == {
        "owners": (1, 0),
        "deal_pipelines": (2, 0),
        "ticket_pipelines": (1, 0),
        "companies": (3, 0),
        "contacts": (3, 0),
    }
    assert not hubspot_source.is_ledger


def test_a_second_load_of_the_same_adds_no_row(hubspot_source, warehouse):
    load(warehouse, hubspot_source, (6, 1))
    assert load(warehouse, hubspot_source, (6, 2)) == {}


def test_a_change_that_nobody_reads_adds_no_row(hubspot, hubspot_source, warehouse):
    load(warehouse, hubspot_source, (6, 1))
    hubspot.put("companies", 11, changed="2024-06-01T09:00:00Z", num_notes="4")
    assert load(warehouse, hubspot_source, (6, 2)) == {}


def test_a_changed_property_and_a_changed_association_are_new_versions(
    hubspot, hubspot_source, warehouse
):
    load(warehouse, hubspot_source, (6, 1))
    hubspot.put("companies", 11, name="Atelier Martin SAS")
    # An association moves without the object's date of change.
    hubspot.put("contacts", 503, to={"companies": [12]})
    assert load(warehouse, hubspot_source, (6, 2)) == {"companies": (1, 0), "contacts": (1, 0)}
    assert asked(
        warehouse,
        "select payload->>'$.properties.name' from raw_hubspot.companies where object_id = '11' order by _load_id",
    ) == [("Atelier Martin",), ("Atelier Martin SAS",)]


def test_an_archived_company_is_a_tombstone_and_a_restored_one_comes_back(
    hubspot, hubspot_source, warehouse
):
    def living():
        query = f"select party_id from ({hubspot_source.parties}) order by 1"
        return [party for (party,) in asked(warehouse, query)]

    load(warehouse, hubspot_source, (6, 1))
    hubspot.archive("companies", 13)
    assert load(warehouse, hubspot_source, (6, 2)) == {"companies": (1, 1)}
    assert load(warehouse, hubspot_source, (6, 3)) == {}
    assert living() == ["hubspot-11", "hubspot-12"]
    hubspot.put("companies", 13)
    assert load(warehouse, hubspot_source, (6, 4)) == {"companies": (1, 0)}
    assert living() == ["hubspot-11", "hubspot-12", "hubspot-13"]


def test_a_merged_contact_is_gone_though_no_list_says_so(hubspot, hubspot_source, warehouse):
    load(warehouse, hubspot_source, (6, 1))
    hubspot.merge("contacts", 501, 503)
    assert load(warehouse, hubspot_source, (6, 2)) == {"contacts": (0, 1)}


def test_of_an_archived_contact_only_the_id_is_asked_for(hubspot, hubspot_source, warehouse):
    hubspot.archive("contacts", 503)
    load(warehouse, hubspot_source, (6, 1))
    [(payload,)] = asked(
        warehouse,
        "select cast(payload as varchar) from raw_hubspot.contacts where object_id = '503'",
    )
    assert "drifter" not in payload


def test_parties_carry_the_ids_domains_and_numbers_of_a_company(hubspot_source, warehouse):
    load(warehouse, hubspot_source, (6, 1))
    assert asked(warehouse, f"select * from ({hubspot_source.parties}) order by party_id") == [
        (
            "hubspot-11",
            "Atelier Martin",
            ["atelier-martin.example", "martin.example"],
            "FR40303265045",
            None,
            "FR",
            ["C1", "cus_1"],
        ),
        ("hubspot-12", None, ["baker.example"], None, None, "GB", []),
        ("hubspot-13", "Nobody yet", [], None, None, "DE", []),
    ]


def test_a_token_refused_midway_loads_nothing_and_is_not_told(hubspot, hubspot_source, warehouse):
    load(warehouse, hubspot_source, (6, 1))
    hubspot.put("companies", 14, name="New")
    hubspot.faults[len(hubspot.requests) + 6] = (401, {})
    with pytest.raises(SourceError, match=r"refuses the key.*HUBSPOT_TOKEN") as failure:
        load(warehouse, hubspot_source, (6, 2))
    assert "pat-eu1" not in str(failure.value)
    assert asked(warehouse, "select count(*) from raw_hubspot.companies") == [(3,)]
    assert load(warehouse, hubspot_source, (6, 3)) == {"companies": (1, 0)}


def test_a_limited_request_is_made_again(hubspot, hubspot_source, warehouse):
    hubspot.faults = {4: (429, {"Retry-After": "0"}), 5: (502, {})}
    assert load(warehouse, hubspot_source, (6, 1))["companies"] == (3, 0)


def test_bodies_of_mails_and_notes_are_never_asked_for(hubspot, hubspot_source, warehouse):
    load(warehouse, hubspot_source, (6, 1))
    asked_for = " ".join(hubspot.requests)
    assert not [
        n for n in ("body", "subject", "content", "hs_email_text", "html") if n in asked_for
    ]


def test_a_property_that_is_no_internal_name_is_refused():
    with pytest.raises(ValidationError, match="segment_property"):
        HubspotSource(segment_property="tier'; drop")


def test_settings_that_hold_sql_stay_values(hubspot, tmp_path, warehouse):
    name = "'); drop table raw_hubspot.companies; --"
    source = hubspot_configured(hubspot, tmp_path, renewal_pipelines=(name,))
    load(warehouse, source, (6, 1))
    assert asked(
        warehouse, "select value from raw_hubspot._meanings where meaning = 'renewal'"
    ) == [(name,)]


def test_engagements_that_are_not_asked_for_are_empty_and_not_forbidden(
    hubspot, tmp_path, warehouse
):
    hubspot.put("emails", 41, hs_timestamp="2024-04-03T09:00:00Z")
    hubspot.put("notes", 51, hs_timestamp="2024-04-03T09:00:00Z")
    source = hubspot_configured(hubspot, tmp_path, engagements=("notes",))
    assert "emails" not in load(warehouse, source, (6, 1))
    assert "emails" not in source.tables
    assert not [request for request in hubspot.requests if "/emails" in request]
    assert asked(warehouse, "select count(*) from raw_hubspot.emails") == [(0,)]
    assert asked(warehouse, "select count(*) from raw_hubspot.notes") == [(1,)]
