"""Zendesk Support as a source: organisations, users, tickets with their metrics, breaches of SLAs."""

from connectors.zendesk.settings import ZendeskSource
from connectors.zendesk.source import NAME, build_source

__all__ = ["NAME", "ZendeskSource", "build_source"]
