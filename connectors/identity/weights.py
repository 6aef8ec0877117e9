"""How much each agreement weighs: shares among true pairs (m) and among pairs at random (u).

Belongs here: the comparisons of the linker, their defaults, and counting them on the company's own data.
Does not belong here: which pairs are compared, and what follows (`linker`).

They are documented defaults, not trained by expectation maximisation: what reaches the linker is what
exact methods left, mostly prospects without a partner, and there EM converges on nothing of use. Where
enough links are certain (ids and registration numbers, which say nothing of names and domains), the
shares of agreement among true pairs are counted on them instead.
"""

from __future__ import annotations

from typing import NamedTuple

import duckdb

from connectors.identity.parties import DOMAINS

CERTAIN = "_identity_certain"
RECORDS = "_identity_records"
# Certain links from which on the shares are counted on them; the defaults then count as 50 more.
ENOUGH_CERTAIN = 300
_DEFAULTS_COUNT_AS = 50
_COMPARED = ("name", "squashed", "domains", "own_domains", "roots", "country", "company_key")


class Level(NamedTuple):
    """How two values may agree.

    Attributes:
        condition: SQL over the columns with suffixes `_l` and `_r`.
        m: Share of true pairs that agree so.
        u: Share of pairs of different companies that do.
    """

    condition: str
    m: float
    u: float


# Shares of pairs at random are for ledgers of thousands of customers: one company in 50,000 has the
# same name, one in a million the same domain. m: CRM entries are retyped by hand (name), and half of the
# customers of a ledger have no domain of their own or another one than in the CRM.
COMPARISONS: dict[str, tuple[str, tuple[Level, ...]]] = {
    "name": (
        "name_l is null or name_r is null",
        (
            Level("squashed_l = squashed_r", 0.65, 0.00002),
            Level("jaro_winkler_similarity(name_l, name_r) >= 0.95", 0.15, 0.00005),
            Level("jaro_winkler_similarity(name_l, name_r) >= 0.88", 0.08, 0.0005),
            Level("else", 0.12, 0.99943),
        ),
    ),
    "domain": (
        "len(domains_l) = 0 or len(domains_r) = 0",
        (
            Level("list_has_any(own_domains_l, own_domains_r)", 0.6, 0.000001),
            Level("list_has_any(domains_l, domains_r)", 0.1, 0.0001),
            Level("list_has_any(roots_l, roots_r)", 0.05, 0.00001),
            Level("else", 0.25, 0.999889),
        ),
    ),
    "country": (
        "country_l is null or country_r is null",
        (Level("country_l = country_r", 0.97, 0.3), Level("else", 0.03, 0.7)),
    ),
    "company_number": (
        "company_key_l is null or company_key_r is null",
        (Level("company_key_l = company_key_r", 0.95, 0.000001), Level("else", 0.05, 0.999999)),
    ),
}


def weigh(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, tuple[Level, ...]], str]:
    """The levels with their shares: defaults, or counted where there is enough to count on.

    Args:
        connection: The warehouse, with domains, records and certain links.

    Returns:
        Levels by comparison, and what the evidence says of them.
    """
    defaults = {name: levels for name, (_, levels) in COMPARISONS.items()}
    known = connection.execute(f"select count(*) from {CERTAIN}").fetchall()[0][0]
    if known < ENOUGH_CERTAIN:
        return defaults, f"default weights, {known} certain links being too few to count on"
    pairs = (
        f"(select {', '.join(f'l.{c} as {c}_l, r.{c} as {c}_r' for c in _COMPARED)} from {CERTAIN} as pairs"
        f" join {RECORDS} as l on l.party_no = left_no join {RECORDS} as r on r.party_no = right_no)"
    )
    counted = {}
    for name, (unknown, levels) in COMPARISONS.items():
        cases = " ".join(f"when {level.condition} then {i}" for i, level in enumerate(levels[:-1]))
        counts = dict(
            connection.execute(
                f"select case {cases} else {len(levels) - 1} end as level, count(*) from {pairs} as pairs"
                f" where not ({unknown}) group by 1"
            ).fetchall()
        )
        total = sum(counts.values()) + _DEFAULTS_COUNT_AS
        counted[name] = tuple(
            level._replace(m=(counts.get(i, 0) + _DEFAULTS_COUNT_AS * level.m) / total)
            for i, level in enumerate(levels)
        )
    # The number made some of these links: of it they say nothing.
    counted["company_number"] = defaults["company_number"]
    own, shared, *others = counted["domain"]
    shared = shared._replace(u=min(shared.u, _shared_domains(connection)))
    counted["domain"] = (own, shared, *others)
    return counted, f"weights counted on {known} certain links"


def _shared_domains(connection: duckdb.DuckDBPyConnection) -> float:
    """Share of pairs, a party of each of two sources, that have a domain which several hold.

    True pairs are among them, so that it is if anything too high.
    """
    shared, pairs = connection.execute(
        f"with domains as (select distinct source_no, domain, holders from {DOMAINS}),"
        f" sizes as (select source_no, count(*) as parties from {RECORDS} group by 1)"
        " select (select coalesce(sum(l.holders * r.holders), 0) from domains as l join domains as r"
        "  on l.domain = r.domain and l.source_no < r.source_no where l.holders > 1 or r.holders > 1),"
        " (select sum(l.parties * r.parties) from sizes as l join sizes as r on l.source_no < r.source_no)"
    ).fetchall()[0]
    return float((shared + 1) / pairs)
