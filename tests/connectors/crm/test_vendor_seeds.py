"""Rows that other people's dbt packages test with, as objects of the vendors: messy where real data is."""

import csv
import json
from pathlib import Path

import pytest

from tests.connectors.crm.conftest import asked, load
from tests.connectors.crm.test_hubspot_staging import stage as stage_hubspot
from tests.connectors.crm.test_zendesk_staging import stage as stage_zendesk

pytestmark = pytest.mark.shared_data
SEEDS = Path(__file__).parents[4] / "shared" / "data" / "vendor_seeds"


def rows(vendor, table):
    path = SEEDS / vendor / f"{table}_data.csv"
    if not path.exists():
        pytest.skip(f"{path} is absent: the vendors' seeds are not beside the checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]


def iso(text):
    """`2020-12-30 3:15:52` as the vendors write it: `2020-12-30T03:15:52Z`."""
    day, _, time = text.partition(" ")
    return f"{day}T{time.zfill(8)}Z"


def properties(row):
    """A seed's property columns as HubSpot's: text, moments in ISO form."""
    found = {n.removeprefix("property_"): v for n, v in row.items() if n.startswith("property_")}
    moments = ("createdate", "closedate", "closed_date", "hs_timestamp")
    return {n: iso(v) if v and n in moments else v for n, v in found.items()}


@pytest.fixture
def seeded_hubspot(hubspot):
    """HubSpot's seeds; every third deal and ticket without a company, the others of one after another."""
    hubspot.page_size = 10
    hubspot.objects = {name: {} for name in hubspot.objects}
    companies = [row for row in rows("hubspot", "company") if row["is_deleted"] == "false"]
    for row in companies:
        hubspot.put("companies", row["id"], **properties(row))
    ids = sorted({row["id"] for row in companies})
    for row in rows("hubspot", "contact"):
        hubspot.put("contacts", row["id"], **properties(row), associatedcompanyid=ids[0])
    for number, row in enumerate(rows("hubspot", "deal")):
        named = {"pipeline": row["deal_pipeline_id"], "dealstage": row["deal_pipeline_stage_id"]}
        to = {"companies": [int(ids[number % len(ids)])]} if number % 3 else {}
        hubspot.put("deals", row["deal_id"], to=to, **properties(row), **named)
    for number, row in enumerate(rows("hubspot", "ticket")):
        to = {"companies": [int(ids[number % len(ids)])]} if number % 3 else {}
        hubspot.put("tickets", row["id"], to=to, **properties(row))
    for kind in ("call", "email", "note"):
        for row in rows("hubspot", f"engagement_{kind}"):
            hubspot.put(
                f"{kind}s", row["engagement_id"], to={"companies": [int(ids[0])]}, **properties(row)
            )
    hubspot.setup["pipelines/tickets"] = [
        {
            "id": pipeline["pipeline_id"],
            "label": pipeline["label"],
            "stages": [
                {
                    "id": s["stage_id"],
                    "label": s["label"],
                    "metadata": {"ticketState": s["ticket_state"]},
                }
                for s in rows("hubspot", "ticket_pipeline_stage")
                if s["pipeline_id"] == pipeline["pipeline_id"]
            ],
        }
        for pipeline in rows("hubspot", "ticket_pipeline")
    ]
    return hubspot


def test_hubspots_seeds_load_once_and_stage_whole(seeded_hubspot, hubspot_source, warehouse):
    loaded = load(warehouse, hubspot_source, (6, 1))
    for name, found in seeded_hubspot.objects.items():
        assert loaded[name] == (len(found), 0)
    assert load(warehouse, hubspot_source, (6, 2)) == {}
    assert asked(warehouse, "select count(*) from raw_hubspot._quarantine") == [(0,)]
    stage_hubspot(warehouse, "build")
    for entity, kind in (("opportunities", "deals"), ("tickets", "tickets")):
        with_company = sum(1 for o in seeded_hubspot.objects[kind].values() if o["associations"])
        assert 0 < with_company < len(seeded_hubspot.objects[kind])
        assert asked(warehouse, f"select count(*) from staging.stg_hubspot__{entity}") == [
            (with_company,)
        ]
    assert asked(
        warehouse, "select channel, kind from staging.stg_hubspot__activities order by 1"
    ) == [
        ("call", "note"),
        ("email", "note"),
        ("note", "note"),
    ]
    # Closed on 10 November 2020 and created on 16 February 2021, says the seed.
    assert asked(
        warehouse, "select count(*) from staging.stg_hubspot__tickets where closed_at < opened_at"
    ) == [(0,)]
    assert asked(warehouse, "select distinct priority from staging.stg_hubspot__tickets") == [
        (None,)
    ]


def test_a_contact_that_the_seeds_merge_is_gone_and_its_winner_stays(
    seeded_hubspot, hubspot_source, warehouse
):
    winner = next(row for row in rows("hubspot", "contact") if row["property_hs_merged_object_ids"])
    losers = winner["property_hs_merged_object_ids"].split(";")
    known = [loser for loser in losers if loser in seeded_hubspot.objects["contacts"]]
    assert known
    load(warehouse, hubspot_source, (6, 1))
    for loser in known:
        seeded_hubspot.merge("contacts", winner["id"], loser)
    assert load(warehouse, hubspot_source, (6, 2)) == {"contacts": (0, len(known))}
    stage_hubspot(warehouse, "run")
    left = {
        row[0] for row in asked(warehouse, "select contact_id from staging.stg_hubspot__contacts")
    }
    assert f"hubspot-{winner['id']}" in left
    assert not left & {f"hubspot-{loser}" for loser in known}


@pytest.fixture
def seeded_zendesk(zendesk):
    """Zendesk's seeds, numbers and truth values as JSON has them."""
    zendesk.page_size = 4
    zendesk.objects = {name: {} for name in zendesk.objects}
    domains = rows("zendesk", "domain_name")
    for row in rows("zendesk", "organization"):
        own = [d["domain_name"] for d in domains if d["organization_id"] == row["id"]]
        zendesk.put(
            "organizations",
            int(row["id"]),
            iso(row["updated_at"]),
            name=row["name"],
            external_id=row["external_id"],
            domain_names=own,
            created_at=iso(row["created_at"]),
        )
    for row in rows("zendesk", "user"):
        zendesk.put(
            "users",
            int(row["id"]),
            iso(row["updated_at"]),
            **{name: row[name] for name in ("name", "email", "phone", "locale", "role")},
            active=row["active"] == "TRUE",
            organization_id=int(row["organization_id"]) if row["organization_id"] else None,
            created_at=iso(row["created_at"]),
        )
    tags = rows("zendesk", "ticket_tag")
    for row in rows("zendesk", "ticket"):
        zendesk.put(
            "tickets",
            int(row["id"]),
            iso(row["updated_at"]),
            **{name: row[name] for name in ("status", "priority", "subject", "description")},
            **{
                name: int(row[name]) if row[name] else None
                for name in ("organization_id", "requester_id", "ticket_form_id")
            },
            tags=[tag["tag"] for tag in tags if tag["ticket_id"] == row["id"]],
            created_at=iso(row["created_at"]),
        )
    return zendesk


def test_zendesks_seeds_load_once_and_stage_whole(seeded_zendesk, zendesk_source, warehouse):
    load(warehouse, zendesk_source, (6, 1))
    for name in ("organizations", "users", "tickets"):
        [(landed,)] = asked(warehouse, f"select count(*) from raw_zendesk.{name}")
        assert landed == len(seeded_zendesk.objects[name])
    assert load(warehouse, zendesk_source, (6, 2)) == {}
    assert asked(warehouse, "select count(*) from raw_zendesk._quarantine") == [(0,)]
    stage_zendesk(warehouse, "build")
    users = seeded_zendesk.objects["users"]
    staged = [
        ticket["id"]
        for ticket in seeded_zendesk.objects["tickets"].values()
        if ticket["status"] != "deleted"
        and (
            ticket["organization_id"]
            or users.get(ticket["requester_id"], {}).get("organization_id")
        )
    ]
    assert staged
    assert asked(
        warehouse, "select ticket_id from staging.stg_zendesk__tickets order by ticket_id"
    ) == sorted((f"zendesk-{key}",) for key in staged)
    landed = json.dumps(
        asked(warehouse, "select cast(payload as varchar) from raw_zendesk.tickets")
    )
    assert "description1" not in landed
