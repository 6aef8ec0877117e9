"""Which heading may mean which column: French and English aliases, for proposals only.

Belongs here: the alias list, the comparison of headings, what kind of values a column needs. Does
not belong here: deciding anything in a run.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from connectors.contract import ENTITIES, Entity

# A file's name says what it holds, in the words of the people who export it.
_NAME_HINTS = {
    "credit_notes": ("avoir", "credit note", "credit memo", "creditnote"),
    "invoices": ("facture", "invoice", "vente", "sales", "creance", "receivable", "ledger"),
    "payments": ("reglement", "paiement", "payment", "encaissement", "receipt", "banque", "cash"),
    "payment_allocations": ("lettrage", "imputation", "allocation", "affectation"),
    "contacts": ("contact", "interlocuteur"),
    "customers": ("client", "customer", "tiers", "debtor", "account"),
    "disputes": ("litige", "dispute", "reclamation"),
    "promises": ("promesse", "promise"),
    "write_offs": ("perte", "irrecouvrable", "write off", "writeoff", "bad debt"),
    "tickets": ("ticket", "support"),
    "subscription_versions": ("abonnement", "subscription", "contrat", "contract"),
    "opportunities": ("opportunite", "opportunit", "deal", "pipeline", "devis"),
    "activities": ("relance", "activit", "reminder", "dunning"),
    "fx_rates": ("cours", "taux", "fx", "exchange rate"),
}


@dataclass(frozen=True)
class Match:
    """A heading that may hold a contract column.

    Attributes:
        column: The contract column.
        heading: The heading as it stands in the file.
        weight: How much it says: 1 where the alias belongs to one entity, less the more share it.
    """

    column: str
    heading: str
    weight: float


def normalised(heading: str) -> str:
    """A heading without case, accents and punctuation, `InvoiceDate` as two words."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-zA-Z])", " ", heading)
    plain = unicodedata.normalize("NFKD", words.lower().replace("°", " ").replace("º", " "))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


@cache
def _aliases() -> dict[tuple[str, str], dict[str, int]]:
    """Rank of each normalised alias by entity and column, the most telling first."""
    aliases: dict[tuple[str, str], dict[str, int]] = {}
    text = (resources.files("connectors.files") / "aliases.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        ranks = aliases.setdefault((row["entity"], row["column"]), {})
        ranks.setdefault(normalised(row["heading"]), len(ranks))
    return aliases


@cache
def _sharing() -> dict[str, int]:
    """How many entities know an alias."""
    entities: dict[str, set[str]] = {}
    for (entity, _), ranks in _aliases().items():
        for alias in ranks:
            entities.setdefault(alias, set()).add(entity)
    return {alias: len(names) for alias, names in entities.items()}


@cache
def known_headings() -> frozenset[str]:
    """Every normalised alias."""
    return frozenset(_sharing())


def aliases_of(entity: str, column: str) -> dict[str, int]:
    """Rank of each normalised alias of a column."""
    return _aliases().get((entity, column), {})


def matches(
    entity: Entity, headings: tuple[str, ...], fits: Callable[[str, str], bool]
) -> dict[str, Match]:
    """Column to heading, each heading once, the best-ranked aliases first.

    Args:
        entity: The entity the columns belong to.
        headings: Headings of the file.
        fits: Whether the values under a heading (second) can be of a column type (first).
    """
    candidates = []
    for column in entity.typed_columns:
        ranks = aliases_of(entity.name, column.name)
        for heading in headings:
            alias = normalised(heading)
            if alias and alias in ranks and fits(column.type, heading):
                # The contract's own name first, then what the entity cannot do without.
                order = (heading != column.name, not column.is_required, ranks[alias])
                candidates.append((order, column.name, heading, alias))
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for _, name, heading, alias in sorted(candidates):
        if name not in found and heading not in taken:
            found[name] = Match(name, heading, 1 / _sharing()[alias])
            taken.add(heading)
    return found


def hinted_entity(file_name: str, sheet: str | None) -> str | None:
    """The entity a file's name (or a sheet's) speaks of; None where it speaks of none."""
    for name in (sheet or "", file_name):
        bare = normalised(name)
        for entity, words in _NAME_HINTS.items():
            if bare.replace(" ", "_") == entity or any(word in bare for word in words):
                return entity if entity in ENTITIES else None
    return None
