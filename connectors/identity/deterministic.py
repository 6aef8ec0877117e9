"""Candidates that share something written: an id, a number, a domain, a name. Set-based, in SQL.

Belongs here: for each method the pairs of parties of two sources it proposes, with confidence,
evidence, and what speaks against. Does not belong here: which of them hold together (`clusters`).

A name never links by itself, and neither does a domain against the name: the mailbox of a customer may
be its accountant's. Where two facts contradict each other, a person decides.
"""

from __future__ import annotations

import duckdb

from connectors.identity.comparing import (
    AGREEING,
    CONTRADICTION,
    NAMES,
    NAMES_AND_COUNTRIES_DIFFER,
    NAMES_SHOWN,
    NUMBERS_AGREE,
    NUMBERS_DIFFER,
    create_macros,
)
from connectors.identity.parties import DOMAINS, IDS, PARTIES

CANDIDATES = "_identity_candidates"
CROWDED = "_identity_crowded"
_TARGETS = "_identity_targets"
_HELD, _GROUPS, _PAIRS = "_identity_held", "_identity_groups", "_identity_pairs"
TEMPORARY = (CANDIDATES, CROWDED, _TARGETS, _HELD, _GROUPS, _PAIRS)

METHODS = (
    "override",
    "explicit_id",
    "vat_number",
    "company_number",
    "email_domain",
    "normalised_name",
    "probabilistic",
)
# With more pairs behind one domain or name, it tells nobody apart.
_FEW_PAIRS = "left_holders * right_holders <= 25"
# A number may stand on many records of a CRM, but on few accounts of a ledger.
_MANY_HOLDERS = 5

_ONE_IS_LEDGER = "(l.is_ledger or r.is_ledger)"
# The domain's own label says more than the name: it is not the name, nor a part, nor its initials.
_ROOT_IS_NEWS = "not _identity_repeats(root, l.squashed, l.tokens)"


def find_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `_identity_candidates`: left_no < right_no, tier (index in METHODS), confidence, evidence, reason.

    `reason` is null where nothing speaks against the pair.

    Args:
        connection: The warehouse; `read_parties` has filled its temporary tables.
    """
    create_macros(connection)
    connection.execute(
        f"create or replace temp table {CANDIDATES} (left_no integer, right_no integer, tier integer,"
        " confidence double, evidence varchar, reason varchar)"
    )
    connection.execute(f"create or replace temp table {CROWDED} (party_no integer, shared varchar)")
    _same_ids(connection)
    _explicit_ids(connection)
    _numbers(connection, "vat", "vat_number", 0.995)
    _numbers(connection, "company_key", "company_number", 0.99)
    _domains(connection)
    _names(connection)


def _insert(
    connection: duckdb.DuckDBPyConnection, method: str, pairs: str, judged: str, where: str = "true"
) -> None:
    """Judge pairs of parties.

    Args:
        connection: The warehouse.
        method: Name of the method.
        pairs: SQL of left_no, right_no and what `judged` needs.
        judged: Expressions of confidence, evidence, reason over l, r (parties) and pairs.
        where: Condition on a pair.
    """
    connection.execute(
        f"insert into {CANDIDATES} select pairs.left_no, pairs.right_no, {METHODS.index(method)}, {judged}"
        f" from ({pairs}) as pairs join {PARTIES} as l on l.party_no = pairs.left_no"
        f" join {PARTIES} as r on r.party_no = pairs.right_no where {where}"
    )


def _same_ids(connection: duckdb.DuckDBPyConnection) -> None:
    """One id in two ledgers: the same account where more than the name agrees, else two numberings."""
    _insert(
        connection,
        "explicit_id",
        f"with alike as (select l.party_no as left_no, r.party_no as right_no from {PARTIES} as l join {PARTIES} as r"
        "  on l.party_id = r.party_id and l.source_no < r.source_no where l.is_ledger and r.is_ledger)"
        " select alike.*, (left_no, right_no) in (select (left_no, right_no) from alike"
        f"   join {DOMAINS} as l on l.party_no = left_no"
        f"   join {DOMAINS} as r on r.party_no = right_no and r.domain = l.domain) as share_a_domain"
        " from alike",
        f"1, 'same id in ' || l.source || ' and ' || r.source || ', {NAMES_SHOWN},"
        f" case when {NUMBERS_DIFFER} then 'different_numbers'"
        f" when {NAMES} not in {AGREEING} then 'different_names'"
        f" when {NUMBERS_AGREE} then null"
        f" when {CONTRADICTION} is not null then {CONTRADICTION}"
        # Both ledgers count from 1: the id then says nothing, and a name never links by itself.
        " when share_a_domain or (l.country = r.country and l.legal_form = r.legal_form) then null"
        " else 'id_and_name_only' end",
    )


def _explicit_ids(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids that a record carries of another system, with or without that system's prefix."""
    connection.execute(
        f"create or replace temp table {_TARGETS} as"
        # An account that two ledgers number alike is one target, not two.
        " with named as ("
        f"  select party_no, source_no, party_id as id from {PARTIES}"
        "   union all"
        f"  select party_no, source_no, substr(party_id, len(source) + 2) from {PARTIES}"
        "   where starts_with(party_id, source || '-')),"
        " accounts as (select right_no, min(left_no) as left_no"
        f"  from {CANDIDATES} where reason is null group by right_no)"
        " select named.*, coalesce(accounts.left_no, named.party_no) as account_no"
        " from named left join accounts on named.party_no = accounts.right_no"
    )
    _insert(
        connection,
        "explicit_id",
        "with found as (select ids.party_no, ids.external_id, targets.party_no as target_no, account_no,"
        f"   {NAMES} in {AGREEING} as agrees"
        f"  from {IDS} as ids join {PARTIES} as l using (party_no)"
        f"  join {_TARGETS} as targets on ids.external_id = targets.id and targets.source_no <> l.source_no"
        f"  join {PARTIES} as r on r.party_no = targets.party_no),"
        # `100` may be meant for any system that has a 100, whatever prefix we gave it there: then the
        # name says whose it is, or a person does.
        " counted as (select *, count(distinct account_no) over ids = 1"
        "   or (agrees and count(distinct account_no) filter (agrees) over ids = 1) as is_clear"
        "  from found window ids as (partition by party_no, external_id))"
        " select least(party_no, target_no) as left_no, greatest(party_no, target_no) as right_no,"
        "  min(external_id) as external_id, bool_or(is_clear) as is_clear, min(party_no) as carrier_no"
        " from counted group by 1, 2",
        "1, case when carrier_no = l.party_no then l.source else r.source end || ' record carries the id '"
        f" || external_id || ', {NAMES_SHOWN},"
        f" case when {NUMBERS_DIFFER} then 'different_numbers' when not is_clear then 'id_of_several_systems'"
        f" when {NAMES_AND_COUNTRIES_DIFFER} then 'different_names_and_countries' end",
    )


def _match(
    connection: duckdb.DuckDBPyConnection, called: str, key: str, label: str, few: str, held: str
) -> None:
    """Fill `_identity_pairs`: parties of two sources with the same key, and how many hold it in each.

    A key that too many hold makes no pairs: its parties are noted in `_identity_crowded`. Groups are
    counted before they are joined: 10,000 companies named `unknown` would be 100 million pairs.

    Args:
        connection: The warehouse.
        called: What the key is, for `_identity_crowded`.
        key: Expression of the key over `held`.
        label: Expression of what evidence shows of it.
        few: Condition on left_holders and right_holders under which pairs are made.
        held: Relation of party_no, source_no and what key and label need.
    """
    connection.execute(
        f"create or replace temp table {_HELD} as select distinct party_no, source_no, {key} as key, {label} as label"
        f" from {held} where {key} is not null"
    )
    connection.execute(
        f"create or replace temp table {_GROUPS} as with counted as materialized"
        f" (select source_no, key, count(distinct party_no) as holders from {_HELD} group by source_no, key)"
        " select l.key, l.source_no as left_source, r.source_no as right_source, l.holders as left_holders,"
        f" r.holders as right_holders"
        " from counted as l join counted as r on l.key = r.key and l.source_no < r.source_no"
    )
    connection.execute(
        f"create or replace temp table {_PAIRS} as"
        f" with groups as materialized (select * from {_GROUPS} where {few})"
        " select l.party_no as left_no, r.party_no as right_no, groups.key, l.label, left_holders, right_holders"
        f" from groups join {_HELD} as l on l.key = groups.key and l.source_no = left_source"
        f" join {_HELD} as r on r.key = groups.key and r.source_no = right_source"
    )
    connection.execute(
        f"insert into {CROWDED} with crowded as (select key, unnest([left_source, right_source]) as source_no"
        f" from {_GROUPS} where not ({few}))"
        f" select distinct party_no, ? from {_HELD} semi join crowded using (key, source_no)",
        [called],
    )


def _numbers(
    connection: duckdb.DuckDBPyConnection, column: str, method: str, confidence: float
) -> None:
    """A registration number in common; on equal terms the party whose name agrees comes first."""
    few = f"least(left_holders, right_holders) <= {_MANY_HOLDERS} and left_holders * right_holders <= 10000"
    _match(connection, method, column, column, few, PARTIES)
    against = (
        # The same VAT number on two registered companies is that of a VAT group.
        "coalesce(l.company_key <> r.company_key, false)"
        if column == "vat"
        # A number without its country is French by its check digits alone.
        else f"(l.country is null or r.country is null) and l.vat is null and r.vat is null and {NAMES} = 'different'"
    )
    called = method.replace("_", " ").replace("vat", "VAT")
    _insert(
        connection,
        method,
        f"select * from {_PAIRS}",
        f"case when {NAMES} = 'different' then {confidence - 0.005} else {confidence} end,"
        f" '{called} ' || label || ', {NAMES_SHOWN},"
        f" case when {against} then 'different_numbers'"
        f" when {NAMES_AND_COUNTRIES_DIFFER} then 'different_names_and_countries' end",
    )


def _domains(connection: duckdb.DuckDBPyConnection) -> None:
    """A domain that one party of each source has, on names that do not deny it."""
    _match(connection, "email_domain", "domain", "domain", _FEW_PAIRS, DOMAINS)
    _insert(
        connection,
        "email_domain",
        "select left_no, right_no, string_agg(label, ', ' order by label) as domain,"
        f" bool_or(left_holders = 1 and right_holders = 1) as is_unique from {_PAIRS} group by 1, 2",
        f"case when not is_unique then 0.7 when {NAMES} in ('same', 'same_but_generic_words') then 0.98"
        f" when {NAMES} = 'same_but_spelling' then 0.97 when {NAMES} = 'one_contains_the_other' then 0.93"
        f" else 0.9 end, 'domain ' || domain || ', {NAMES_SHOWN},"
        f" coalesce({CONTRADICTION}, case when not is_unique then 'shared_domain'"
        f" when {NAMES} not in {AGREEING} then 'different_names' end)",
        # Between two CRM records a doubt is nobody's to settle: neither is a customer.
        f"({_ONE_IS_LEDGER} and (is_unique or {NAMES} <> 'different')) or (is_unique and {CONTRADICTION} is null)",
    )


def _names(connection: duckdb.DuckDBPyConnection) -> None:
    named = f"(select * from {DOMAINS} join {PARTIES} using (party_no, source_no))"
    # The name picks one of several that share a domain, such as the companies of a holding.
    _match(connection, "name", "domain || ' ' || squashed", "domain", _FEW_PAIRS, named)
    is_unique = "max(left_holders * right_holders) = 1 as is_unique"
    _insert(
        connection,
        "normalised_name",
        f"select left_no, right_no, min(label) as domain, {is_unique} from {_PAIRS} group by 1, 2",
        "0.97, 'name and domain ' || domain,"
        f" coalesce({CONTRADICTION}, case when not is_unique then 'shared_name' end)",
        f"{_ONE_IS_LEDGER} or (is_unique and {CONTRADICTION} is null)",
    )
    # acme.fr and acme.com in one country. A label that echoes the name is no second attribute:
    # any two companies named Acme would have it.
    _match(connection, "name", "root || ' ' || squashed", "root", _FEW_PAIRS, named)
    _insert(
        connection,
        "normalised_name",
        f"select left_no, right_no, min(label) as root, {is_unique} from {_PAIRS} group by 1, 2",
        f"case when {_ROOT_IS_NEWS} then 0.96 else 0.93 end, 'name, country and domain label ' || root,"
        f" coalesce({CONTRADICTION}, case when not is_unique then 'shared_name'"
        f" when not ({_ROOT_IS_NEWS}) then 'domain_repeats_name' end)",
        f"{_ONE_IS_LEDGER} and l.country = r.country",
    )
    # Equal names and nothing else: shown to a person, never linked.
    _match(connection, "name", "squashed", "squashed", _FEW_PAIRS, PARTIES)
    _insert(
        connection,
        "normalised_name",
        f"select * from {_PAIRS}",
        "case when l.country = r.country then 0.75 else 0.6 end,"
        " case when l.country = r.country then 'name and country' else 'name' end,"
        "'name_only'",
        # Contradicted by what else is known, an equal name is a coincidence.
        f"{_ONE_IS_LEDGER} and {CONTRADICTION} is null",
    )
