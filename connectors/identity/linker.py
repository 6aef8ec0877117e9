"""Candidates that share nothing exactly: Splink's probabilistic linkage (Fellegi and Sunter).

Belongs here: which pairs are compared, and what a probability may decide. Does not belong here: how
much each agreement weighs (`weights`), exact matches (`deterministic`), which candidates hold
(`clusters`).
"""

from __future__ import annotations

import importlib.util
from typing import Any

import duckdb

from connectors.identity.comparing import CONTRADICTION, NAMES
from connectors.identity.deterministic import CANDIDATES, METHODS
from connectors.identity.parties import DOMAINS, PARTIES
from connectors.identity.weights import CERTAIN, COMPARISONS, RECORDS, Level, weigh

OPEN = "_identity_open"
_PREDICTED = "_identity_predicted"
TEMPORARY = (OPEN, CERTAIN, RECORDS, _PREDICTED)

# Below an even chance a candidate is not worth a person's time.
_WORTH_SHOWING = 0.5
# The best candidate must be eight times as likely as the next one: three bits of match weight.
_MARGIN_BITS = 3
# A key that more parties of one source hold makes no pairs.
_MANY_HOLDERS = 20
AVAILABLE_AS = "splink"


def is_available() -> bool:
    """Whether the extra `linking` is installed; nothing is imported."""
    return importlib.util.find_spec(AVAILABLE_AS) is not None


def find_probable(connection: duckdb.DuckDBPyConnection, confidence: float) -> None:
    """Add probabilistic candidates of the parties in `_identity_open` to the candidates.

    Args:
        connection: The warehouse, with parties and candidates; `_identity_open` holds the party_no of
            those that may still be linked, `_identity_certain` the left_no and right_no of links that
            ids and registration numbers made.
        confidence: From which probability a candidate is a link.
    """
    _write_records(connection)
    weights, basis = weigh(connection)
    _predict(connection, weights)
    _judge(connection, confidence, basis)


def _write_records(connection: duckdb.DuckDBPyConnection) -> None:
    """One row a party with what is compared, and the keys by which it meets others where it is open."""
    rare = f"qualify count(*) over (partition by source_no, key) <= {_MANY_HOLDERS}"
    connection.execute(
        f"create or replace temp table {RECORDS} as"
        " with keys as ("
        f"  select party_no, source_no, 'domain ' || domain as key from {DOMAINS}"
        f"  union select party_no, source_no, 'root ' || root from {DOMAINS}"
        f"  union select party_no, source_no, 'first ' || squashed[:6] from {PARTIES} where squashed is not null"
        f"  union select party_no, source_no, 'last ' || squashed[-6:] from {PARTIES} where squashed is not null"
        f"  union select party_no, source_no, 'word ' || unnest(tokens) from {PARTIES}),"
        f" rare as (select * from keys {rare}),"
        " blocks as (select party_no, list(key order by key) as blocks from rare"
        f"  where party_no in (select party_no from {OPEN})"
        f"   or party_no in (select party_no from {PARTIES} where is_ledger)"
        "  group by party_no),"
        " mailed as (select party_no, list(distinct domain order by domain) as domains,"
        "  list(distinct domain order by domain) filter (where holders = 1) as own_domains,"
        f"  list(distinct root order by root) as roots from {DOMAINS} group by party_no)"
        f" select party_no, source_no, is_ledger, party_no in (select party_no from {OPEN}) as is_open,"
        " core as name, squashed, country, company_key,"
        "  coalesce(domains, []) as domains, coalesce(own_domains, []) as own_domains, coalesce(roots, []) as roots,"
        "  coalesce(blocks, []) as block"
        f" from {PARTIES} left join blocks using (party_no) left join mailed using (party_no) order by party_no"
    )


def _settings(weights: dict[str, tuple[Level, ...]], prior: float) -> dict[str, Any]:
    comparisons = []
    for name, levels in weights.items():
        unknown = {"sql_condition": COMPARISONS[name][0], "is_null_level": True}
        comparisons.append(
            {
                "output_column_name": name,
                "comparison_levels": [
                    unknown,
                    *(
                        {
                            "sql_condition": "ELSE"
                            if level.condition == "else"
                            else level.condition,
                            "m_probability": level.m,
                            "u_probability": level.u,
                        }
                        for level in levels
                    ),
                ],
            }
        )
    return {
        "link_type": "link_only",
        "unique_id_column_name": "party_no",
        "probability_two_random_records_match": prior,
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [
            {
                "blocking_rule": "l.block = r.block and ((l.is_ledger and r.is_open) or (r.is_ledger and l.is_open))",
                "sql_dialect": "duckdb",
                "arrays_to_explode": ["block"],
            }
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _predict(connection: duckdb.DuckDBPyConnection, weights: dict[str, tuple[Level, ...]]) -> None:
    """Let Splink score the pairs, in a database of its own: the warehouse gets none of its tables."""
    from splink import DuckDBAPI, Linker

    records = connection.execute(f"select * from {RECORDS} order by party_no").to_arrow_table()
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as memory:
        memory.register("records", records)
        sources = [
            row[0]
            for row in memory.execute(
                "select distinct source_no from records order by 1"
            ).fetchall()
        ]
        sizes: list[int] = []
        for source in sources:
            memory.execute(
                f"create table source_{source} as select * from records where source_no = {source}"
            )
            sizes += memory.execute(f"select count(*) from source_{source}").fetchall()[0]
        # Every second party of the smaller side has a partner on the other.
        prior = 0.5 / max(sizes)
        linker = Linker(
            [f"source_{source}" for source in sources],
            _settings(weights, prior),
            db_api=DuckDBAPI(connection=memory),
            set_up_basic_logging=False,
        )
        scored = linker.inference.predict(threshold_match_probability=_WORTH_SHOWING)
        predicted = memory.execute(
            "select least(party_no_l, party_no_r) as left_no, greatest(party_no_l, party_no_r) as right_no,"
            " round(max(match_probability), 6) as probability, round(max(match_weight), 4) as weight"
            f" from {scored.physical_name} group by 1, 2 order by 1, 2"
        ).to_arrow_table()
    connection.register("_identity_scored", predicted)
    connection.execute(
        f"create or replace temp table {_PREDICTED} as select * from _identity_scored"
    )
    connection.unregister("_identity_scored")


def _judge(connection: duckdb.DuckDBPyConnection, confidence: float, basis: str) -> None:
    """What a probability may decide: nothing that the name alone speaks for, nothing that is contradicted."""
    connection.execute(
        f"insert into {CANDIDATES}"
        # What an exact method doubted stays its doubt, but for a domain that several share: there a
        # name that is only spelt differently may pick one.
        f" with pairs as (select predicted.* from {_PREDICTED} as predicted"
        f"  join {PARTIES} as l on l.party_no = left_no join {PARTIES} as r on r.party_no = right_no"
        f"  anti join (select left_no, right_no from {CANDIDATES} where reason is distinct from 'shared_domain')"
        "   as judged on judged.left_no = predicted.left_no and judged.right_no = predicted.right_no"
        # Another house of the same brand is no rival.
        f"  where {NAMES} <> 'different'),"
        # One best candidate by a margin, from either end: of five twins in a CRM none is the customer.
        " ends as (select left_no, right_no, weight, unnest([left_no, right_no]) as end_no from pairs),"
        " margins as (select left_no, right_no, min(margin) as margin from ("
        "  select ends.*, case when row_number() over rivals = 1 then coalesce(weight - lead(weight) over rivals, 100)"
        "   else weight - first_value(weight) over rivals end as margin"
        f"  from ends join {PARTIES} as other on other.party_no = left_no + right_no - end_no"
        "  window rivals as (partition by end_no, other.source_no order by weight desc, left_no, right_no)"
        " ) as sided group by 1, 2),"
        " mailed as (select l.party_no as left_no, r.party_no as right_no, bool_or(l.domain = r.domain) as is_domain,"
        "  any_value(l.root) as root from pairs"
        f"  join {DOMAINS} as l on l.party_no = left_no join {DOMAINS} as r on r.party_no = right_no"
        "   and r.root = l.root"
        "  group by 1, 2)"
        f" select left_no, right_no, {METHODS.index('probabilistic')}, probability,"
        f"  'probability ' || printf('%.4f', probability) || ', names: ' || replace({NAMES}, '_', ' ')"
        "   || case when is_domain then ', same domain' when root is not null then ', domain label ' || root"
        "    else '' end"
        "   || case when l.country = r.country then ', same country' else '' end || '; ' || $basis,"
        f"  coalesce({CONTRADICTION}, case"
        f"   when {NAMES} not in ('same', 'same_but_generic_words', 'same_but_spelling') then 'different_names'"
        "   when not coalesce(is_domain or not _identity_repeats(root, l.squashed, l.tokens), false) then 'name_only'"
        f"   when margin < {_MARGIN_BITS} then 'several_candidates'"
        "   when probability < $confidence then 'below_confidence' end)"
        " from pairs join margins using (left_no, right_no) left join mailed using (left_no, right_no)"
        f" join {PARTIES} as l on l.party_no = left_no join {PARTIES} as r on r.party_no = right_no"
        # Contradicted by what else is known, a like name is a coincidence.
        f" where coalesce(is_domain, false) or {CONTRADICTION} is null",
        {"basis": basis, "confidence": confidence},
    )
