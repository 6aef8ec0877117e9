"""What each reason is called, in English and French: "2 support tickets open (other
customers: none)".

Belongs here: the words of every feature that may be shown as a reason, on which side of the norm it
is worse, how far from it is worth a word. Does not belong here: which reason is chosen (reasons.py),
how a figure is written (reason_text.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "days_late", "count", "share", "part", "change", "times", "days", "duration", "flag", "promise",
    "profile", "method",
]  # fmt: skip
Worse = Literal["higher", "lower", "either"]
LANGUAGES = ("en", "fr")

# Differences from the norm that a person would not mention: absolute ones, and factors.
SMALLEST_DIFFERENCE: dict[str, float] = {
    "days_late": 3.0,
    "count": 1.0,
    "share": 0.1,
    "part": 0.1,
    "change": 0.05,
}
SMALLEST_FACTOR: dict[str, float] = {"times": 1.5, "days": 1.25, "duration": 1.5}


@dataclass(frozen=True)
class ReasonWords:
    """How one feature is said.

    Attributes:
        kind: how its value is written, and what difference counts.
        worse: on which side of the norm a reader expects later payment or a departure. Where the
            effect says the opposite, the reason is left out. "either": both can be said.
        english: the sentence, as (none, one, several) for counts; gaps {value} and, for the last
            three invoices, {invoices}.
        french: the same in French.
        none_french: "aucun" or "aucune", by the gender of what is counted.
    """

    kind: Kind
    worse: Worse
    english: tuple[str, ...]
    french: tuple[str, ...]
    none_french: str = "aucun"

    def sentences(self, language: str) -> tuple[str, ...]:
        """Return the sentence, or the three of a count, in "en" or "fr"."""
        return self.english if language == "en" else self.french


WORDS: dict[str, ReasonWords] = {
    # Payment habits.
    "customer_days_late_last3": ReasonWords(
        "days_late", "higher", ("paid {invoices} {value}",), ("a payé {invoices} {value}",)
    ),
    "customer_days_late_mean": ReasonWords(
        "days_late",
        "higher",
        ("has so far paid {value}",),
        ("a payé jusqu'ici {value}",),
    ),
    "cohort_days_late_median": ReasonWords(
        "days_late",
        "higher",
        ("customers of its segment and country usually pay {value}",),
        ("les clients du même segment et du même pays paient d'ordinaire {value}",),
    ),
    "customer_promise_kept_share": ReasonWords(
        "share",
        "lower",
        ("has kept {value} of its promises",),
        ("a tenu {value} de ses promesses",),
    ),
    "payment_method": ReasonWords("method", "either", ("pays by {value}",), ("paie par {value}",)),
    "promise_broken_count_180d": ReasonWords(
        "count",
        "higher",
        (
            "has broken no promise in six months",
            "has broken {value} promise in six months",
            "has broken {value} promises in six months",
        ),
        (
            "a tenu toutes ses promesses depuis six mois",
            "n'a pas tenu {value} promesse depuis six mois",
            "n'a pas tenu {value} promesses depuis six mois",
        ),
        "aucune",
    ),
    # The invoice.
    "amount_to_habit_ratio": ReasonWords(
        "times",
        "higher",
        ("the amount is {value} its usual invoice",),
        ("le montant est de {value} sa facture habituelle",),
    ),
    "invoice_terms_days": ReasonWords(
        "days", "higher", ("payment terms of {value}",), ("un délai de paiement de {value}",)
    ),
    "paid_share": ReasonWords(
        "part",
        "either",
        ("{value} of the invoice is already settled",),
        ("facture déjà réglée à {value}",),
    ),
    "days_to_promised": ReasonWords(
        "promise", "lower", ("payment promised for {value}",), ("paiement promis pour le {value}",)
    ),
    # What the customer owes, and what is in dispute.
    "customer_past_due_count": ReasonWords(
        "count",
        "higher",
        (
            "has no invoice past due",
            "has {value} invoice past due",
            "has {value} invoices past due",
        ),
        ("n'a aucune facture échue", "a {value} facture échue", "a {value} factures échues"),
        "aucune",
    ),
    "past_due_invoice_count": ReasonWords(
        "count",
        "higher",
        (
            "has no invoice past due",
            "has {value} invoice past due",
            "has {value} invoices past due",
        ),
        ("n'a aucune facture échue", "a {value} facture échue", "a {value} factures échues"),
        "aucune",
    ),
    "customer_open_dispute_count": ReasonWords(
        "count",
        "higher",
        ("no open dispute", "{value} open dispute", "{value} open disputes"),
        ("aucun litige en cours", "{value} litige en cours", "{value} litiges en cours"),
    ),
    "customer_dispute_count": ReasonWords(
        "count",
        "higher",
        (
            "has disputed no invoice so far",
            "has disputed {value} invoice so far",
            "has disputed {value} invoices so far",
        ),
        (
            "n'a contesté aucune facture jusqu'ici",
            "a contesté {value} facture jusqu'ici",
            "a contesté {value} factures jusqu'ici",
        ),
        "aucune",
    ),
    "dispute_count_180d": ReasonWords(
        "count",
        "higher",
        (
            "no dispute in six months",
            "{value} dispute in six months",
            "{value} disputes in six months",
        ),
        ("aucun litige en six mois", "{value} litige en six mois", "{value} litiges en six mois"),
    ),
    "customer_credit_count": ReasonWords(
        "count",
        "higher",
        (
            "no invoice credited so far",
            "{value} credit on its invoices so far",
            "{value} credits on its invoices so far",
        ),
        (
            "aucun avoir jusqu'ici",
            "{value} avoir sur ses factures jusqu'ici",
            "{value} avoirs sur ses factures jusqu'ici",
        ),
    ),
    # Support, sales, contacts.
    "customer_open_ticket_count": ReasonWords(
        "count",
        "higher",
        ("no support ticket open", "{value} support ticket open", "{value} support tickets open"),
        (
            "aucun ticket de support ouvert",
            "{value} ticket de support ouvert",
            "{value} tickets de support ouverts",
        ),
    ),
    "ticket_count_90d": ReasonWords(
        "count",
        "higher",
        (
            "no support ticket in three months",
            "{value} support ticket in three months",
            "{value} support tickets in three months",
        ),
        (
            "aucun ticket de support en trois mois",
            "{value} ticket de support en trois mois",
            "{value} tickets de support en trois mois",
        ),
    ),
    "customer_open_opportunity_count": ReasonWords(
        "count",
        "either",
        ("no open negotiation", "{value} open negotiation", "{value} open negotiations"),
        (
            "aucune négociation en cours",
            "{value} négociation en cours",
            "{value} négociations en cours",
        ),
        "aucune",
    ),
    "open_opportunity_count": ReasonWords(
        "count",
        "lower",
        ("no open negotiation", "{value} open negotiation", "{value} open negotiations"),
        (
            "aucune négociation en cours",
            "{value} négociation en cours",
            "{value} négociations en cours",
        ),
        "aucune",
    ),
    "lost_opportunity_count_180d": ReasonWords(
        "count",
        "higher",
        (
            "no offer refused in six months",
            "refused {value} offer in six months",
            "refused {value} offers in six months",
        ),
        (
            "aucune offre refusée en six mois",
            "a refusé {value} offre en six mois",
            "a refusé {value} offres en six mois",
        ),
        "aucune",
    ),
    "customer_contact_count_14d": ReasonWords(
        "count",
        "either",
        (
            "not contacted in the last two weeks",
            "contacted once in the last two weeks",
            "contacted {value} times in the last two weeks",
        ),
        (
            "pas contacté ces deux dernières semaines",
            "contacté une fois ces deux dernières semaines",
            "contacté {value} fois ces deux dernières semaines",
        ),
    ),
    "reminder_count_90d": ReasonWords(
        "count",
        "higher",
        (
            "no reminder in three months",
            "{value} reminder in three months",
            "{value} reminders in three months",
        ),
        (
            "aucune relance en trois mois",
            "{value} relance en trois mois",
            "{value} relances en trois mois",
        ),
        "aucune",
    ),
    # The contract.
    "customer_tenure_days": ReasonWords(
        "duration", "lower", ("a customer for {value}",), ("client depuis {value}",)
    ),
    "mrr_change_90d_rate": ReasonWords(
        "change",
        "lower",
        ("monthly revenue {value} in three months",),
        ("revenu mensuel {value} en trois mois",),
    ),
    "is_price_raised_90d": ReasonWords(
        "flag",
        "higher",
        ("the price was raised in the last three months",),
        ("le prix a été relevé ces trois derniers mois",),
    ),
    "is_price_raised_180d": ReasonWords(
        "flag",
        "higher",
        ("the price was raised in the last six months",),
        ("le prix a été relevé ces six derniers mois",),
    ),
    "is_price_cut_180d": ReasonWords(
        "flag",
        "higher",
        ("pays for less than six months ago",),
        ("paie pour moins qu'il y a six mois",),
    ),
    "days_to_renewal": ReasonWords(
        "days",
        "lower",
        ("its contract is up for renewal in {value}",),
        ("son contrat est à renouveler dans {value}",),
    ),
    "is_subscription_past_due": ReasonWords(
        "flag",
        "higher",
        ("the last automatic payment of its subscription failed",),
        ("le dernier prélèvement de son abonnement a échoué",),
    ),
    # Who the customer is: said by how its segment or country pays.
    "segment": ReasonWords(
        "profile",
        "higher",
        ("customers of segment “{value}” usually pay {late}",),
        ("les clients du segment « {value} » paient d'ordinaire {late}",),
    ),
    "country": ReasonWords(
        "profile",
        "higher",
        ("customers in {value} usually pay {late}",),
        ("les clients de ce pays ({value}) paient d'ordinaire {late}",),
    ),
}

# Method -> (English, French, how it is paid): a reader expects an automatic payment to come earlier and
# a cheque later; a transfer says nothing.
METHODS: dict[str, tuple[str, str, Worse]] = {
    "direct_debit": ("direct debit", "prélèvement", "lower"),
    "card": ("card", "carte", "lower"),
    "cheque": ("cheque", "chèque", "higher"),
    "check": ("cheque", "chèque", "higher"),
}
