"""HubSpot as a source of the pipeline: its API as configured, and its companies as parties.

Belongs here: how the vendor is asked, who may be a customer. Does not belong here: its objects
(`objects`), its settings (`settings`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from connectors.hubspot.objects import ENGAGEMENTS, objects_of
from connectors.hubspot.settings import HubspotSource
from connectors.meanings import with_meanings
from connectors.rest import Api, Retries, build_api_source
from connectors.rest.landing import latest_rows
from connectors.source import Source

NAME = "hubspot"
# Lists are read whole; nothing in HubSpot is older.
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def api_of(settings: HubspotSource, retries: Retries | None = None) -> Api:
    """The API as configured.

    Args:
        settings: The settings.
        retries: How patient to be; the shared default where None.
    """
    return Api(
        source=NAME,
        base_url=settings.base_url,
        key_env=settings.token_env,
        authorise=lambda token: {"Authorization": f"Bearer {token}"},
        first_moment=_BEGINNING,
        retries=retries or Retries(),
    )


def build_source(settings: HubspotSource, folder: Path, retries: Retries | None = None) -> Source:
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
        staged=ENGAGEMENTS,
    )
    return with_meanings(source, settings.meanings)


def parties_sql(settings: HubspotSource) -> str:
    """`Source.parties`: one row a living company.

    Args:
        settings: Names the properties that hold numbers and foreign ids.
    """
    domains = "string_split(concat_ws(';', {}, {}), ';')".format(
        _property("domain"), _property("hs_additional_domains")
    )
    ids = ", ".join(
        _property(name)
        for name in (settings.customer_id_property, settings.stripe_id_property)
        if name
    )
    return (
        "select 'hubspot-' || object_id as party_id,"
        f" {_property('name')} as party_name,"
        f" list_sort(list_distinct(list_filter(list_transform({domains},"
        " lambda domain: lower(trim(domain))), lambda domain: domain <> ''))) as email_domains,"
        f" {_property(settings.vat_number_property)} as vat_number,"
        f" {_property(settings.company_number_property)} as company_number,"
        f" coalesce(upper({_property('hs_country_code')}), (select meaning from raw_hubspot._meanings"
        f" where rule = 'country' and value = lower({_property('country')})),"
        f" case when length({_property('country')}) = 2 then upper({_property('country')}) end) as country,"
        f" list_filter(cast([{ids}] as varchar[]), lambda id: id is not null) as external_ids"
        f" from ({latest_rows('raw_hubspot.companies')}) where not _is_deleted"
    )


def _property(name: str | None) -> str:
    if name is None:
        return "cast(null as varchar)"
    return f"nullif(trim(json_extract_string(payload, '$.properties.{name}')), '')"
