"""One customer across systems: from the parties of all sources to the tables of schema `identity`.

Belongs here: the order of the steps, and what is written. Does not belong here: how parties match
(`deterministic`, `linker`), which matches hold (`clusters`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import duckdb

from connectors.errors import SourceError
from connectors.identity import deterministic, linker, parties
from connectors.identity.clusters import Candidate, Clusters, Membership, memberships
from connectors.identity.overrides import Override, read_overrides
from connectors.identity.settings import IdentitySettings, PartySource, Resolution
from connectors.identity.weights import CERTAIN
from connectors.identity.writing import Outcome, write_outcome, write_own_ids

_OVERRIDE = deterministic.METHODS.index("override")
_PROBABILISTIC = deterministic.METHODS.index("probabilistic")
_CERTAIN_METHODS = tuple(
    deterministic.METHODS.index(method)
    for method in ("explicit_id", "vat_number", "company_number")
)


class _Party(NamedTuple):
    number: int
    source_no: int
    source: str
    is_ledger: bool
    party_id: str


def resolve(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[PartySource],
    settings: IdentitySettings,
) -> Resolution:
    """Give every party of a ledger, and those of a CRM that are customers, a canonical customer id.

    Writes the tables of schema `identity` in one transaction; equal inputs give equal tables.

    Args:
        connection: The warehouse, writable, no transaction open.
        sources: The configured sources in order of precedence.
        settings: Overrides, confidence, the company's own domains.

    Returns:
        What was linked, what is doubtful, what is unmatched, counted.

    Raises:
        SourceError: The file of overrides is wrong, or joins accounts of the only source; or a source
            names a party twice.
    """
    try:
        if len(sources) == 1:
            _refuse_links(connection, sources, settings)
            return write_own_ids(connection, sources[0])
        return _resolve(connection, sources, settings)
    finally:
        for table in (*parties.TEMPORARY, *deterministic.TEMPORARY, *linker.TEMPORARY):
            connection.execute(f"drop table if exists temp.{table}")


def _refuse_links(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[PartySource],
    settings: IdentitySettings,
) -> None:
    """Check the decisions on an only source: the models take its own ids, and would follow no link."""
    if settings.overrides is None:
        return
    everyone = _read_everyone(connection, sources, settings)
    for override in _overrides(settings, everyone, _customer_ids(everyone)):
        if override.is_link:
            raise SourceError(
                f"{settings.overrides}, line {override.line}: it joins two accounts of '{sources[0].name}',"
                " but overrides join parties only where several sources are configured.",
                "Merge the accounts in their system, or remove the line.",
            )


def _read_everyone(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[PartySource],
    settings: IdentitySettings,
) -> list[_Party]:
    parties.read_parties(connection, sources, settings.own_domains)
    rows = connection.execute(
        f"select party_no, source_no, source, is_ledger, party_id from {parties.PARTIES} order by party_no"
    ).fetchall()
    return [_Party(*row) for row in rows]


def _resolve(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[PartySource],
    settings: IdentitySettings,
) -> Resolution:
    everyone = _read_everyone(connection, sources, settings)
    deterministic.find_candidates(connection)
    names = _customer_ids(everyone)
    overrides = _overrides(settings, everyone, names)
    clusters = _decided(settings, everyone, overrides)
    found = _candidates(connection, overrides)
    clusters.add(c for c in found if _is_link(c, settings))
    note = _link_probable(connection, everyone, clusters, settings)
    probable = _candidates(connection, overrides, _PROBABILISTIC)
    clusters.add(c for c in probable if _is_link(c, settings))
    by_number = {party.number: party for party in everyone}
    belonging = memberships(
        clusters.accepted,
        [party.number for party in everyone if party.is_ledger],
        settings.confidence,
        frozenset(
            o.party
            for o in overrides
            if o.is_link
            and o.customer
            and by_number[o.party].source_no == by_number[o.customer].source_no
        ),
    )
    doubts = _doubts([*found, *probable], clusters, belonging, settings)
    outcome = Outcome(belonging, doubts, names, (note,) if note else ())
    return write_outcome(connection, outcome)


def _customer_ids(everyone: Iterable[_Party]) -> dict[int, str]:
    """The id of each party of a ledger as a customer: its own, or behind its source's name, no two alike.

    Own ids go first, whatever the order: none is given to another that merely needed a prefix.
    """
    owners: dict[str, int] = {}
    others = []
    for party in everyone:
        if party.is_ledger and owners.setdefault(party.party_id, party.number) != party.number:
            others.append(party)
    for party in others:
        name = f"{party.source}-{party.party_id}"
        while name in owners:
            name = f"{party.source}-{name}"
        owners[name] = party.number
    return {number: name for name, number in owners.items()}


def _overrides(
    settings: IdentitySettings, everyone: Iterable[_Party], names: dict[int, str]
) -> list[Override]:
    if settings.overrides is None:
        return []
    known = {(party.source, party.party_id): party.number for party in everyone}
    customers = {name: number for number, name in names.items()}
    for party in everyone:
        if party.is_ledger:
            customers.setdefault(f"{party.source}-{party.party_id}", party.number)
    return read_overrides(settings.overrides, known, customers)


def _decided(
    settings: IdentitySettings, everyone: Iterable[_Party], overrides: Sequence[Override]
) -> Clusters:
    """Clusters as people decided them, before any candidate.

    Raises:
        SourceError: Lines together link what another line keeps apart.
    """
    clusters = Clusters({p.number: {("ledger", p.source_no)} for p in everyone if p.is_ledger})
    for override in overrides:
        if override.is_link and override.customer is not None:
            left, right = sorted((override.party, override.customer))
            clusters.join(Candidate(left, right, _OVERRIDE, 1.0, override.evidence))
    for override in overrides:
        if override.is_link or override.customer is None:
            continue
        if clusters.find(override.party) == clusters.find(override.customer):
            raise SourceError(
                f"{settings.overrides}, line {override.line}: other lines link the two that it separates.",
                "Remove this line or the link.",
            )
        for number in (override.party, override.customer):
            clusters.tokens.setdefault(clusters.find(number), set()).add(
                ("separate", override.line)
            )
    return clusters


def _candidates(
    connection: duckdb.DuckDBPyConnection, overrides: Sequence[Override], tier: int | None = None
) -> list[Candidate]:
    """Candidates that nobody has decided on, of one tier or of all."""
    decided = {frozenset((o.party, o.customer)) for o in overrides if o.customer is not None}
    alone = {o.party for o in overrides if not o.is_link and o.customer is None}
    rows = connection.execute(
        f"select * from {deterministic.CANDIDATES} where $tier is null or tier = $tier"
        " order by tier, confidence desc, left_no, right_no, reason nulls first, evidence",
        {"tier": tier},
    ).fetchall()
    candidates = (Candidate(*row) for row in rows)
    return [
        c
        for c in candidates
        if c.left not in alone
        and c.right not in alone
        and frozenset((c.left, c.right)) not in decided
    ]


def _is_link(candidate: Candidate, settings: IdentitySettings) -> bool:
    return candidate.reason is None and candidate.confidence >= settings.confidence


def _link_probable(
    connection: duckdb.DuckDBPyConnection,
    everyone: Sequence[_Party],
    clusters: Clusters,
    settings: IdentitySettings,
) -> str | None:
    """Ask the linker about the parties that no exact method placed.

    Returns:
        A note where it is not installed.
    """
    ledgers = {("ledger", party.source_no) for party in everyone if party.is_ledger}
    # A CRM record is open until it has a customer; an account until every other ledger has its like.
    opened = [
        p.number
        for p in everyone
        if (
            not clusters.held(p.number) & ledgers
            if not p.is_ledger
            else not ledgers <= clusters.held(p.number)
        )
    ]
    if not opened or not ledgers:
        return None
    if not linker.is_available():
        return (
            f"Splink is not installed: {len(opened)} parties were not compared by probability."
            " Install the extra `linking`."
        )
    certain = [c for c in clusters.accepted if c.tier in _CERTAIN_METHODS]
    connection.execute(
        f"create or replace temp table {linker.OPEN} as select unnest($opened) as party_no",
        {"opened": opened},
    )
    connection.execute(
        f"create or replace temp table {CERTAIN} as"
        " select unnest(cast($lefts as integer[])) as left_no, unnest(cast($rights as integer[])) as right_no",
        {"lefts": [c.left for c in certain], "rights": [c.right for c in certain]},
    )
    linker.find_probable(connection, settings.confidence)
    return None


def _doubts(
    found: Iterable[Candidate],
    clusters: Clusters,
    belonging: dict[int, Membership],
    settings: IdentitySettings,
) -> list[Candidate]:
    """What a person should look at: candidates that were not followed, each with its reason."""
    refused = Counter((c.left, c.right, c.tier) for c in clusters.rejected)
    doubts = []
    for candidate in found:
        left, right = belonging.get(candidate.left), belonging.get(candidate.right)
        if left and right and left.customer == right.customer:
            continue
        reason = candidate.reason
        if reason is None and (candidate.left, candidate.right, candidate.tier) in refused:
            reason = "conflicting_links"
        elif reason is None and candidate.confidence < settings.confidence:
            reason = "below_confidence"
        elif reason is None:
            reason = "only_through_others"
        doubts.append(candidate._replace(reason=reason))
    return doubts
