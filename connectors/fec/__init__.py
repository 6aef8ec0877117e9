"""The French statutory ledger file (FEC) as a source: one file a year, receivables rebuilt from it."""

from connectors.fec.declaration import NAME, FecSource
from connectors.fec.loading import build_source, load_fec
from connectors.fec.report import FecReport, last_report

__all__ = ["NAME", "FecReport", "FecSource", "build_source", "last_report", "load_fec"]
