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
from dataclasses import dataclass, replace
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
SURNAMES = (
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux David"
    " Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Müller Schmidt Schneider Fischer"
    " Weber Meyer Wagner Becker Schulz Hoffmann García Fernández González Rodríguez López Martínez Rossi Russo Ferrari"
    " Esposito Bianchi Romano Smith Jones Taylor Brown Williams Wilson Johnson Davies Peeters Janssens Maes Jacobs"
).split()
ACTIVITIES = (
    "Plomberie Menuiserie Transports Conseil Boulangerie Électricité Bâtiment Logistique Informatique Immobilier"
    " Services Solutions Consulting Logistics Engineering Software Systems Foods Textiles Energy Metal Packaging"
    " Maschinenbau Elektrotechnik Bau Trading Design Media Santé Optique"
).split()
CITIES = "Lyon Nice Nantes Paris Lille Brest Berlin Köln Gent Liège Madrid Leeds Torino Milano Nord Sud Est Ouest".split()
SYLLABLES = "ba be bi bo co da de di do fa fe ga go ka ki la le li lo ma me mi mo na ne no pa po ra re ri ro sa se so ta te ti to va ve vi vo xa za zo".split()


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

    def found(name: str, country: str, domain: str | None) -> None:
        companies.append(
            Company(
                len(companies),
                name,
                draw.choice(FORMS[country]),
                country,
                domain,
                vat_of(country, draw),
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    world = population(given.customers + given.companies, draw)
    accountants = [c for c in world[:200] if c.domain]
    draw.shuffle(world)
    customers = world[: given.customers]
    known = [c for c in customers if draw.random() < 0.7]
    twice = [replace(c) for c in known if draw.random() < 0.03]
    prospects = world[given.customers : given.customers + given.companies - len(known) - len(twice)]
    crm = [(c, True) for c in (*known, *twice)] + [(c, False) for c in prospects]
    draw.shuffle(crm)
    connection = duckdb.connect(config={"threads": 2})
    connection.register(
        "ledger", as_table([ledger_record(c, accountants, draw) for c in customers])
    )
    connection.register(
        "crm",
        as_table([crm_record(c, i, draw, is_customer) for i, (c, is_customer) in enumerate(crm)]),
    )
    for name in ("ledger", "crm"):
        connection.execute(f"create table {name}_parties as from {name}")
    sources = [
        PartySource("files", True, "select * from ledger_parties"),
        PartySource("hubspot", False, "select * from crm_parties"),
    ]
    truth = {
        f"hubspot-{i}": f"C{c.number:06d}" for i, (c, is_customer) in enumerate(crm) if is_customer
    }

    with patch.object(linker, "is_available", return_value=False):
        begun = time.perf_counter()
        resolve(connection, sources, IdentitySettings())
        exact_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    resolution = resolve(connection, sources, IdentitySettings())
    seconds = time.perf_counter() - begun

    links = connection.execute(
        "select method, party_id, customer_id, evidence from identity.customer_links where source = 'hubspot'"
    ).fetchall()
    print(
        f"{len(customers):,} customers, {len(crm):,} CRM companies, {len(truth):,} of them customers"
    )
    print(f"{'method':18} {'links':>8} {'wrong':>6} {'precision':>10} {'recall':>8}")
    for method in dict.fromkeys(row[0] for row in sorted(links)):
        found = [row for row in links if row[0] == method]
        wrong = sum(truth.get(party) != customer for _, party, customer, _ in found)
        right = len(found) - wrong
        print(
            f"{method:18} {len(found):8,} {wrong:6,} {right / len(found):10.5f} {right / len(truth):8.3f}"
        )
    wrong = [row for row in links if truth.get(row[1]) != row[2]]
    right = len(links) - len(wrong)
    print(
        f"{'all':18} {len(links):8,} {len(wrong):6,} {right / len(links):10.5f} {right / len(truth):8.3f}"
    )
    shown = connection.execute(
        "select party_id, candidate_customer_id from identity.doubtful where source = 'hubspot'"
    ).fetchall()
    hits = {party for party, customer in shown if truth.get(party) == customer}
    print(
        f"doubtful: {len(shown):,} candidates of {len({p for p, _ in shown}):,} companies, {len(hits):,} of them right"
    )
    print(
        f"unmatched {sum(resolution.unmatched.values()):,}; reasons of doubt {dict(resolution.doubtful)}"
    )
    print(
        f"exact methods {exact_seconds:.1f} s, with Splink {seconds:.1f} s; peak memory"
        f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
    )
    for row in wrong[:20]:
        names = connection.execute(
            "select (select party_name from ledger_parties where party_id = ?), (select party_name from crm_parties where party_id = ?)",
            [row[2], row[1]],
        ).fetchone()
        print("wrong:", row[0], names, row[3])


if __name__ == "__main__":
    main()
