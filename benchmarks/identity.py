"""How fast and how right identity resolution is, on a CRM and a ledger whose truth is known.

Usage: `python -m benchmarks.identity [--customers 20000] [--companies 50000] [--seed 1]`.

The two systems are drawn from one population of companies: homonyms, groups and franchises on one domain,
customers reached through their accountant's mailbox, companies trading under another name, other endings of
a domain, typing errors, missing values. A link is right where both records stand for the same company.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from dataclasses import dataclass
from unittest.mock import patch

import duckdb
import pyarrow as pa

from connectors.identity import IdentitySettings, PartySource, linker, resolve

COUNTRIES = ("FR", "FR", "FR", "FR", "FR", "DE", "BE", "ES", "GB", "IT")
ENDINGS = {"FR": "fr", "DE": "de", "BE": "be", "ES": "es", "GB": "co.uk", "IT": "it"}
FORMS = {
    "FR": ("SAS", "SARL", "SA", "S.A.R.L.", "SASU", "EURL"),
    "DE": ("GmbH", "AG", "GmbH & Co. KG"),
    "BE": ("BV", "NV", "SRL"),
    "ES": ("S.L.", "SA"),
    "GB": ("Ltd", "Limited", "PLC"),
    "IT": ("S.r.l.", "SpA"),
}


def names(text: str) -> list[str]:
    return text.split()


SURNAMES = names(
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux David"
    " Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Müller Schmidt Schneider Fischer"
    " Weber Meyer Wagner Becker Schulz Hoffmann García Fernández González Rodríguez López Martínez Rossi Russo Ferrari"
    " Esposito Bianchi Romano Smith Jones Taylor Brown Williams Wilson Johnson Davies Peeters Janssens Maes Jacobs"
)
ACTIVITIES = names(
    "Plomberie Menuiserie Transports Conseil Boulangerie Électricité Bâtiment Logistique Informatique Immobilier"
    " Services Solutions Consulting Logistics Engineering Software Systems Foods Textiles Energy Metal Packaging"
    " Maschinenbau Elektrotechnik Bau Trading Design Media Santé Optique"
)
CITIES = names(
    "Lyon Nice Nantes Paris Lille Brest Berlin Köln Gent Liège Madrid Leeds Torino Milano Nord Sud Est Ouest"
)
SYLLABLES = names(
    "ba be bi bo co da de di do fa fe ga go ka ki la le li lo ma me mi mo na ne no pa po ra re ri ro sa se so"
    " ta te ti to va ve vi vo xa za zo"
)


@dataclass(frozen=True)
class Company:
    """A company as it is."""

    number: int
    name: str
    form: str
    country: str
    domain: str | None
    vat: str | None


def siren(draw: random.Random) -> str:
    digits = [draw.randrange(10) for _ in range(8)]
    doubled = sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits))
    return "".join(map(str, digits)) + str(-doubled % 10)


def vat_of(country: str, draw: random.Random) -> str | None:
    if country == "FR":
        number = siren(draw)
        return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"
    if country in ("DE", "GB"):
        return f"{country}{draw.randrange(10**8, 10**9)}"
    return None


def plain(text: str) -> str:
    table = str.maketrans("éèêëàâäîïôöûüçñíóúáÉ&", "eeeeaaaiioouucniouaE-")
    return "-".join(text.translate(table).lower().split())


def population(count: int, draw: random.Random) -> list[Company]:
    """Companies: two in three with a name of their own, the rest as generic as companies are."""
    companies: list[Company] = []
    taken: set[str] = set()

    def registered(country: str) -> str | None:
        """A VAT number that no other company has."""
        while (number := vat_of(country, draw)) in taken:
            pass
        if number:
            taken.add(number)
        return number

    def found(name: str, country: str, domain: str | None) -> None:
        companies.append(
            Company(
                len(companies),
                name,
                draw.choice(FORMS[country]),
                country,
                domain,
                registered(country),
            )
        )

    def own_domain(name: str, country: str) -> str | None:
        if draw.random() < 0.12:
            return None
        label = plain(name)
        for domain in (
            f"{label}.{ENDINGS[country]}",
            f"{label}.com",
            f"{label.replace('-', '')}.{ENDINGS[country]}",
            f"{label}-{draw.randrange(10**4)}.{ENDINGS[country]}",
        ):
            if domain not in taken:
                taken.add(domain)
                return domain
        return None

    while len(companies) < count:
        country, kind = draw.choice(COUNTRIES), draw.random()
        if kind < 0.65:
            name = "".join(draw.choices(SYLLABLES, k=draw.randint(2, 5))).capitalize()
            if draw.random() < 0.5:
                name += " " + draw.choice(ACTIVITIES)
            found(name, country, own_domain(name, country))
        elif kind < 0.985:
            name = f"{draw.choice(SURNAMES)} {draw.choice(ACTIVITIES)}"
            if draw.random() < 0.5:
                name = f"{draw.choice(SURNAMES)} & {name}"
            found(name, country, own_domain(name, country))
        else:
            # A group or a franchise: one brand, one domain, a company for each place.
            brand = "".join(draw.choices(SYLLABLES, k=3)).capitalize()
            domain = own_domain(brand, country)
            for city in draw.sample(CITIES, draw.randint(2, 8)):
                found(f"{brand} {city}", country, domain)
    return companies[:count]


def mistyped(text: str, draw: random.Random) -> str:
    place = draw.randrange(1, max(2, len(text) - 1))
    change = draw.random()
    if change < 0.4:
        return text[:place] + text[place + 1 :]
    if change < 0.7:
        return text[:place] + text[place] * 2 + text[place + 1 :]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]


def ledger_record(company: Company, accountants: list[Company], draw: random.Random) -> list:
    name = f"{company.name} {company.form}" if draw.random() < 0.8 else company.name
    name = name.upper() if draw.random() < 0.4 else name
    name = mistyped(name, draw) if draw.random() < 0.03 else name
    domains = [company.domain] if company.domain and draw.random() < 0.7 else []
    if draw.random() < 0.02:
        domains.append(draw.choice(accountants).domain)
    if not domains and draw.random() < 0.5:
        domains.append("orange.fr")
    return [
        f"C{company.number:06d}",
        name,
        domains,
        company.vat if draw.random() < 0.4 else None,
        company.country if draw.random() < 0.9 else None,
        [],
    ]


def crm_record(company: Company, number: int, draw: random.Random, is_customer: bool) -> list:
    name = f"{company.name} {company.form}" if draw.random() < 0.3 else company.name
    if draw.random() < 0.04:
        name = "".join(draw.choices(SYLLABLES, k=3)).capitalize()
    name = mistyped(name, draw) if draw.random() < 0.08 else name
    name = name.replace(" & ", " et ") if draw.random() < 0.5 else name
    domain = company.domain if draw.random() < 0.8 else None
    if domain and draw.random() < 0.04:
        domain = domain.split(".")[0] + ".eu"
    return [
        f"hubspot-{number}",
        name,
        [domain] if domain else (["gmail.com"] if draw.random() < 0.3 else []),
        company.vat if draw.random() < 0.12 else None,
        company.country if draw.random() < 0.7 else None,
        [f"C{company.number:06d}"] if is_customer and draw.random() < 0.25 else [],
    ]


def as_table(records: list[list]) -> pa.Table:
    ids, names, domains, vats, countries, external = zip(*records, strict=True)
    texts = pa.list_(pa.string())
    return pa.table(
        {
            "party_id": ids,
            "party_name": names,
            "email_domains": pa.array(domains, texts),
            "vat_number": pa.array(vats, pa.string()),
            "company_number": pa.nulls(len(ids), pa.string()),
            "country": pa.array(countries, pa.string()),
            "external_ids": pa.array(external, texts),
        }
    )


def draw_systems(
    given: argparse.Namespace, connection: duckdb.DuckDBPyConnection
) -> dict[str, str]:
    """Fill tables `ledger` and `crm` from one population.

    Returns:
        The customer that a CRM record is, for those that are one.
    """
    draw = random.Random(given.seed)
    world = population(given.customers + given.companies, draw)
    accountants = [c for c in world[:200] if c.domain]
    draw.shuffle(world)
    customers = world[: given.customers]
    known = [c for c in customers if draw.random() < 0.7]
    twice = [c for c in known if draw.random() < 0.03]
    prospects = world[given.customers :][: given.companies - len(known) - len(twice)]
    crm = [(c, True) for c in (*known, *twice)] + [(c, False) for c in prospects]
    draw.shuffle(crm)
    records = {
        "ledger": [ledger_record(c, accountants, draw) for c in customers],
        "crm": [crm_record(c, i, draw, is_one) for i, (c, is_one) in enumerate(crm)],
    }
    for name, rows in records.items():
        connection.register("drawn", as_table(rows))
        connection.execute(f"create table {name} as from drawn")
        connection.unregister("drawn")
    return {f"hubspot-{i}": f"C{c.number:06d}" for i, (c, is_one) in enumerate(crm) if is_one}


def report(connection: duckdb.DuckDBPyConnection, truth: dict[str, str]) -> None:
    links = connection.execute(
        "select method, party_id, customer_id, evidence from identity.customer_links"
        " where source = 'hubspot' order by all"
    ).fetchall()
    print(f"{'method':16} {'links':>8} {'wrong':>6} {'precision':>10} {'recall':>7}")
    for method in (*dict.fromkeys(row[0] for row in links), "all"):
        found = [row for row in links if method in (row[0], "all")]
        right = sum(truth.get(party) == customer for _, party, customer, _ in found)
        print(
            f"{method:16} {len(found):8,} {len(found) - right:6,} {right / len(found):10.5f}"
            f" {right / len(truth):7.3f}"
        )
    for row in [row for row in links if truth.get(row[1]) != row[2]][:20]:
        print("wrong:", *row)
    shown = connection.execute(
        "select party_id, candidate_customer_id from identity.doubtful where source = 'hubspot'"
    ).fetchall()
    hits = {party for party, customer in shown if truth.get(party) == customer}
    print(
        f"doubtful: {len(shown):,} candidates of {len({party for party, _ in shown}):,} companies;"
        f" for {len(hits):,} the right one is among them"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    connection = duckdb.connect(config={"threads": 2})
    truth = draw_systems(given, connection)
    sources = [
        PartySource("files", True, "select * from ledger"),
        PartySource("hubspot", False, "select * from crm"),
    ]
    begun = time.perf_counter()
    with patch.object(linker, "is_available", return_value=False):
        resolve(connection, sources, IdentitySettings())
    exact_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    resolution = resolve(connection, sources, IdentitySettings())
    seconds = time.perf_counter() - begun
    print(
        f"{given.customers:,} customers, {given.companies:,} CRM companies, {len(truth):,} of them customers"
    )
    report(connection, truth)
    print(f"unmatched {sum(resolution.unmatched.values()):,}; doubts {dict(resolution.doubtful)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"exact methods {exact_seconds:.1f} s, with Splink {seconds:.1f} s, peak {peak:.2f} GB")


if __name__ == "__main__":
    main()
