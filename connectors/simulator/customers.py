"""Who the customers are: country, segment, tenure, terms, name; and the people to write to.

Belongs here: the visible customer master and contacts. Does not belong here: how customers pay
(payers.py) or what they buy (subscriptions.py).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns, words
from connectors.simulator.days import COUNTRIES, NEVER
from connectors.simulator.spec import SimulationSpec, Timeline

CURRENCIES = ("EUR", "USD", "GBP", "CHF")
UNITS_PER_EUR = np.array([1.0, 1.09, 0.86, 0.96])
"""Price list: units of each currency that stand for one euro of list price."""

SEGMENTS = ("small", "mid_market", "enterprise")
LANGUAGES = ("fr", "de", "en", "es")
INDUSTRIES = ("software", "retail", "manufacturing", "health", "logistics", "media", "education")
OWNERS = tuple(f"{name}.{family}" for name, family in zip(
    ("amelie", "bastien", "carla", "david", "estelle", "farid", "gaelle", "hugo"),
    ("renaud", "colin", "weber", "ortiz", "lemaire", "haddad", "pichon", "martel"),
    strict=True,
))  # fmt: skip
VAT_BASIS_POINTS = np.array([2000, 1900, 2000, 0, 810, 2100])
"""Standard VAT by country, in 1/100 of a percent; the United States have none."""

_COUNTRY_SHARES = (0.34, 0.18, 0.16, 0.14, 0.08, 0.10)
_COUNTRY_CURRENCY = np.array([0, 0, 2, 1, 3, 0])
_SEGMENT_SHARES = (0.62, 0.28, 0.10)


@dataclass(frozen=True)
class Customers:
    """One row per customer; codes index the tuples of this module and of days.py.

    Attributes: `created`, `live` (first paid day) and `insolvency` are day numbers; `base_cents` is
    the monthly list price in cents of `currency`.
    """

    country: np.ndarray
    currency: np.ndarray
    language: np.ndarray
    segment: np.ndarray
    industry: np.ndarray
    owner: np.ndarray
    terms_days: np.ndarray
    created: np.ndarray
    live: np.ndarray
    parent: np.ndarray
    base_cents: np.ndarray
    insolvency: np.ndarray

    def __len__(self) -> int:
        return len(self.country)


def draw_customers(spec: SimulationSpec, timeline: Timeline) -> Customers:
    """Draws the customer master; about seven in ten already exist when the history starts."""
    random, count = spec.stream("customers"), spec.customers
    country = random.choice(6, count, p=_COUNTRY_SHARES)
    # One in twelve customers outside the euro is nevertheless billed in euro.
    currency = np.where(random.random(count) < 0.08, 0, _COUNTRY_CURRENCY[country])
    swiss_language = np.where(random.random(count) < 0.45, 0, 1)
    language = np.where(country == 4, swiss_language, np.array([0, 1, 2, 2, 1, 3])[country])
    segment = random.choice(3, count, p=_SEGMENT_SHARES)
    created, live = _draw_tenure(random, spec, timeline)
    list_price = np.array([130.0, 700.0, 3600.0])[segment]
    spread = np.array([0.65, 0.70, 0.95])[segment]
    price = list_price * np.exp(spread * random.standard_normal(count))
    price = np.clip(price, 19, 80_000) * UNITS_PER_EUR[currency]
    is_child = random.random(count) < 0.04
    parent = np.where(is_child, random.integers(0, count, count), -1)
    parent = np.where(is_child[parent] | (parent == np.arange(count)), -1, parent)
    return Customers(
        country=country,
        currency=currency,
        language=language,
        segment=segment,
        industry=random.integers(0, len(INDUSTRIES), count),
        owner=random.integers(0, len(OWNERS), count),
        terms_days=_draw_terms(random, country, segment),
        created=created,
        live=live,
        parent=parent,
        # Price lists end in whole units below 1,000 and in tens above.
        base_cents=np.where(price < 1000, np.rint(price) * 100, np.rint(price / 10) * 1000).astype(
            np.int64
        ),
        insolvency=np.full(count, NEVER),
    )


def _draw_tenure(
    random: np.random.Generator, spec: SimulationSpec, timeline: Timeline
) -> tuple[np.ndarray, np.ndarray]:
    """Day of creation and first paid day; new customers arrive at about 1.1 % a month."""
    count = spec.customers
    is_new = random.random(count) < 1 - np.exp(-0.011 * spec.months)
    # Tenure of the stock: exponential, two years on average, at most eight.
    old_live = timeline.run_in - 1 - np.minimum(random.exponential(730, count), 2900)
    new_live = random.integers(timeline.run_in, timeline.end - 10, count)
    live = np.where(is_new, new_live, old_live).astype(np.int64)
    return live - random.integers(5, 90, count), live


def _draw_terms(
    random: np.random.Generator, country: np.ndarray, segment: np.ndarray
) -> np.ndarray:
    """Payment terms in days: short for small customers, up to 60 (FR, ES) for enterprises."""
    choices = np.array([0, 14, 15, 30, 45, 60])
    shares = np.array(
        [
            [0.10, 0.16, 0.14, 0.55, 0.04, 0.01],
            [0.02, 0.08, 0.08, 0.62, 0.13, 0.07],
            [0.00, 0.02, 0.03, 0.50, 0.22, 0.23],
        ]
    )
    ladder = np.cumsum(shares, axis=1)[segment]
    drawn = choices[(random.random((len(segment), 1)) > ladder).sum(axis=1).clip(0, 5)]
    is_long_outside = (drawn > 30) & np.isin(country, (1, 3, 4)) & (random.random(len(drawn)) < 0.6)
    return np.where(is_long_outside, 30, drawn)


def customer_table(spec: SimulationSpec, customers: Customers) -> pa.Table:
    """The `customers` entity, in the order of customer_id."""
    random, number = spec.stream("customer names"), np.arange(len(customers))
    names, domains = _company_names(random, customers)
    monthly = customers.base_cents
    limit = np.ceil(monthly * 4 / 100_000).astype(np.int64) * 100_000
    recorded = columns.office_seconds(random, customers.created)
    return columns.table(
        {
            "customer_id": columns.identifiers("CUS", number),
            "customer_name": pa.array(names),
            "country": columns.labels(COUNTRIES, customers.country),
            "language": columns.labels(LANGUAGES, customers.language),
            "billing_currency": columns.labels(CURRENCIES, customers.currency),
            "terms_days": columns.whole_numbers(customers.terms_days),
            "segment": columns.labels(SEGMENTS, customers.segment),
            "industry": columns.labels(INDUSTRIES, customers.industry),
            "parent_customer_id": columns.identifiers("CUS", customers.parent),
            "account_owner": columns.labels(OWNERS, customers.owner),
            "credit_limit": columns.money(limit, customers.segment == 0),
            "created_date": columns.dates(customers.created),
            "email_domain": pa.array(domains),
            "postal_address": pa.array(_addresses(spec.stream("customer addresses"), customers)),
            "insolvency_date": columns.dates(customers.insolvency),
            "recorded_at": columns.timestamps(recorded),
        }
    )


def _addresses(random: np.random.Generator, customers: Customers) -> list[str | None]:
    """An invented address for most customers; a CRM never has all of them."""
    numbers, streets = (
        random.integers(1, 180, len(customers)),
        random.integers(0, 4, len(customers)),
    )
    is_known = random.random(len(customers)) < 0.95
    addresses: list[str | None] = []
    for row, code in enumerate(customers.country.tolist()):
        country = COUNTRIES[code]
        street, number = words.STREETS[country][streets[row]], numbers[row]
        line = f"{number} {street}" if country in ("FR", "GB", "US") else f"{street} {number}"
        addresses.append(f"{line}; {words.TOWNS[country]}" if is_known[row] else None)
    return addresses


def _company_names(
    random: np.random.Generator, customers: Customers
) -> tuple[list[str], list[str]]:
    """A name and a mail domain for each customer; a subsidiary bears its parent's name."""
    stems = [""] * len(customers)
    for code, language in enumerate(LANGUAGES):
        members = np.flatnonzero(customers.language == code)
        named = zip(members.tolist(), _stems(random, language, len(members)), strict=True)
        for row, stem in named:
            stems[row] = stem
    domains = [f"{_slug(stem)}.example" for stem in stems]
    names = []
    pairs = zip(customers.country.tolist(), customers.parent.tolist(), strict=True)
    for row, (country, parent) in enumerate(pairs):
        forms = words.LEGAL_FORMS[COUNTRIES[country]]
        stem = stems[row] if parent < 0 else f"{stems[parent]} {words.COUNTRY_NAMES[country]}"
        names.append(f"{stem} {forms[(row + len(stem)) % len(forms)]}")
    return names, domains


def _stems(random: np.random.Generator, language: str, count: int) -> list[str]:
    """Distinct name stems of one language: root and trade, two roots once those are used up."""
    roots, trades = words.ROOTS[language], words.TRADES[language]
    single = [f"{root} {trade}" for root in roots for trade in trades]
    if count <= len(single):
        return [single[index] for index in random.permutation(len(single))[:count]]
    pairs = [
        f"{one}-{two} {trade}" for one in roots for two in roots if one != two for trade in trades
    ]
    pool = single + pairs
    chosen = random.permutation(max(count, len(pool)))[:count]
    # Beyond the pool a number tells namesakes apart.
    return [
        pool[index % len(pool)] + (f" {index // len(pool) + 1}" if index >= len(pool) else "")
        for index in chosen
    ]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")
