"""From the `[sources]` of a configuration to connectors that can be asked.

Belongs here: which connector a table of the configuration means, with absolute paths. Does not
belong here: the tables' shape (`config`, and each connector's settings), reading anything.
"""

from __future__ import annotations

from connectors.fec import build_source as build_fec
from connectors.files import FilesSource
from connectors.files import build_source as build_files
from connectors.hubspot import build_source as build_hubspot
from connectors.identity import IdentitySettings
from connectors.source import Source
from connectors.sql import build_source as build_sql
from connectors.stripe import build_source as build_stripe
from connectors.zendesk import build_source as build_zendesk
from orchestration.config import Company
from orchestration.config_tables import LEDGER_SOURCES


def files_settings(company: Company) -> FilesSource | None:
    """The files connector's settings with absolute paths; None where no files are configured."""
    table = company.config.sources.files
    if table is None:
        return None
    return FilesSource(
        path=company.resolve(table.path),
        mapping=company.resolve(table.mapping) if table.mapping else None,
        form=table.form,
        needs_invoices=not set(company.source_names) & (LEDGER_SOURCES - {"files"}),
    )


def build_sources(company: Company) -> tuple[Source, ...]:
    """The company's sources, in order of precedence. Reads no data and no secret.

    Args:
        company: Whose sources.
    """
    built = []
    sources = company.config.sources
    if files := files_settings(company):
        built.append(build_files(files))
    if sources.sql:
        built.append(build_sql(sources.sql, company.landing))
    if sources.fec:
        path = company.resolve(str(sources.fec.path))
        built.append(build_fec(sources.fec.model_copy(update={"path": path})))
    if sources.stripe:
        built.append(build_stripe(sources.stripe, company.landing))
    if sources.hubspot:
        built.append(build_hubspot(sources.hubspot, company.landing))
    if sources.zendesk:
        built.append(build_zendesk(sources.zendesk, company.landing))
    return tuple(built)


def identity_settings(company: Company) -> IdentitySettings:
    """The settings of identity resolution with absolute paths.

    Args:
        company: Whose.
    """
    settings = company.config.identity
    if settings.overrides is None:
        return settings
    return settings.model_copy(update={"overrides": company.resolve(str(settings.overrides))})
