"""HubSpot as a source: companies, contacts, deals, tickets, calls, e-mails and notes."""

from connectors.hubspot.settings import HubspotSource
from connectors.hubspot.source import NAME, build_source

__all__ = ["NAME", "HubspotSource", "build_source"]
