"""What a reader of the day's lists must know about the data, in plain words of its language.

Belongs here: which facts of a published day are worth a warning, and its words in English and
French. Does not belong here: rates of late payment (`late_payment_checks`), rendering (`outreach`).
"""

from __future__ import annotations

from typing import Any

import duckdb

from orchestration.warehouse import rows_of
from outreach.day import Locale
from outreach.words import exact_amount

# What an optional entity is needed for; its absence is said, never read as zero.
_NEEDED_FOR = {
    "payments": (
        "what has been paid (every invoice shows as open)",
        "ce qui a été payé (toute facture paraît ouverte)",
    ),
    "subscription_versions": (
        "recurring revenue, churn risk and LTV at stake",
        "le revenu récurrent, le risque de départ et la LTV en jeu",
    ),
    "tickets": ("holds for open support tickets", "les retenues pour tickets ouverts"),
    "opportunities": (
        "holds while sales negotiates",
        "les retenues pendant les négociations commerciales",
    ),
    "disputes": ("holds for disputed invoices", "les retenues pour factures en litige"),
    "promises": (
        "promises to pay and broken promises",
        "les promesses de règlement, tenues ou non",
    ),
    "activities": (
        "last contact and the gap between contacts",
        "le dernier contact et l'intervalle entre contacts",
    ),
    "contacts": (
        "addresses of reminders and opt-outs",
        "les adresses des relances et les désinscriptions",
    ),
}

_ENTITIES_FR = {
    "customers": "clients",
    "contacts": "contacts",
    "invoices": "factures",
    "invoice_due_dates": "échéances de facture",
    "payments": "paiements",
    "payment_allocations": "lettrages de paiement",
    "credit_notes": "avoirs",
    "credit_note_allocations": "lettrages d'avoir",
    "write_offs": "passages en perte",
    "disputes": "litiges",
    "promises": "promesses",
    "activities": "activités",
    "subscription_versions": "versions d'abonnement",
    "opportunities": "opportunités",
    "tickets": "tickets",
    "fx_rates": "cours de change",
}

_REASONS_FR = {
    "missing_exchange_rate": "cours de change absent",
    "unknown_invoice": "facture inconnue",
    "unknown_payment": "paiement inconnu",
    "unknown_credit_note": "avoir inconnu",
    "currency_differs_from_invoice": "devise autre que celle de la facture",
    "customer_not_linked": "client non rattaché",
    "allocated_beyond_payment": "lettré au-delà du paiement",
    "allocated_beyond_credit_note": "lettré au-delà de l'avoir",
    "settled_beyond_invoice": "réglé au-delà de la facture",
    "schedule_differs_from_invoice": "échéancier différent de la facture",
}

_MODELS_FR = {"time_to_pay": "date de paiement", "churn": "départ"}

_SAYS = {
    "missing": (
        "No {entity}: {purpose} could not be computed.",
        "Aucune donnée « {entity} » : impossible de calculer {purpose}.",
    ),
    "quarantine": (
        "Rows in quarantine, left out: {parts}.",
        "Lignes en quarantaine, laissées de côté : {parts}.",
    ),
    "suspense": (
        "{count} {entity} in {currency} are left out: {reason}.",
        "Laissé de côté : {entity} en {currency}, {count} ({reason}).",
    ),
    "unlinked": (
        "{count} parties of {source} may be customers and are not linked: `encours desk identity`"
        " lists them.",
        "Tiers de {source} peut-être clients et non rattachés : {count} ; `encours desk identity` en"
        " donne la liste.",
    ),
    "difference": (
        "{count} {entity} contradict other records by {amount} {currency} and count as they stand:"
        " {reason}.",
        "En contradiction avec d'autres pièces, mais pris en compte : {entity}, {count}, pour {amount}"
        " {currency} ({reason}).",
    ),
    "drift": (
        "The model of {model} was trained on other figures than today's ({features}): train again.",
        "Le modèle « {model} » a appris sur d'autres chiffres que ceux du jour ({features}) :"
        " relancer l'entraînement.",
    ),
    # What stands in for the payment model, and why it had to.
    "customer_median": (
        "{count} invoices are dated by their customer's own habit, with wider intervals: the payment"
        " model has too few paid invoices to learn from, or is no better than the habit.",
        "Factures datées d'après l'habitude de leur client, avec des intervalles plus larges : {count}."
        " Le modèle de paiement a trop peu de factures payées pour apprendre, ou ne fait pas mieux que"
        " l'habitude.",
    ),
    "cohort_median": (
        "{count} invoices are dated by the habit of similar customers, with wider intervals: their"
        " customers have paid fewer than three, and no payment model is in use.",
        "Factures datées d'après l'habitude de clients semblables, avec des intervalles plus larges :"
        " {count}. Leurs clients en ont payé moins de trois, et aucun modèle de paiement n'est en"
        " service.",
    ),
    "nothing": (
        "{count} invoices have no expected payment date: fewer than ten payments are known, too few"
        " to say when the next will come.",
        "Factures sans date de paiement attendue : {count}. Moins de dix paiements sont connus, trop"
        " peu pour dire quand viendra le prochain.",
    ),
}


def missing_sources(connection: duckdb.DuckDBPyConnection, locale: Locale = "en") -> dict[str, str]:
    """Optional entities that no source delivered, with what cannot be done without them."""
    loaded = {
        row["entity"]
        for row in rows_of(
            connection, "select entity from marts.fct_entity_records where record_count > 0"
        )
    }
    language = 0 if locale == "en" else 1
    return {
        entity: purpose[language] for entity, purpose in _NEEDED_FOR.items() if entity not in loaded
    }


def data_warnings(connection: duckdb.DuckDBPyConnection, locale: Locale = "en") -> list[str]:
    """What a reader of the lists must know about the data, in plain words.

    Args:
        connection: The publication, or the warehouse.
        locale: Language of the words.

    Raises:
        KeyError: An entity, reason or model that has no words in the language.
    """
    lines = [
        _say("missing", locale, entity=_entity(entity, locale), purpose=purpose)
        for entity, purpose in missing_sources(connection, locale).items()
    ]
    quarantined = rows_of(
        connection,
        "select entity, quarantined from marts.fct_source_loads where quarantined > 0 order by entity",
    )
    if quarantined:
        parts = ", ".join(
            f"{_entity(row['entity'], locale)} {row['quarantined']}" for row in quarantined
        )
        lines.append(_say("quarantine", locale, parts=parts))
    return [*lines, *_of_records(connection, locale), *_of_models(connection, locale)]


def _of_records(connection: duckdb.DuckDBPyConnection, locale: Locale) -> list[str]:
    """Warnings about records that count otherwise than a reader would think."""
    # A CRM is full of companies that are no customers: only the doubtful ones are worth a warning.
    suspended = rows_of(
        connection,
        "from marts.fct_suspense where reason <> 'customer_not_linked' order by entity, reason, currency",
    )
    doubtful = rows_of(
        connection,
        "select source_name, count(distinct party_id) as parties from marts.fct_identity_unresolved"
        " where candidate_customer_id is not null group by source_name order by source_name",
    )
    differences = rows_of(
        connection,
        "select entity, reason, currency, count(*) as record_count, sum(abs(difference_amount)) as amount"
        " from marts.fct_ledger_differences group by all order by entity, reason, currency",
    )
    return [
        *(_say("suspense", locale, **_record(row, locale)) for row in suspended),
        *(
            _say("unlinked", locale, count=row["parties"], source=row["source_name"])
            for row in doubtful
        ),
        *(
            _say(
                "difference",
                locale,
                **_record(row, locale),
                amount=exact_amount(row["amount"], locale),
            )
            for row in differences
        ),
    ]


def _of_models(connection: duckdb.DuckDBPyConnection, locale: Locale) -> list[str]:
    """Warnings about what predictions rest on."""
    fallbacks = rows_of(
        connection,
        "select if(p_unpaid_120d is null, 'nothing', method) as basis, count(*) as invoices"
        " from marts.fct_invoice_predictions where method <> 'hazard' group by basis order by basis",
    )
    drifted = rows_of(
        connection,
        "select model, string_agg(replace(feature, '_', ' '), ', ' order by psi desc) as features"
        " from marts.fct_model_drift where is_severe group by model order by model",
    )
    return [
        *(_say(row["basis"], locale, count=row["invoices"]) for row in fallbacks),
        *(
            _say(
                "drift",
                locale,
                model=row["model"].replace("_", " ")
                if locale == "en"
                else _MODELS_FR[row["model"]],
                features=row["features"],
            )
            for row in drifted
        ),
    ]


def _record(row: dict[str, Any], locale: Locale) -> dict[str, Any]:
    reason = row["reason"]
    return {
        "count": row["record_count"],
        "entity": _entity(row["entity"], locale),
        "currency": row["currency"],
        "reason": reason.replace("_", " ") if locale == "en" else _REASONS_FR[reason],
    }


def _entity(entity: str, locale: Locale) -> str:
    return entity.replace("_", " ") if locale == "en" else _ENTITIES_FR[entity]


def _say(key: str, locale: Locale, **values: object) -> str:
    return _SAYS[key][0 if locale == "en" else 1].format(**values)
