"""The simulated company: a recurring-revenue business as import-contract files, with its truth.

Belongs here: drawing and writing the company. Does not belong here: reading files into the
warehouse, and anything that learns from them.
"""

from connectors.simulator.company import ENTITIES, SimulatedCompany, simulate
from connectors.simulator.spec import SimulationSpec
from connectors.simulator.writing import write_company, write_truth

__all__ = [
    "ENTITIES",
    "SimulatedCompany",
    "SimulationSpec",
    "simulate",
    "write_company",
    "write_truth",
]
