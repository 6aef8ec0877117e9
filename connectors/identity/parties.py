"""The parties of all sources in temporary tables, in their normal forms.

Belongs here: reading what the sources give, numbering it, bringing it to one spelling. Does not
belong here: comparing two parties.

Tables (temporary): `_identity_parties`, one row a party, numbered by precedence of source and by id;
`_identity_domains`, one row a party and domain that may identify it; `_identity_ids`, one row a party
and id of another system it carries.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from connectors.errors import SourceError
from connectors.identity import normalise
from connectors.identity.numbers import checked_vat, company_key, vat_with_country
from connectors.identity.settings import PartySource
from connectors.validation import quoted

PARTIES = "_identity_parties"
DOMAINS = "_identity_domains"
IDS = "_identity_ids"
_COUNTRIES = "_identity_countries"
_GIVEN = "_identity_given"
_WRITTEN = "_identity_written_domains"
TEMPORARY = (PARTIES, DOMAINS, IDS, _COUNTRIES, _GIVEN, _WRITTEN)
_COLUMNS = {
    "party_id": "varchar",
    "party_name": "varchar",
    "email_domains": "varchar[]",
    "vat_number": "varchar",
    "company_number": "varchar",
    "country": "varchar",
    "external_ids": "varchar[]",
}
# Beyond CLDR's own names, which have neither.
_COUNTRY_ALIASES = {
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "great britain": "GB",
    "usa": "US",
    "us of a": "US",
    "united states of america": "US",
    "etats unis d amerique": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "republic of ireland": "IE",
    "south korea": "KR",
    "russian federation": "RU",
}
_LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")


def read_parties(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[PartySource],
    own_domains: Sequence[str],
) -> None:
    """Fill the temporary tables.

    Args:
        connection: The warehouse.
        sources: The sources in order of precedence.
        own_domains: Domains of the company itself.

    Raises:
        SourceError: A source gives a party without id, or one id twice.
    """
    _read(connection, sources)
    _write_countries(connection)
    _write_parties(connection)
    _write_domains(connection, own_domains)
    connection.execute(
        f"create or replace temp table {IDS} as select distinct given.party_no, trim(external_id) as external_id"
        f" from {_GIVEN} as given, unnest(given.external_ids) as carried(external_id)"
        " where trim(external_id) <> ''"
    )


def _read(connection: duckdb.DuckDBPyConnection, sources: Sequence[PartySource]) -> None:
    columns = ", ".join(f"cast({name} as {type}) as {name}" for name, type in _COLUMNS.items())
    parts = [
        f"select {position} as source_no, {quoted(source.name)} as source, {source.is_ledger} as is_ledger,"
        f" {columns} from ({source.parties_sql}) as parties"
        for position, source in enumerate(sources)
    ]
    connection.execute(
        f"create or replace temp table {_GIVEN} as select"
        " cast(row_number() over (order by source_no, party_id) as integer) as party_no, *"
        f" from ({' union all '.join(parts)}) as given"
    )
    wrong = connection.execute(
        f"select source, party_id, count(*) from {_GIVEN} group by source, party_id"
        " having count(*) > 1 or party_id is null order by source, party_id limit 1"
    ).fetchone()
    if wrong:
        source, party_id, count = wrong
        what = f"has the id '{party_id}' {count} times" if party_id else "holds one without an id"
        raise SourceError(
            f"Identity: the list of parties of source '{source}' {what}.",
            "Give each customer of that source an id of its own.",
        )


def _write_countries(connection: duckdb.DuckDBPyConnection) -> None:
    from babel import Locale
    from babel.core import get_global

    names = dict(_COUNTRY_ALIASES)
    territories = map(str, Locale("en").territories)
    known = {code for code in territories if len(code) == 2 and code.isalpha()}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in known:
                names.setdefault(str(name), str(code))
    for alias, codes in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and codes[0] in known:
            names.setdefault(alias, codes[0])
    names.update((code, code) for code in known)
    connection.execute(
        f"create or replace temp table {_COUNTRIES} as select {normalise.plain_name('written')} as written,"
        " min(code) as code from (select unnest($names) as written, unnest($codes) as code)"
        " group by 1",
        {"names": list(names), "codes": list(names.values())},
    )


def _write_parties(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"create or replace temp table {PARTIES} as"
        f" with spelt as (select country, {normalise.plain_name('country')} as written"
        f"  from (select distinct country from {_GIVEN} where country is not null) as distinct_countries),"
        f" known as (select spelt.country as spelling, code from spelt join {_COUNTRIES} as countries using (written)),"
        " plain as (select given.* exclude (country, email_domains, external_ids), known.code as country,"
        f"  {normalise.plain_name('party_name')} as plain"
        f"  from {_GIVEN} as given left join known on given.country = known.spelling),"
        f" named as (select *, {normalise.core_name('plain')} as core, {normalise.legal_form('plain')} as legal_form,"
        f"  {vat_with_country('vat_number', 'country')} as written_vat from plain),"
        f" numbered as (select *, {checked_vat('written_vat')} as vat from named)"
        " select party_no, source_no, source, is_ledger, party_id, party_name, plain, core,"
        "  string_split(core, ' ') as tokens, replace(core, ' ', '') as squashed, legal_form, country, vat,"
        f"  {company_key('company_number', 'vat', 'country')} as company_key"
        " from numbered order by party_no"
    )


def _write_domains(connection: duckdb.DuckDBPyConnection, own_domains: Sequence[str]) -> None:
    connection.execute(
        f"create or replace temp table {_WRITTEN} as select distinct party_no, {normalise.domain('domain')} as domain"
        f" from {_GIVEN} as given, unnest(given.email_domains) as domains(domain)"
    )
    _read_international(connection)
    labels = normalise.domain_suffix_labels("domain")
    connection.execute(
        f"create or replace temp table {DOMAINS} as"
        f" with counted as (select distinct party_no, domain, {labels} as suffix_labels"
        f"  from {_WRITTEN} where domain is not null)"
        " select counted.party_no, parties.source_no, domain,"
        "  string_split(domain, '.')[-1 - suffix_labels] as root,"
        "  count(*) over (partition by parties.source_no, domain) as holders"
        f" from counted join {PARTIES} as parties using (party_no)"
        " where len(string_split(domain, '.')) > suffix_labels"
        "  and not list_contains($free, domain)"
        "  and not list_bool_or(list_transform($own, lambda own: domain = own or ends_with(domain, '.' || own)))"
        " order by counted.party_no, domain",
        {
            "free": list(normalise.words("free_mail_domains.txt")),
            "own": [own.strip().lower().removeprefix("www.") for own in own_domains] or [""],
        },
    )


def _read_international(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring domains beyond ASCII to one spelling: müller.de and xn--mller-kva.de are one (RFC 3490)."""
    found = connection.execute(
        f"select distinct domain from {_WRITTEN}"
        " where contains(domain, 'xn--') or not regexp_full_match(domain, '[ -~]*')"
    ).fetchall()
    for (written,) in found:
        try:
            domain = written.encode("idna").decode("idna")
        except UnicodeError:
            # Nothing can be delivered there: a typing error, and no evidence.
            domain = None
        connection.execute(f"update {_WRITTEN} set domain = ? where domain = ?", [domain, written])
