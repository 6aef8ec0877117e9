"""What was resolved, as the tables of schema `identity`.

Belongs here: turning memberships and doubts into rows, writing them in one transaction, counting them.
Does not belong here: deciding anything (`resolution`, `clusters`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import duckdb

from connectors.identity.clusters import Candidate, Membership
from connectors.identity.deterministic import CROWDED, METHODS
from connectors.identity.parties import DOMAINS, IDS, PARTIES
from connectors.identity.settings import PartySource, Resolution
from connectors.identity.tables import SCHEMA, TABLES, prepare_identity
from connectors.validation import quoted

# Candidates of one party shown to a person; the rest are less likely still.
_SHOWN = 5
# Doubts of these methods stand against a link that was made; a shared name or domain does not.
_STRONG = tuple(METHODS.index(m) for m in ("explicit_id", "vat_number", "company_number"))


class Outcome(NamedTuple):
    """What was decided, by number of party; `names` is the id that each would have as a customer."""

    belonging: Mapping[int, Membership]
    doubts: Sequence[Candidate]
    names: Mapping[int, str]
    notes: tuple[str, ...]


def write_own_ids(connection: duckdb.DuckDBPyConnection, source: PartySource) -> Resolution:
    """Every party of the only source is its own customer; without a ledger none is.

    Args:
        connection: The warehouse.
        source: The only source.
    """
    rows = f"from ({source.parties_sql}) as parties order by party_id"
    name = quoted(source.name)
    _replace(
        connection,
        {
            "customer_links": f"select {name}, party_id, party_id, 'own_id', 1, 'the only source' {rows}"
            if source.is_ledger
            else None,
            "doubtful": None,
            "unmatched": None
            if source.is_ledger
            else f"select {name}, party_id, party_name, 'no_ledger' {rows}",
        },
    )
    return _counted(connection, ())


def write_outcome(connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> Resolution:
    """Replace the three tables.

    Args:
        connection: The warehouse; the temporary tables of the run are there.
        outcome: What was decided.
    """
    import pyarrow as pa

    links = [(number, m.customer, *_explained(m)) for number, m in outcome.belonging.items()]
    customers = sorted({member.customer for member in outcome.belonging.values()})
    tables = {
        "_identity_links": _arrow(
            pa, ("party_no", "customer_no", "method", "confidence", "evidence"), links
        ),
        "_identity_customers": _arrow(
            pa,
            ("customer_no", "customer_id"),
            [(number, outcome.names[number]) for number in customers],
        ),
        "_identity_doubts": _arrow(
            pa, ("left_no", "right_no", "tier", "confidence", "evidence", "reason"), outcome.doubts
        ),
    }
    for name, rows in tables.items():
        connection.register(name, rows)
    try:
        _replace(
            connection,
            {"customer_links": _links(), "doubtful": _doubtful(), "unmatched": _unmatched()},
        )
    finally:
        for name in tables:
            connection.unregister(name)
    return _counted(connection, outcome.notes)


def _arrow(pa: Any, names: tuple[str, ...], rows: Sequence[Any]) -> Any:
    types = {
        "customer_id": pa.string(),
        "confidence": pa.float64(),
        "method": pa.string(),
        "evidence": pa.string(),
        "reason": pa.string(),
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table(
        {
            name: pa.array(column, types.get(name, pa.int32()))
            for name, column in zip(names, columns, strict=True)
        }
    )


def _explained(member: Membership) -> tuple[str, float, str]:
    """Method, confidence and evidence of a membership: of a chain, those of its weakest link."""
    if not member.path:
        return "own_id", 1.0, "its own id"
    weakest = max(member.path, key=lambda c: (c.tier, -c.confidence))
    evidence = weakest.evidence
    if len(member.path) > 1:
        evidence = "; then ".join(candidate.evidence for candidate in member.path)
    return METHODS[weakest.tier], member.confidence, evidence


def _links() -> str:
    return (
        "select source, party_id, customer_id, method, confidence, evidence"
        f" from _identity_links join {PARTIES} using (party_no)"
        " join _identity_customers as customers using (customer_no) order by party_no"
    )


def _doubtful() -> str:
    """A row a party and candidate customer, with the strongest reason to think they are one."""
    strong = ", ".join(map(str, _STRONG))
    return (
        "with sides as (select unnest([left_no, right_no]) as party_no, unnest([right_no, left_no]) as other_no,"
        "  tier, confidence, evidence, reason from _identity_doubts),"
        " candidates as (select party.party_no, other_link.customer_no, tier, sides.confidence, sides.evidence, reason,"
        "  party.party_name, link.customer_no as own_no"
        f" from sides join {PARTIES} as party on party.party_no = sides.party_no"
        f" join {PARTIES} as other on other.party_no = sides.other_no"
        "  join _identity_links as other_link on other_link.party_no = sides.other_no"
        "  left join _identity_links as link on link.party_no = sides.party_no"
        # Of two accounts the one with less precedence is the party, the other its candidate; a CRM
        # record with a customer stays in doubt only where an id or a number says otherwise.
        f" where (party.is_ledger and other.is_ledger and party.party_no > other.party_no)"
        f"  or (not party.is_ledger and (link.customer_no is null or tier in ({strong})))),"
        " best as (select * from candidates where customer_no is distinct from own_no"
        "  qualify row_number() over"
        "   (partition by party_no, customer_no order by tier, confidence desc, evidence) = 1),"
        " shown as (select * from best qualify row_number() over"
        f"  (partition by party_no order by tier, confidence desc, customer_no) <= {_SHOWN})"
        " select party.source, party.party_id, customers.customer_id, list_extract("
        f" {list(METHODS)}, tier + 1), shown.confidence,"
        " coalesce(shown.party_name, '(no name)') || ' / ' || coalesce(customer.party_name, '(no name)') || ': '"
        "  || shown.evidence, reason"
        f" from shown join {PARTIES} as party using (party_no)"
        " join _identity_customers as customers using (customer_no)"
        f" join {PARTIES} as customer on customer.party_no = shown.customer_no"
        " order by party_no, tier, shown.confidence desc, customer_no"
    )


def _unmatched() -> str:
    return (
        "select source, party_id, party_name, case"
        f"  when party_no in (select party_no from {CROWDED}) then 'shared_by_many'"
        "  when plain is null and vat is null and company_key is null"
        f"   and party_no not in (select party_no from {DOMAINS})"
        f"   and party_no not in (select party_no from {IDS}) then 'nothing_to_match'"
        "  else 'no_candidate' end"
        f" from {PARTIES} anti join _identity_links using (party_no)"
        f" anti join {SCHEMA}.doubtful as doubtful on doubtful.source = {PARTIES}.source"
        f"  and doubtful.party_id = {PARTIES}.party_id order by party_no"
    )


def _replace(connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str | None]) -> None:
    prepare_identity(connection)
    connection.execute("begin")
    try:
        for name, query in queries.items():
            connection.execute(f"create or replace table {SCHEMA}.{name} ({TABLES[name]})")
            if query:
                connection.execute(f"insert into {SCHEMA}.{name} {query}")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _counted(connection: duckdb.DuckDBPyConnection, notes: tuple[str, ...]) -> Resolution:
    counts: list[dict[tuple[str, str], int]] = []
    for table, by in (
        ("customer_links", "method"),
        ("doubtful", "reason"),
        ("unmatched", "reason"),
    ):
        rows = connection.execute(
            f"select source, {by}, count(*) from {SCHEMA}.{table} group by all order by all"
        ).fetchall()
        counts.append({(source, what): count for source, what, count in rows})
    links, doubtful, unmatched = counts
    return Resolution(links, doubtful, unmatched, notes)
