"""A configured source as the pipeline sees it: its raw tables, how they are filled, who its parties are.

Belongs here: the shape that every connector offers, and what all sources of contract entities share.
Does not belong here: how a source is read (its own folder), where settings come from (orchestration).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.manifest import ManifestRow

Progress = Callable[[str], None]


def _nothing() -> list[str]:
    """Nothing can be asked without loading."""
    return []


@dataclass(frozen=True)
class Source:
    """A configured source.

    Attributes:
        name: Name of the system; its raw tables live in `raw_<name>`.
        tables: Its raw tables in load order, beside manifest and quarantine.
        prepare: Creates schema and tables that are absent.
        load: Brings the raw tables up to date; takes the warehouse, the UTC time of the load and what
            to call with progress, returns the manifest rows of the loads made now.
        parties: SQL giving one row per party that may be a customer, for identity resolution:
            party_id (the customer_id of staging), party_name, email_domains varchar[], vat_number,
            company_number, country, external_ids varchar[].
        is_ledger: Whether its parties owe money; those of a CRM may be prospects.
        entities: Raw tables that hold entities of the import contract; none where the source lands a
            vendor's own objects, which staging turns into entities.
        probe: Finds out, loading nothing, whether the source can be asked at all; raises SourceError.
            Returns what is worth knowing of it, a line of text each.
    """

    name: str
    tables: tuple[str, ...]
    prepare: Callable[[duckdb.DuckDBPyConnection], None]
    load: Callable[[duckdb.DuckDBPyConnection, datetime, Progress], list[ManifestRow]]
    parties: str
    is_ledger: bool
    entities: tuple[str, ...] = ()
    probe: Callable[[], list[str]] = _nothing


# Headings under which exports carry a registration number; the contract has no column for them.
_VAT_NUMBERS = ("vat_number", "vat_id", "tva_intracommunautaire", "tva_intra", "n° tva")
_COMPANY_NUMBERS = ("company_number", "siren", "siret", "registration_number")


def contract_parties(name: str) -> str:
    """`Source.parties` of a source that lands contract entities.

    Args:
        name: Name of the source.
    """
    return (
        f"with latest as ({_living(f'raw_{name}.customers', 'customer_id')}),"
        # Who is only named on invoices owes them all the same; its id is all there is for a name.
        f" unlisted as (select distinct customer_id from raw_{name}.invoices where not _is_deleted"
        "   and customer_id not in (select customer_id from latest)),"
        " domains as (select customer_id, list(distinct lower(split_part(email, '@', 2))) as domains"
        f" from ({_living(f'raw_{name}.contacts', 'contact_id')}) where contains(email, '@') group by customer_id)"
        " select customer_id as party_id, customer_name as party_name,"
        " list_distinct(list_filter(list_append(coalesce(domains.domains, []), lower(email_domain)),"
        " lambda domain: domain is not null)) as email_domains,"
        f" {_first_of(_VAT_NUMBERS)} as vat_number, {_first_of(_COMPANY_NUMBERS)} as company_number,"
        " country, cast([] as varchar[]) as external_ids"
        " from latest left join domains using (customer_id)"
        " union all select customer_id, customer_id, cast([] as varchar[]), null, null, null,"
        " cast([] as varchar[]) from unlisted"
    )


def _living(table: str, key: str) -> str:
    """The latest version of each record that no tombstone follows, as `latest_versions` of staging."""
    return (
        "select * from"
        f" (select *, max(case when _is_deleted then _load_id end) over (partition by {key}) as buried_in from {table})"
        " where _load_id > coalesce(buried_in, 0)"
        f" qualify row_number() over (partition by {key} order by"
        " coalesce(recorded_at, _loaded_at) desc, _load_id desc, _line desc) = 1"
    )


def _first_of(headings: tuple[str, ...]) -> str:
    values = []
    for heading in headings:
        for spelling in (heading, heading.upper(), heading.capitalize()):
            values.append(f"_extra->>'$.\"{spelling}\"'")
    return f"coalesce({', '.join(values)})"
