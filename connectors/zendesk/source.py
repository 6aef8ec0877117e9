"""Zendesk as a source of the pipeline: its API as configured, and its organisations as parties.

Belongs here: how the vendor is asked, who may be a customer. Does not belong here: its objects
(`objects`), its settings (`settings`).
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

from connectors.errors import SourceError
from connectors.meanings import with_meanings
from connectors.rest import Api, Retries, build_api_source
from connectors.rest.landing import latest_rows
from connectors.source import Source
from connectors.zendesk.objects import METRIC_EVENTS, objects_of
from connectors.zendesk.settings import ZendeskSource

NAME = "zendesk"


def api_of(settings: ZendeskSource, retries: Retries | None = None) -> Api:
    """The API as configured.

    Args:
        settings: The settings.
        retries: How patient to be; the shared default where None.
    """
    return Api(
        source=NAME,
        base_url=settings.base_url,
        key_env=settings.token_env,
        authorise=_basic(settings.email_env),
        first_moment=datetime.combine(settings.start_date, time(), UTC),
        overlap_days=settings.overlap_days,
        retries=retries or Retries(),
    )


def build_source(settings: ZendeskSource, folder: Path, retries: Retries | None = None) -> Source:
    """The source; nothing is asked yet, and no secret is read.

    Args:
        settings: The settings.
        folder: The company's landing folder.
        retries: How patient to be; the shared default where None.

    Raises:
        SourceError: The base URL is no place to send a token to.
    """
    source = build_api_source(
        api_of(settings, retries),
        objects_of(settings),
        folder,
        parties=parties_sql(settings),
        is_ledger=False,
        staged=(METRIC_EVENTS,),
    )
    return with_meanings(source, settings.meanings)


def _basic(email_env: str) -> Callable[[str], dict[str, str]]:
    def authorise(token: str) -> dict[str, str]:
        email = os.environ.get(email_env, "")
        if not email:
            raise SourceError(
                f"Environment variable {email_env} is not set.",
                "Put the e-mail address of the token's agent into it.",
            )
        return {"Authorization": "Basic " + b64encode(f"{email}/token:{token}".encode()).decode()}

    return authorise


def parties_sql(settings: ZendeskSource) -> str:
    """`Source.parties`: one row a living organisation.

    Args:
        settings: Names the fields that hold numbers and foreign ids.
    """
    country = _field(settings.country_field)
    return (
        "select 'zendesk-' || object_id as party_id,"
        f" {_text('$.name')} as party_name,"
        " coalesce(list_sort(list_distinct(list_transform("
        "from_json(json_extract(payload, '$.domain_names'), '[\"VARCHAR\"]'),"
        " lambda domain: lower(trim(domain))))), []) as email_domains,"
        f" {_field(settings.vat_number_field)} as vat_number,"
        f" {_field(settings.company_number_field)} as company_number,"
        " coalesce((select meaning from raw_zendesk._meanings"
        f" where rule = 'country' and value = lower({country})),"
        f" case when length({country}) = 2 then upper({country}) end) as country,"
        f" list_filter([{_text('$.external_id')}, {_field(settings.customer_id_field)}],"
        " lambda id: id is not null) as external_ids"
        f" from ({latest_rows('raw_zendesk.organizations')}) where not _is_deleted"
    )


def _field(name: str | None) -> str:
    return _text(f"$.organization_fields.{name}") if name else "cast(null as varchar)"


def _text(path: str) -> str:
    return f"nullif(trim(json_extract_string(payload, '{path}')), '')"
