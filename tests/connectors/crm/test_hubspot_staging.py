"""What HubSpot's objects say once staging has turned them into the contract's entities."""

import datetime as dt
from decimal import Decimal

from connectors.contract import ENTITIES
from tests.connectors.crm.conftest import asked, hubspot_configured, load, unit_tests_of
from tests.ledger_rig import dbt_build

SOURCES = ("files", "hubspot")
NEW, OWNED = "2024-04-01T10:00:00.000Z", "77"


def stage(warehouse, command="build"):
    return dbt_build(
        warehouse,
        dt.date(2024, 6, 30),
        "--select",
        "path:models/staging/hubspot",
        "--indirect-selection",
        "cautious",
        command=command,
        sources=SOURCES,
    )


def staged(warehouse, entity, columns):
    key = ENTITIES[entity].key[0]
    return asked(warehouse, f"select {columns} from staging.stg_hubspot__{entity} order by {key}")


def test_staging_gives_the_contract_with_what_is_linked_and_what_is_said(
    hubspot, hubspot_source, warehouse
):
    deal = {"pipeline": "default", "createdate": NEW, "closedate": "2024-07-01T00:00:00Z"}
    hubspot.put(
        "deals", 1, **deal, dealstage="talking", amount="1200.50", to={"companies": [11, 12]}
    )
    hubspot.put(
        "deals",
        2,
        **deal | {"closedate": "2024-05-02T00:00:00Z"},
        dealstage="won",
        hs_is_closed="true",
        hs_is_closed_won="true",
        dealtype="newbusiness",
        deal_currency_code="USD",
        to={"contacts": [502]},
    )
    hubspot.put("deals", 3, **deal | {"pipeline": "p9"}, dealstage="due", to={"companies": [11]})
    hubspot.put("deals", 4, **deal, dealstage="talking")
    hubspot.put(
        "deals",
        5,
        **deal | {"createdate": "2024-05-20T00:00:00Z"},
        dealstage="lost",
        changed="2024-05-25T00:00:00Z",
        to={"companies": [12]},
    )
    hubspot.put(
        "tickets",
        21,
        hs_pipeline="0",
        hs_pipeline_stage="fresh",
        hs_ticket_priority="MEDIUM",
        hs_ticket_category="FEATURE_REQUEST;BILLING_ISSUE",
        createdate=NEW,
        to={"companies": [11]},
    )
    hubspot.put(
        "tickets",
        22,
        hs_pipeline="0",
        hs_pipeline_stage="done",
        hs_ticket_priority=None,
        createdate=NEW,
        closed_date="2023-11-10T14:54:50Z",
        to={"contacts": [502]},
    )
    talk = {"hs_timestamp": "2024-04-03T09:00:00Z", "to": {"contacts": [501]}}
    hubspot.put(
        "calls",
        31,
        **talk,
        hs_call_direction="OUTBOUND",
        hs_call_duration="150000",
        hubspot_owner_id=OWNED,
    )
    hubspot.put("calls", 32, **talk, hs_call_direction="OUTBOUND", hubspot_owner_id="78")
    hubspot.put("calls", 33, hs_timestamp=NEW, to={"tickets": [22]})
    hubspot.put(
        "emails",
        41,
        **talk,
        hs_email_direction="EMAIL",
        hs_email_status="SENT",
        hubspot_owner_id=OWNED,
    )
    hubspot.put("emails", 42, **talk, hs_email_direction="INCOMING_EMAIL", hubspot_owner_id=OWNED)
    hubspot.put("emails", 43, **talk, hs_email_direction="EMAIL", hs_email_status="SCHEDULED")
    hubspot.put("notes", 51, **talk)
    load(warehouse, hubspot_source, (6, 1))
    ran = stage(warehouse)
    assert len([name for name in ran if name.startswith("stg_hubspot")]) == 5
    assert unit_tests_of("hubspot") <= ran
    for entity in ("customers", "contacts", "opportunities", "tickets", "activities"):
        described = asked(warehouse, f"describe staging.stg_hubspot__{entity}")
        wanted = {c.name: c.sql_type for c in ENTITIES[entity].columns}
        wanted |= {"recorded_at": "timestamp", "known_since": "timestamp"}
        assert [(n, t.lower()) for n, t, *_ in described] == list(wanted.items())
    assert staged(
        warehouse,
        "customers",
        "customer_id, customer_name, country, segment, account_owner, created_date, email_domain",
    ) == [
        (
            "hubspot-11",
            "Atelier Martin",
            "FR",
            "small",
            "Léa Roy",
            dt.date(2024, 1, 2),
            "atelier-martin.example",
        ),
        ("hubspot-12", "baker.example", "GB", None, None, None, "baker.example"),
        ("hubspot-13", "Nobody yet", "DE", None, None, dt.date(2024, 2, 1), None),
    ]
    assert staged(
        warehouse,
        "contacts",
        "contact_id, customer_id, contact_name, role, email, language, is_opted_out",
    ) == [
        (
            "hubspot-501",
            "hubspot-11",
            "Anne Martin",
            "accounts_payable",
            "anne@atelier-martin.example",
            "fr",
            True,
        ),
        ("hubspot-502", "hubspot-12", None, "executive", "ceo@baker.example", None, None),
    ]
    assert staged(
        warehouse,
        "opportunities",
        "opportunity_id, customer_id, kind, stage, amount, currency, expected_close_date, closed_date, is_won",
    ) == [
        (
            "hubspot-1",
            "hubspot-11",
            "new",
            "Talking",
            Decimal("1200.50"),
            "EUR",
            dt.date(2024, 7, 1),
            None,
            None,
        ),
        ("hubspot-2", "hubspot-12", "new", "Won", None, "USD", None, dt.date(2024, 5, 2), True),
        ("hubspot-3", "hubspot-11", "renewal", "Due", None, "EUR", dt.date(2024, 7, 1), None, None),
        (
            "hubspot-5",
            "hubspot-12",
            "expansion",
            "Lost",
            None,
            "EUR",
            None,
            dt.date(2024, 7, 1),
            False,
        ),
    ]
    opened = dt.datetime(2024, 4, 1, 10)
    assert staged(
        warehouse,
        "tickets",
        "ticket_id, customer_id, opened_at, closed_at, priority, category, is_escalated",
    ) == [
        ("hubspot-21", "hubspot-11", opened, None, "normal", "billing", False),
        ("hubspot-22", "hubspot-12", opened, opened, None, None, False),
    ]
    assert staged(
        warehouse,
        "activities",
        "activity_id, kind, direction, channel, minutes, customer_id, collector_id",
    ) == [
        ("hubspot-31", "call", "out", "call", 3, "hubspot-11", "77"),
        ("hubspot-32", "note", "out", "call", None, "hubspot-11", "78"),
        ("hubspot-33", "note", "internal", "call", None, "hubspot-12", None),
        ("hubspot-41", "reminder", "out", "email", None, "hubspot-11", "77"),
        ("hubspot-42", "reply", "in", "email", None, "hubspot-11", "77"),
        ("hubspot-51", "note", "internal", "note", None, "hubspot-11", None),
    ]


def test_a_deal_won_later_was_known_all_along_and_its_win_since_the_load(
    hubspot, hubspot_source, warehouse
):
    deal = {
        "pipeline": "default",
        "createdate": NEW,
        "dealtype": "newbusiness",
        "to": {"companies": [11]},
    }
    hubspot.put("deals", 1, **deal, dealstage="talking", closedate="2024-07-01T00:00:00Z")
    hubspot.put("deals", 2, **deal, dealstage="talking", closedate="2024-07-01T00:00:00Z")
    load(warehouse, hubspot_source, (6, 1))
    hubspot.put(
        "deals",
        1,
        dealstage="won",
        closedate="2024-06-03T00:00:00Z",
        hs_is_closed="true",
        hs_is_closed_won="true",
    )
    hubspot.archive("deals", 2)
    load(warehouse, hubspot_source, (6, 4))
    stage(warehouse, "run")
    assert staged(
        warehouse, "opportunities", "opportunity_id, closed_date, is_won, recorded_at, known_since"
    ) == [
        (
            "hubspot-1",
            dt.date(2024, 6, 3),
            True,
            dt.datetime(2024, 6, 4, 6),
            dt.datetime(2024, 4, 1),
        ),
    ]


def test_a_ticket_that_left_the_escalated_stage_stays_escalated(hubspot, hubspot_source, warehouse):
    ticket = {"hs_pipeline": "0", "createdate": NEW, "to": {"companies": [11]}}
    hubspot.put("tickets", 21, **ticket, hs_pipeline_stage="boss")
    load(warehouse, hubspot_source, (6, 1))
    hubspot.put("tickets", 21, **ticket, hs_pipeline_stage="done", changed="2024-06-02T12:00:00Z")
    load(warehouse, hubspot_source, (6, 3))
    stage(warehouse, "run")
    assert staged(warehouse, "tickets", "is_escalated, closed_at") == [
        (True, dt.datetime(2024, 6, 2, 12))
    ]


def test_nothing_configured_is_nothing_said(hubspot, tmp_path, warehouse):
    source = hubspot_configured(
        hubspot, tmp_path, escalated_stages=(), currency=None, segment_property=None
    )
    hubspot.put("tickets", 21, createdate=NEW, to={"companies": [11]})
    hubspot.put("deals", 1, createdate=NEW, to={"companies": [11]})
    load(warehouse, source, (6, 1))
    stage(warehouse, "run")
    assert staged(
        warehouse, "tickets", "closed_at, priority, category, is_escalated, satisfaction"
    ) == [(None,) * 5]
    assert staged(warehouse, "opportunities", "currency, amount, expected_close_date, is_won") == [
        (None,) * 4
    ]
    assert staged(warehouse, "customers", "segment")[0] == (None,)
