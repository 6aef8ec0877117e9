"""A simulated ledger and a model trained on it, shared by the tests of the models."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from simulated_ledgers import AS_OF, Ledger, simulate_ledger

from models_ml.hazard import TimeToPayModel
from models_ml.time_to_pay import train_time_to_pay


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return simulate_ledger(customers=300, months=24)


@pytest.fixture(scope="session")
def hazard(ledger: Ledger) -> TimeToPayModel:
    return train_time_to_pay(ledger.landmarks, ledger.outcomes, AS_OF)
