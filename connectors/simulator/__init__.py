"""The simulated company: a recurring-revenue business as import-contract files, with its truth.

Belongs here: drawing and writing the company. Does not belong here: reading files into the
warehouse, and anything that learns from them.
"""

from connectors.simulator.company import SimulatedCompany, simulate
from connectors.simulator.rewind import known_on
from connectors.simulator.spec import SimulationSpec
from connectors.simulator.writing import read_truth, write_company, write_truth

__all__ = [
    "SimulatedCompany",
    "SimulationSpec",
    "known_on",
    "read_truth",
    "simulate",
    "write_company",
    "write_truth",
]
