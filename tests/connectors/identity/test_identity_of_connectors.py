"""What each connector says of its parties is what resolution reads."""

import datetime as dt
import itertools
from pathlib import Path

import pytest

from connectors.fec import FecSource
from connectors.fec import build_source as build_fec
from connectors.files import FilesSource
from connectors.files import build_source as build_files
from connectors.hubspot import HubspotSource
from connectors.hubspot import build_source as build_hubspot
from connectors.identity import IdentitySettings, PartySource, resolve
from connectors.stripe import StripeSource
from connectors.stripe import build_source as build_stripe
from connectors.zendesk import ZendeskSource
from connectors.zendesk import build_source as build_zendesk


@pytest.fixture
def sources(tmp_path: Path) -> list:
    return [
        build_files(FilesSource(path=tmp_path)),
        build_fec(FecSource(path=tmp_path, encoding="utf-8", currency="EUR")),
        build_stripe(StripeSource(start_date=dt.date(2024, 1, 1)), tmp_path),
        build_hubspot(HubspotSource(), tmp_path),
        build_zendesk(ZendeskSource(base_url="https://acme.zendesk.com"), tmp_path),
    ]


def test_the_parties_of_every_pair_of_connectors_can_be_resolved(rig, sources):
    for source in sources:
        source.prepare(rig.connection)
    rig.connection.execute(
        "insert into raw_files.customers (customer_id, customer_name, email_domain, country, _load_id, _line,"
        " _loaded_at, _is_deleted) values ('A', 'Acme', 'acme.fr', 'FR', 1, 1, timestamp '2026-01-01', false)"
    )
    for first, second in itertools.combinations(sources, 2):
        parties = [PartySource(s.name, s.is_ledger, s.parties) for s in (first, second)]
        resolution = resolve(rig.connection, parties, IdentitySettings())
        expected = {("files", "own_id"): 1} if first.name == "files" else {}
        assert resolution.links == expected, (first.name, second.name)


def test_a_domain_is_that_of_a_living_contact_as_it_is_now(rig, sources):
    files = sources[0]
    files.prepare(rig.connection)
    rig.connection.execute(
        "insert into raw_files.customers (customer_id, customer_name, _load_id, _line, _loaded_at, _is_deleted)"
        " values ('A', 'Acme', 1, 1, timestamp '2026-01-01', false),"
        "  ('B', 'Beta', 1, 2, timestamp '2026-01-01', false)"
    )
    contacts = [
        # Moved from one customer to another with a new address.
        ("moved", "A", "jo@old.fr", 1, False),
        ("moved", "B", "jo@new.fr", 2, False),
        # Gone, and gone and back.
        ("gone", "A", "al@gone.fr", 1, False),
        ("gone", None, None, 2, True),
        ("back", "A", "li@before.fr", 1, False),
        ("back", None, None, 2, True),
        ("back", "A", "li@after.fr", 3, False),
        ("stays", "A", "bo@Stays.fr", 1, False),
    ]
    rig.connection.executemany(
        "insert into raw_files.contacts (contact_id, customer_id, email, _load_id, _is_deleted, _line, _loaded_at)"
        " values ($1, $2, $3, $4, $5, 1, timestamp '2026-01-01' + $4 * interval 1 day)",
        contacts,
    )
    domains = rig.rows(
        f"select party_id, list_sort(email_domains) from ({files.parties}) order by party_id"
    )
    assert domains == [("A", ["after.fr", "stays.fr"]), ("B", ["new.fr"])]
