"""Zendesk's exports in raw: whole, then what changed, then nothing; what is gone, what never lands."""

from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import SourceError
from tests.connectors.crm.conftest import asked, load, zendesk_configured
from tests.connectors.crm.zendesk_fake import unix


def test_a_first_load_reads_everything_across_pages(zendesk_source, warehouse):
    assert load(warehouse, zendesk_source, (6, 1)) == {
        "organizations": (3, 0),
        "users": (3, 0),
        "tickets": (4, 1),
    }
    assert not zendesk_source.is_ledger


def test_a_second_load_asks_from_the_overlap_on_and_adds_no_row(zendesk, zendesk_source, warehouse):
    load(warehouse, zendesk_source, (6, 1))
    first = len(zendesk.requests)
    assert load(warehouse, zendesk_source, (6, 2)) == {}
    starts = [parse_qs(urlsplit(r).query).get("start_time") for r in zendesk.requests[first:]]
    # Two days before the last change of an organisation or user (3 May), and of a ticket (4 May).
    assert str(unix("2024-05-01T08:00:00Z")) in starts[0]
    assert [str(unix("2024-05-02T08:00:00Z"))] in starts


def test_an_incremental_load_lands_what_changed_and_buries_what_was_deleted(
    zendesk, zendesk_source, warehouse
):
    load(warehouse, zendesk_source, (6, 1))
    zendesk.put("organizations", 12, "2024-06-01T09:00:00Z", name="Baker & Sons")
    zendesk.put("users", 501, "2024-06-01T09:00:00Z", active=False)
    zendesk.put("tickets", 21, "2024-06-01T09:00:00Z", status="deleted")
    zendesk.put("tickets", 24, "2024-06-01T09:00:00Z", description="More of the same")
    assert load(warehouse, zendesk_source, (6, 2)) == {
        "organizations": (1, 0),
        "users": (1, 1),
        "tickets": (1, 1),
    }


def test_an_organisation_deleted_unsaid_is_found_by_the_weekly_list(
    zendesk, zendesk_source, warehouse
):
    load(warehouse, zendesk_source, (6, 1))
    zendesk.remove("organizations", 13)
    assert load(warehouse, zendesk_source, (6, 2)) == {}
    assert load(warehouse, zendesk_source, (6, 9)) == {"organizations": (0, 1)}
    query = f"select party_id from ({zendesk_source.parties}) order by 1"
    assert asked(warehouse, query) == [("zendesk-11",), ("zendesk-12",)]


def test_no_text_that_a_person_wrote_lands(zendesk_source, warehouse):
    load(warehouse, zendesk_source, (6, 1))
    for table in ("organizations", "users", "tickets"):
        [(landed,)] = asked(
            warehouse, f"select string_agg(cast(payload as varchar), ' ') from raw_zendesk.{table}"
        )
        assert not [word for word in ("Private", "telephone", "secret") if word in landed]
        assert asked(
            warehouse, f"select extra_columns from raw_zendesk._manifest where entity = '{table}'"
        ) == [([],)]


def test_parties_carry_the_domains_and_the_external_id_of_an_organisation(
    zendesk_source, warehouse
):
    load(warehouse, zendesk_source, (6, 1))
    assert asked(warehouse, f"select * from ({zendesk_source.parties}) order by 1 limit 2") == [
        (
            "zendesk-11",
            "Atelier Martin",
            ["atelier-martin.example", "martin.example"],
            None,
            None,
            "FR",
            ["C1"],
        ),
        ("zendesk-12", "Organisation 12", [], None, None, None, []),
    ]


def test_breaches_are_read_only_where_they_are_asked_for(
    zendesk, tmp_path, zendesk_source, warehouse
):
    zendesk.put("ticket_metric_events", 1, ticket_id=21, type="breach")
    load(warehouse, zendesk_source, (6, 1))
    assert not [request for request in zendesk.requests if "metric_events" in request]
    source = zendesk_configured(zendesk, tmp_path, reads_sla_breaches=True)
    assert load(warehouse, source, (6, 2)) == {"ticket_metric_events": (1, 0)}


def test_a_key_refused_midway_loads_nothing_and_is_not_told(zendesk, zendesk_source, warehouse):
    zendesk.faults = {5: (401, {})}
    with pytest.raises(SourceError, match=r"refuses the key.*ZENDESK_API_TOKEN") as failure:
        load(warehouse, zendesk_source, (6, 1))
    assert "zd-do-not" not in str(failure.value)
    assert asked(warehouse, "select count(*) from raw_zendesk.organizations") == [(0,)]


def test_the_limit_of_the_exports_is_waited_out(zendesk, zendesk_source, warehouse):
    zendesk.faults = {3: (429, {"Retry-After": "0"}), 6: (503, {"Retry-After": "0"})}
    assert load(warehouse, zendesk_source, (6, 1))["tickets"] == (4, 1)


def test_an_export_that_does_not_say_where_it_goes_on_is_not_taken_for_complete(
    zendesk, zendesk_source, warehouse, monkeypatch
):
    exported = zendesk.exported
    monkeypatch.setattr(
        zendesk, "exported", lambda *a, **k: {**exported(*a, **k), "end_of_stream": None}
    )
    with pytest.raises(SourceError, match="does not page as declared"):
        load(warehouse, zendesk_source, (6, 1))


def test_a_missing_address_is_named(zendesk, zendesk_source, warehouse, monkeypatch):
    monkeypatch.delenv("ZENDESK_EMAIL")
    with pytest.raises(SourceError, match="ZENDESK_EMAIL is not set"):
        load(warehouse, zendesk_source, (6, 1))
