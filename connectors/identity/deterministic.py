"""Candidates that share something written: an id, a number, a domain, a name. Set-based, in SQL.

Belongs here: for each method the pairs of parties of two sources it proposes, with confidence,
evidence, and what speaks against. Does not belong here: which of them hold together (`clusters`).

A name never links by itself, and neither does a domain against the name: the mailbox of a customer may
be its accountant's. Where two facts contradict each other, a person decides.
"""

from __future__ import annotations

import duckdb

from connectors.identity import normalise
from connectors.identity.parties import DOMAINS, IDS, PARTIES

CANDIDATES = "_identity_candidates"
CROWDED = "_identity_crowded"
_TARGETS = "_identity_targets"
TEMPORARY = (CANDIDATES, CROWDED, _TARGETS)

METHODS = (
    "override",
    "explicit_id",
    "vat_number",
    "company_number",
    "email_domain",
    "normalised_name",
    "probabilistic",
)
# More pairs than this behind one domain or name, and it tells nobody apart.
_MANY_PAIRS = 25
# A number may stand on many records of a CRM, but on few accounts of a ledger.
_MANY_HOLDERS = 5

# Numbers agree, one and the same or none known / differ; see `number_agreement`.
_NUMBERS_AGREE = (
    "(coalesce(l.vat = r.vat, false) or coalesce(l.company_key = r.company_key, false))"
)
_NUMBERS_DIFFER = (
    f"(not {_NUMBERS_AGREE} and (coalesce(l.vat <> r.vat, false)"
    " or coalesce(l.company_key <> r.company_key, false)))"
)
CONTRADICTION = (
    f"case when {_NUMBERS_DIFFER} then 'different_numbers'"
    " when l.country <> r.country then 'different_countries'"
    " when l.legal_form <> r.legal_form then 'different_legal_forms' end"
)
NAMES = "_identity_names(l.tokens, r.tokens, l.squashed, r.squashed)"
_ONE_IS_LEDGER = "(l.is_ledger or r.is_ledger)"
# The domain's own label says more than the name: it is not the name, nor a part, nor its initials.
_ROOT_IS_NEWS = "not _identity_repeats(root, l.squashed, l.tokens)"


def find_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `_identity_candidates`: left_no < right_no, tier (index in METHODS), confidence, evidence, reason.

    `reason` is null where nothing speaks against the pair.

    Args:
        connection: The warehouse; `read_parties` has filled its temporary tables.
    """
    _create_macros(connection)
    connection.execute(
        f"create or replace temp table {CANDIDATES} (left_no integer, right_no integer, tier integer,"
        " confidence double, evidence varchar, reason varchar)"
    )
    connection.execute(f"create or replace temp table {CROWDED} (party_no integer, shared varchar)")
    _same_ids(connection)
    _explicit_ids(connection)
    _numbers(connection, "vat", "vat_number", "VAT number")
    _numbers(connection, "company_key", "company_number", "company number")
    _domains(connection)
    _names_with_domain(connection)
    _names_with_root(connection)
    _names_alone(connection)


def _create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    generic = normalise.text_list(normalise.words("generic_words.txt"))
    for statement in (
        # What is left of the tokens once those of the other name are taken away.
        "_identity_left(own, other) as list_filter(own, lambda token: not list_contains(other, token))",
        # One letter in four may be wrong, a digit never: `hotel 12` is not `hotel 13`.
        "_identity_typo(a, b) as len(a) > 0 and len(b) > 0"
        " and regexp_replace(a, '[^0-9]', '', 'g') = regexp_replace(b, '[^0-9]', '', 'g')"
        " and levenshtein(a, b) <= least(len(a), len(b)) // 4",
        "_identity_related(own, other) as case"
        " when len(own) = 0 and len(other) = 0 then 'same'"
        f" when len(own) = 0 or len(other) = 0 then case when len(list_filter(list_concat(own, other),"
        f"   lambda token: not list_contains({generic}, token))) = 0 then 'same_but_generic_words'"
        "   else 'one_contains_the_other' end"
        " when _identity_typo(array_to_string(own, ''), array_to_string(other, '')) then 'same_but_spelling'"
        " else 'different' end",
        "_identity_names(a, b, a_squashed, b_squashed) as case"
        " when a_squashed is null or b_squashed is null then 'unknown'"
        " when a_squashed = b_squashed then 'same'"
        " when len(list_intersect(a, b)) = 0 and not _identity_typo(a_squashed, b_squashed) then 'different'"
        " else _identity_related(_identity_left(a, b), _identity_left(b, a)) end",
        "_identity_repeats(root, squashed, tokens) as contains(squashed, _identity_letters(root))"
        " or contains(_identity_letters(root), squashed)"
        " or _identity_letters(root) = array_to_string(list_transform(tokens, lambda token: token[1]), '')"
        " or jaro_winkler_similarity(_identity_letters(root), squashed) >= 0.9",
    ):
        if statement.startswith("_identity_repeats"):
            letters = r"regexp_replace(strip_accents(text), '[^\p{L}\p{N}]', '', 'g')"
            connection.execute(f"create or replace temp macro _identity_letters(text) as {letters}")
        connection.execute(f"create or replace temp macro {statement}")


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
    """One id in two ledgers: the same account where the names agree, else two numbering systems."""
    _insert(
        connection,
        "explicit_id",
        f"select l.party_no as left_no, r.party_no as right_no from {PARTIES} as l join {PARTIES} as r"
        " on l.party_id = r.party_id and l.source_no < r.source_no where l.is_ledger and r.is_ledger",
        "1, 'same id in ' || l.source || ' and ' || r.source || ', names: ' || replace(" + NAMES + ", '_', ' '),"
        f" case when {_NUMBERS_DIFFER} then 'different_numbers'"
        f" when {NAMES} not in ('same', 'same_but_generic_words', 'same_but_spelling') then 'different_names' end",
    )


def _explicit_ids(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids that a record carries of another system, with or without that system's prefix."""
    connection.execute(
        f"create or replace temp table {_TARGETS} as"
        # An account that two ledgers number alike is one target, not two.
        " with named as ("
        f"  select party_no, source_no, party_id as id, true as is_whole from {PARTIES}"
        "   union all"
        f"  select party_no, source_no, substr(party_id, len(source) + 2), false from {PARTIES}"
        "   where starts_with(party_id, source || '-')),"
        " accounts as (select right_no, min(left_no) as left_no"
        f"  from {CANDIDATES} where reason is null group by right_no)"
        " select named.*, coalesce(accounts.left_no, named.party_no) as account_no"
        " from named left join accounts on named.party_no = accounts.right_no"
    )
    _insert(
        connection,
        "explicit_id",
        f"with found as (select ids.party_no, ids.external_id, targets.party_no as target_no, account_no, is_whole"
        f"  from {IDS} as ids join {PARTIES} as parties using (party_no)"
        f"  join {_TARGETS} as targets on ids.external_id = targets.id and targets.source_no <> parties.source_no"
        # The whole id means its own record, before one whose vendor's prefix is left out.
        "  qualify is_whole or not bool_or(is_whole) over (partition by ids.party_no, external_id)),"
        " counted as (select *, count(distinct account_no) over (partition by party_no, external_id) as accounts"
        "  from found)"
        " select least(party_no, target_no) as left_no, greatest(party_no, target_no) as right_no,"
        "  min(external_id) as external_id, min(accounts) as accounts, min(party_no) as carrier_no"
        " from counted group by 1, 2",
        "1, case when carrier_no = l.party_no then l.source else r.source end || ' record carries the id '"
        f" || external_id || case when {_NUMBERS_DIFFER} then '; registration numbers differ' else '' end,"
        " case when accounts > 1 then 'id_of_several_systems' end",
    )


def _numbers(
    connection: duckdb.DuckDBPyConnection, column: str, method: str, called: str
) -> None:
    counted = (
        f"select party_no, source_no, {column} as number, count(*) over (partition by source_no, {column}) as holders"
        f" from {PARTIES} where {column} is not null"
    )
    matched = (
        f"with counted as ({counted}) select l.party_no as left_no, r.party_no as right_no,"
        " l.number as number, l.holders as l_holders, r.holders as r_holders"
        " from counted as l join counted as r on l.number = r.number and l.source_no < r.source_no"
    )
    few = f"least(l_holders, r_holders) <= {_MANY_HOLDERS}"
    # The same VAT number on two registered companies is that of a VAT group.
    against = (
        "coalesce(l.company_key <> r.company_key, false)"
        if column == "vat"
        # A number without its country is that of a French company by its check digits alone.
        else f"(l.country is null or r.country is null) and l.vat is null and r.vat is null and {NAMES} = 'different'"
    )
    _insert(
        connection,
        method,
        f"select * from ({matched}) where {few}",
        f"case when {NAMES} = 'different' then 0.99 else 0.995 end, '{called} ' || number || ', names: '"
        f" || replace({NAMES}, '_', ' '), case when {against} then 'different_numbers' end"
        if column == "vat"
        else f"case when {NAMES} = 'different' then 0.98 else 0.985 end, '{called} ' || number || ', names: '"
        f" || replace({NAMES}, '_', ' '), case when {against} then 'country_unknown' end",
    )
    connection.execute(
        f"insert into {CROWDED} select unnest([left_no, right_no]), '{method}' from ({matched}) where not ({few})"
    )


_SHARED_DOMAINS = (
    "select l.party_no as left_no, r.party_no as right_no, l.domain as domain, l.root as root,"
    " l.holders as l_holders, r.holders as r_holders"
    f" from {DOMAINS} as l join {DOMAINS} as r on l.domain = r.domain and l.source_no < r.source_no"
)


def _domains(connection: duckdb.DuckDBPyConnection) -> None:
    """A domain that one party of each source has, on names that do not deny it."""
    few = f"holders * other_holders <= {_MANY_PAIRS}"
    pairs = (
        f"with counted as (select domain, source_no, any_value(holders) as holders from {DOMAINS} group by 1, 2),"
        " listed as (select distinct l.domain, l.source_no, r.source_no as other_no from counted as l join counted as r"
        f"  on l.domain = r.domain and l.source_no < r.source_no where l.holders * r.holders <= {_MANY_PAIRS})"
        f" select left_no, right_no, string_agg(distinct domain, ', ' order by domain) as domain,"
        "  bool_or(l_holders = 1 and r_holders = 1) as is_unique"
        f" from ({_SHARED_DOMAINS} join listed on listed.domain = l.domain and listed.source_no = l.source_no"
        "  and listed.other_no = r.source_no) group by 1, 2"
    )
    _insert(
        connection,
        "email_domain",
        pairs,
        f"case when not is_unique then 0.7 when {NAMES} in ('same', 'same_but_generic_words') then 0.98"
        f" when {NAMES} = 'same_but_spelling' then 0.97 when {NAMES} = 'one_contains_the_other' then 0.93"
        " else 0.9 end,"
        f" 'domain ' || domain || ', names: ' || replace({NAMES}, '_', ' '),"
        f" coalesce({CONTRADICTION}, case when not is_unique then 'shared_domain'"
        f" when {NAMES} in ('different', 'unknown', 'one_contains_the_other') then 'different_names' end)",
        # Between two CRM records a doubt is nobody's to settle: neither is a customer.
        f"{_ONE_IS_LEDGER} or (is_unique and {CONTRADICTION} is null)",
    )
    connection.execute(
        f"insert into {CROWDED} with counted as (select domain, source_no, any_value(holders) as holders"
        f" from {DOMAINS} group by 1, 2), crowded as (select l.domain, l.source_no from counted as l join counted as r"
        f" on l.domain = r.domain and l.source_no <> r.source_no where l.holders * r.holders > {_MANY_PAIRS})"
        f" select distinct party_no, 'email_domain' from {DOMAINS} semi join crowded using (domain, source_no)"
    )


def _names_with_domain(connection: duckdb.DuckDBPyConnection) -> None:
    """The name picks one of several that share a domain, such as the companies of a holding."""
    _insert(
        connection,
        "normalised_name",
        "with held as (select party_no, source_no, domain, squashed,"
        "  count(*) over (partition by source_no, domain, squashed) as twins"
        f" from {DOMAINS} join {PARTIES} using (party_no, source_no) where squashed is not null)"
        " select l.party_no as left_no, r.party_no as right_no, min(l.domain) as domain,"
        "  max(l.twins) = 1 and max(r.twins) = 1 as is_unique"
        " from held as l join held as r on l.domain = r.domain and l.squashed = r.squashed"
        "  and l.source_no < r.source_no where l.twins * r.twins <= 25 group by 1, 2",
        f"0.97, 'name and domain ' || domain, coalesce({CONTRADICTION}, case when not is_unique then 'shared_name' end)",
    )


def _names_with_root(connection: duckdb.DuckDBPyConnection) -> None:
    """Name, country and the label of the domain: acme.fr and acme.com, where the label is no echo of the name."""
    _insert(
        connection,
        "normalised_name",
        "with held as (select distinct party_no, source_no, root, squashed from"
        f" {DOMAINS} join {PARTIES} using (party_no, source_no) where squashed is not null),"
        " counted as (select *, count(*) over (partition by source_no, root, squashed) as twins from held)"
        " select l.party_no as left_no, r.party_no as right_no, min(l.root) as root,"
        "  max(l.twins) = 1 and max(r.twins) = 1 as is_unique"
        " from counted as l join counted as r on l.root = r.root and l.squashed = r.squashed"
        "  and l.source_no < r.source_no where l.twins * r.twins <= 25 group by 1, 2",
        f"case when {_ROOT_IS_NEWS} then 0.96 else 0.93 end, 'name, country and domain label ' || root,"
        f" coalesce({CONTRADICTION}, case when not is_unique then 'shared_name'"
        f" when not ({_ROOT_IS_NEWS}) then 'domain_repeats_name' end)",
        "l.country = r.country",
    )


def _names_alone(connection: duckdb.DuckDBPyConnection) -> None:
    """Equal names and nothing else: shown to a person, never linked."""
    counted = (
        "select party_no, source_no, is_ledger, squashed, count(*) over (partition by source_no, squashed) as twins"
        f" from {PARTIES} where squashed is not null"
    )
    matched = (
        f"with counted as ({counted}) select l.party_no as left_no, r.party_no as right_no, l.twins * r.twins as pairs"
        " from counted as l join counted as r on l.squashed = r.squashed and l.source_no < r.source_no"
        " where (l.is_ledger or r.is_ledger)"
    )
    _insert(
        connection,
        "normalised_name",
        f"select * from ({matched}) where pairs <= {_MANY_PAIRS}",
        "case when l.country = r.country then 0.75 else 0.6 end,"
        " case when l.country = r.country then 'name and country' else 'name' end,"
        f" coalesce({CONTRADICTION}, 'name_only')",
    )
    connection.execute(
        f"insert into {CROWDED} with crowded as (select l.squashed, l.source_no from ({counted}) as l"
        f" join ({counted}) as r on l.squashed = r.squashed and l.source_no <> r.source_no"
        f" where l.twins * r.twins > {_MANY_PAIRS} group by 1, 2)"
        f" select distinct party_no, 'name' from {PARTIES} semi join crowded using (squashed, source_no)"
    )
