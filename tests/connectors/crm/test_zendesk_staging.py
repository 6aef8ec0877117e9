"""What Zendesk's objects say once staging has turned them into the contract's entities."""

import datetime as dt

from connectors.contract import ENTITIES
from tests.connectors.crm.conftest import asked, load, unit_tests_of, zendesk_configured
from tests.ledger_rig import dbt_build

OPENED = dt.datetime(2024, 1, 2, 9)


def stage(warehouse, command="run"):
    selection = ("--select", "path:models/staging/zendesk", "--indirect-selection", "cautious")
    day = dt.date(2024, 6, 30)
    return dbt_build(warehouse, day, *selection, command=command, sources=("files", "zendesk"))


def staged(warehouse, entity, columns):
    key = ENTITIES[entity].key[0]
    return asked(warehouse, f"select {columns} from staging.stg_zendesk__{entity} order by {key}")


def test_staging_gives_the_contract_with_what_is_linked_and_what_is_said(
    zendesk, tmp_path, warehouse
):
    source = zendesk_configured(zendesk, tmp_path, reads_sla_breaches=True)
    zendesk.put("ticket_metric_events", 1, ticket_id=21, type="breach")
    zendesk.put("ticket_metric_events", 2, ticket_id=25, type="fulfill")
    solved = {"solved_at": "2024-01-05T10:00:00Z", "reply_time_in_minutes": {}}
    at = "2024-05-05T08:00:00Z"
    good, bad = {"score": "good_with_comment"}, {"score": "bad"}
    zendesk.put(
        "tickets",
        25,
        at,
        organization_id=12,
        status="closed",
        metric_set=solved,
        satisfaction_rating=good,
    )
    zendesk.put(
        "tickets",
        26,
        at,
        organization_id=12,
        status="open",
        metric_set=solved,
        satisfaction_rating=bad,
    )
    zendesk.put("tickets", 27, at, organization_id=12, status="closed", satisfaction_rating=None)
    load(warehouse, source, (6, 1))
    ran = stage(warehouse, "build")
    assert unit_tests_of("zendesk") <= ran
    for entity in ("customers", "contacts", "tickets"):
        described = asked(warehouse, f"describe staging.stg_zendesk__{entity}")
        wanted = {c.name: c.sql_type for c in ENTITIES[entity].columns}
        wanted |= {"recorded_at": "timestamp", "known_since": "timestamp"}
        assert [(n, t.lower()) for n, t, *_ in described] == list(wanted.items())
    assert staged(
        warehouse,
        "customers",
        "customer_id, customer_name, country, segment, email_domain, created_date",
    ) == [
        ("zendesk-11", "Atelier Martin", "FR", "small", "martin.example", dt.date(2024, 1, 2)),
        ("zendesk-12", "Organisation 12", None, None, None, dt.date(2024, 1, 2)),
        ("zendesk-13", "Organisation 13", None, None, None, dt.date(2024, 1, 2)),
    ]
    assert staged(
        warehouse,
        "contacts",
        "contact_id, customer_id, contact_name, role, email, language, is_opted_out",
    ) == [
        (
            "zendesk-501",
            "zendesk-11",
            "Anne",
            "accounts_payable",
            "anne@martin.example",
            "fr",
            None,
        ),
    ]
    columns = "ticket_id, customer_id, closed_at, priority, category, is_escalated, satisfaction"
    assert staged(warehouse, "tickets", columns) == [
        ("zendesk-21", "zendesk-11", None, "high", "billing", True, None),
        ("zendesk-23", "zendesk-11", None, None, "other", True, None),
        ("zendesk-25", "zendesk-12", dt.datetime(2024, 1, 5, 10), None, "other", False, "good"),
        ("zendesk-26", "zendesk-12", None, None, "other", False, "bad"),
        ("zendesk-27", "zendesk-12", dt.datetime(2024, 5, 5, 8), None, "other", False, None),
    ]


def test_a_ticket_solved_later_was_known_all_along_and_a_deleted_one_is_gone(
    zendesk, zendesk_source, warehouse
):
    load(warehouse, zendesk_source, (6, 1))
    solved = {"solved_at": "2024-06-01T10:00:00Z"}
    zendesk.put(
        "tickets", 23, "2024-06-01T10:00:00Z", status="solved", metric_set=solved, tags=["vip"]
    )
    zendesk.put("tickets", 21, "2024-06-01T10:00:00Z", status="deleted")
    load(warehouse, zendesk_source, (6, 2))
    stage(warehouse)
    columns = "ticket_id, closed_at, is_escalated, recorded_at, known_since"
    assert staged(warehouse, "tickets", columns) == [
        ("zendesk-23", dt.datetime(2024, 6, 1, 10), True, dt.datetime(2024, 6, 2, 6), OPENED)
    ]


def test_nothing_configured_is_nothing_said(zendesk, tmp_path, warehouse):
    source = zendesk_configured(
        zendesk,
        tmp_path,
        billing_tags=(),
        escalated_tags=(),
        country_field=None,
        segment_field=None,
    )
    load(warehouse, source, (6, 1))
    stage(warehouse)
    assert staged(warehouse, "tickets", "category, is_escalated, satisfaction")[0] == (None,) * 3
    assert staged(warehouse, "customers", "country, segment")[0] == (None, None)
