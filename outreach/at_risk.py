"""The daily at-risk list as CSV and as a workbook.

Belongs here: columns and headings of the list and of the sheet of holds. Does not belong here:
ranking, reasons, who is on it (dbt); how cells and sheets are drawn (`cells`, `workbook`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from outreach import words
from outreach.cells import Column as Column
from outreach.cells import csv_bytes
from outreach.day import DayRows, Locale, Row
from outreach.workbook import Sheet, workbook_bytes

# How far ahead predictions look, days (`p_unpaid_120d`).
HORIZON_DAYS = 120

_ASSUMED = (
    "The effect of a contact is an assumption of the policy (value.effects), not a measurement.",
    "L'effet d'un contact est une hypothèse de la politique (value.effects), pas une mesure.",
)
_BEYOND = (
    f"Blank: not predicted, or later than the {HORIZON_DAYS} days that predictions look ahead; the "
    "column 'Dates rest on' says which.",
    f"Vide : non prévu, ou au-delà des {HORIZON_DAYS} jours que couvrent les prévisions ; la colonne "
    "« Base de la prévision » précise lequel.",
)
_BASIS = {
    "none": ("not predicted", "non prévu"),
    "beyond": (
        f"{{basis}}: later than {HORIZON_DAYS} days",
        f"{{basis}} : au-delà de {HORIZON_DAYS} jours",
    ),
    "latest": (
        f"{{basis}}; at the latest: over {HORIZON_DAYS} days",
        f"{{basis}} ; au plus tard : plus de {HORIZON_DAYS} jours",
    ),
}


def _assumed(english: str, french: str) -> dict[str, str]:
    return {"note_en": f"{english}\n{_ASSUMED[0]}", "note_fr": f"{french}\n{_ASSUMED[1]}"}


_BEYOND_NOTE = {"note_en": _BEYOND[0], "note_fr": _BEYOND[1]}
_PRIORITY_NOTE = _assumed(
    "Cash accelerated + loss avoided + revenue at stake - churn cost - contact cost. The list is "
    "ranked by it.",
    "Trésorerie accélérée + perte évitée + revenu en jeu - coût de départ - coût du contact. La "
    "liste est classée par cette somme.",
)
_LEGEND_NOTE = {"note_en": words.REASONS_LEGEND["en"], "note_fr": words.REASONS_LEGEND["fr"]}
_NEXT_NOTE = {
    "note_en": "Nobody writes before this date: it comes back as a hold until then.",
    "note_fr": "Personne ne relance avant cette date : elle revient comme retenue jusque-là.",
}

# The annotated list is read back by these headings, in both languages.
ACCOUNT_COLUMNS = (
    Column("rank", "count", "Rank", "Rang", 6),
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("country", "text", "Country", "Pays", 8),
    Column("segment", "text", "Segment", "Segment", 12),
    Column("policy_segment", "text", "Policy segment", "Segment de relance", 14),
    Column("account_owner", "text", "Account owner", "Responsable", 18),
    Column("open_amount_reporting", "money", "Open", "Encours", 14),
    Column("past_due_amount_reporting", "money", "Past due", "Échu", 14),
    Column("oldest_days_past_due", "count", "Oldest, days past due", "Retard max., jours", 11),
    Column("oldest_invoice_number", "text", "Oldest invoice", "Facture la plus ancienne", 16),
    Column(
        "predicted_payment_date", "date", "Payment expected", "Paiement attendu", 12, **_BEYOND_NOTE
    ),
    Column("predicted_p10_date", "date", "At the earliest (10 %)", "Au plus tôt (10 %)", 12),
    Column(
        "predicted_p90_date",
        "date",
        "At the latest (90 %)",
        "Au plus tard (90 %)",
        12,
        **_BEYOND_NOTE,
    ),
    Column("dates_rest_on", "text", "Dates rest on", "Base de la prévision", 40),
    Column("churn_probability", "share", "Churn risk", "Risque de départ", 9),
    Column("mrr_reporting", "money", "MRR at stake", "MRR en jeu", 12),
    Column("priority_amount", "money", "Priority", "Priorité", 12, **_PRIORITY_NOTE),
    Column(
        "cash_accelerated_amount",
        "money",
        "Cash accelerated",
        "Trésorerie accélérée",
        12,
        **_assumed(
            "Cost of the money for the days by which a contact brings payment forward.",
            "Coût de l'argent pendant les jours gagnés par un contact.",
        ),
    ),
    Column(
        "loss_avoided_amount",
        "money",
        "Loss avoided",
        "Perte évitée",
        12,
        **_assumed(
            "Share of the expected loss that a contact avoids.",
            "Part de la perte attendue qu'un contact évite.",
        ),
    ),
    Column(
        "revenue_at_stake_amount",
        "money",
        "Revenue at stake",
        "Revenu en jeu",
        12,
        note_en="Churn risk times the margin of the recurring revenue, over the policy's months.",
        note_fr="Risque de départ multiplié par la marge du revenu récurrent, sur les mois de la "
        "politique.",
    ),
    Column(
        "churn_cost_amount",
        "money",
        "Churn cost of the contact",
        "Coût de départ du contact",
        12,
        **_assumed(
            "Margin lost by the risk of leaving that a contact adds in its tone; subtracted.",
            "Marge perdue par le risque de départ qu'ajoute un contact selon son ton ; soustraite.",
        ),
    ),
    Column(
        "contact_cost_amount",
        "money",
        "Cost of contact",
        "Coût du contact",
        12,
        **_assumed(
            "What the contact costs on its channel; subtracted.",
            "Ce que coûte le contact sur son canal ; soustrait.",
        ),
    ),
    Column("decision", "code", "Today", "Aujourd'hui", 10),
    Column("step", "text", "Step", "Étape", 16),
    Column("channel", "code", "Channel", "Canal", 12),
    Column("tone", "code", "Tone", "Ton", 12),
    Column("hold_reason", "code", "Hold", "Retenue", 22),
    Column("hold_start_date", "date", "Hold since", "Retenue depuis", 12),
    Column("hold_until_date", "date", "Hold until", "Retenue jusqu'au", 12),
    Column("hold_end", "text", "Hold ends", "Fin de la retenue", 28),
    Column("deferred_amount_reporting", "money", "Deferred", "Différé", 12),
    Column("reasons", "reasons", "Why", "Pourquoi", 70, **_LEGEND_NOTE),
    Column("contact_name", "text", "Contact", "Contact", 20),
    Column("contact_email", "text", "E-mail", "E-mail", 28),
    Column("contact_phone", "text", "Phone", "Téléphone", 18),
    Column("promised_date", "blank", "Promised for", "Promis pour le", 13),
    Column(
        "promised_amount",
        "blank",
        "Promised amount",
        "Montant promis",
        13,
        note_en="In the currency of the oldest invoice. Blank: the whole of what is past due.",
        note_fr="Dans la devise de la facture la plus ancienne. Vide : tout l'échu.",
    ),
    Column("is_disputed", "blank", "Disputed? (yes/no)", "Litige ? (oui/non)", 12),
    Column("comment", "blank", "Comment", "Commentaire", 40),
    Column("next_contact_date", "blank", "Next contact", "Prochain contact", 13, **_NEXT_NOTE),
)

HOLD_COLUMNS = (
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("invoice_number", "text", "Invoice", "Facture", 16),
    Column("hold_reason", "code", "Hold", "Retenue", 26),
    Column("source_record_id", "text", "Record", "Pièce", 20),
    Column("hold_start_date", "date", "Since", "Depuis", 12),
    Column("hold_until_date", "date", "Until", "Jusqu'au", 12),
    Column("hold_end", "text", "Ends", "Prend fin", 34),
    Column("review_date", "date", "Review on", "À revoir le", 12),
    Column("deferred_amount_reporting", "money", "Defers", "Diffère", 14),
    Column("is_overridden", "answer", "Overridden", "Levée par décision", 12),
    Column("author", "text", "By", "Par", 18),
    Column("comment", "text", "Comment", "Commentaire", 50),
)


def at_risk_csv(rows: DayRows, locale: Locale) -> bytes:
    """Render the at-risk list as CSV, by rank."""
    return csv_bytes(_account_lines(rows, locale), ACCOUNT_COLUMNS, locale)


def at_risk_xlsx(rows: DayRows, locale: Locale) -> bytes:
    """Render the at-risk list as a workbook: the list, and a second sheet for the holds."""
    titles = ("At risk", "Holds") if locale == "en" else ("À risque", "Retenues")
    holds = [{**hold, "hold_end": _hold_end(hold, locale)} for hold in by_customer(rows.holds)]
    sheets = (
        Sheet(titles[0], _account_lines(rows, locale), ACCOUNT_COLUMNS, frozen_columns=3),
        Sheet(titles[1], holds, HOLD_COLUMNS, frozen_columns=2),
    )
    return workbook_bytes(sheets, rows.as_of_date, locale)


def ranked(accounts: Sequence[Row]) -> list[Row]:
    """Return the accounts by rank."""
    return sorted(accounts, key=lambda row: row["rank"])


def by_customer(holds: Sequence[Row]) -> list[Row]:
    """Return the holds by customer, then reason and record."""
    return sorted(
        holds, key=lambda row: (row["customer_id"], row["hold_reason"], row["source_record_id"])
    )


def holding(holds: Sequence[Row]) -> list[Row]:
    """Return the holds that hold; one that a person overrode stays a row and holds nothing."""
    return [hold for hold in holds if not hold["is_overridden"]]


def _account_lines(rows: DayRows, locale: Locale) -> list[dict[str, Any]]:
    starts: dict[tuple[str, str], dt.date] = {}
    for hold in holding(rows.holds):
        if hold["hold_start_date"] is None:
            continue
        key = (hold["customer_id"], hold["hold_reason"])
        starts[key] = min(starts.get(key, hold["hold_start_date"]), hold["hold_start_date"])
    return [
        {
            **account,
            "hold_start_date": starts.get((account["customer_id"], account["hold_reason"])),
            "hold_end": _hold_end(account, locale),
            "dates_rest_on": _basis(account, locale),
        }
        for account in ranked(rows.accounts)
    ]


def _hold_end(row: Row, locale: Locale) -> str | None:
    if row["hold_reason"] is None or row["hold_until_date"] is not None:
        return None
    return words.word("hold_end", row["hold_reason"], locale)


def _basis(account: Row, locale: Locale) -> str:
    """Say what the dates rest on, and why one is blank."""
    language = 0 if locale == "en" else 1
    if account["prediction_method"] is None:
        return _BASIS["none"][language]
    basis = words.word("prediction_method", account["prediction_method"], locale)
    if account["predicted_payment_date"] is None:
        return _BASIS["beyond"][language].format(basis=basis)
    if account["predicted_p90_date"] is None:
        return _BASIS["latest"][language].format(basis=basis)
    return basis
