"""Warnings about the data of a day, in the language of who reads its lists."""

import duckdb
import pytest

from connectors.contract import ENTITIES
from orchestration import data_warnings as module
from orchestration.champions import MODELS
from orchestration.data_warnings import data_warnings


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        for name, query in {
            "fct_entity_records": "select 'payments' as entity, 3 as record_count",
            "fct_source_loads": "select 'invoices' as entity, 2 as quarantined",
            "fct_suspense": "select 'write_offs' as entity, 'unknown_invoice' as reason,"
            " 'EUR' as currency, 4 as record_count",
            "fct_identity_unresolved": "select 'hubspot' as source_name, 'x' as party_id,"
            " 'c1' as candidate_customer_id",
            "fct_ledger_differences": "select 'invoices' as entity, 'settled_beyond_invoice' as reason,"
            " 'EUR' as currency, cast(-1234.5 as decimal(18, 2)) as difference_amount",
            "fct_invoice_predictions": "select null as p_unpaid_120d, 'cohort_median' as method",
            "fct_model_drift": "select 'churn' as model, 'tenure_days' as feature, 1.0 as psi,"
            " true as is_severe",
        }.items():
            connection.execute(f"create table marts.{name} as {query}")
        yield connection


def test_french_reader_reads_french(connection):
    lines = data_warnings(connection, "fr")
    assert lines[1] == (
        "Aucune donnée « tickets » : impossible de calculer les retenues pour tickets ouverts."
    )
    assert lines[7:] == [
        "Lignes en quarantaine, laissées de côté : factures 2.",
        "Laissé de côté : passages en perte en EUR, 4 (facture inconnue).",
        "Tiers de hubspot peut-être clients et non rattachés : 1 ; `encours desk identity` en donne la"
        " liste.",
        "En contradiction avec d'autres pièces, mais pris en compte : factures, 1, pour"
        " 1\u202f234,50 EUR (réglé au-delà de la facture).",
        "Factures sans date de paiement attendue : 1. Moins de dix paiements sont connus, trop peu pour"
        " dire quand viendra le prochain.",
        "Le modèle « départ » a appris sur d'autres chiffres que ceux du jour (tenure days) :"
        " relancer l'entraînement.",
    ]


def test_english_reader_reads_english(connection):
    lines = data_warnings(connection)
    assert lines[0] == (
        "No subscription versions: recurring revenue, churn risk and LTV at stake could not be"
        " computed."
    )
    assert lines[8] == "4 write offs in EUR are left out: unknown invoice."
    assert lines[10] == (
        "1 invoices contradict other records by 1,234.50 EUR and count as they stand: settled beyond"
        " invoice."
    )


def test_every_entity_and_model_has_a_french_name():
    assert set(module._ENTITIES_FR) == set(ENTITIES)
    assert set(module._MODELS_FR) == set(MODELS)
