"""The Stripe connector as configured: settings, key, and who its customers are.

Belongs here: settings and the source made of them. Does not belong here: the objects (`objects`), how they
are read and landed (`connectors.rest`), what they mean (dbt staging).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from connectors.rest import Api, Retries, build_api_source
from connectors.source import Source
from connectors.stripe.objects import stripe_objects
from connectors.validation import quoted

NAME = "stripe"
# The last version in which a charge names its invoice. Stripe serves old versions without end.
API_VERSION = "2025-02-24.acacia"


class StripeSource(BaseModel):
    """`[sources.stripe]`.

    Attributes:
        api_key_env: Environment variable that holds a restricted key.
        base_url: Stripe, or a stand-in on this machine.
        start_date: First day whose invoices, charges, refunds and credit notes are read; what is still
            open from before comes too.
        overlap_days: Days of events that are read again.
        reread_days: Days after its creation in which an object is read again at each load.
        customer_id_key: Metadata key under which a Stripe customer carries its id in another system.
        max_deleted_share: More of the known objects may not be missing from a complete list.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "STRIPE_API_KEY"
    base_url: str = "https://api.stripe.com"
    start_date: date
    overlap_days: Annotated[int, Field(ge=0, le=30)] = 2
    reread_days: Annotated[int, Field(ge=1, le=3650)] = 90
    customer_id_key: Annotated[str, Field(pattern=r"^[\w .-]{1,40}$")] | None = None
    max_deleted_share: Annotated[float, Field(gt=0, le=1)] = 0.5


def build_source(settings: StripeSource, folder: Path, retries: Retries | None = None) -> Source:
    """Stripe as a source of the pipeline.

    Args:
        settings: The configured source.
        folder: The company's landing folder.
        retries: How patient to be; None for the usual patience.

    Raises:
        SourceError: The base_url is neither https nor on this machine.
    """
    api = Api(
        source=NAME,
        base_url=settings.base_url,
        key_env=settings.api_key_env,
        authorise=lambda key: {"Authorization": f"Bearer {key}"},
        first_moment=datetime.combine(settings.start_date, time(), UTC),
        headers={"Stripe-Version": API_VERSION},
        overlap_days=settings.overlap_days,
        max_deleted_share=settings.max_deleted_share,
        retries=retries or Retries(),
    )
    return build_api_source(
        api,
        stripe_objects(settings.reread_days),
        folder,
        parties=parties(settings.customer_id_key),
        is_ledger=True,
    )


def parties(customer_id_key: str | None) -> str:
    """`Source.parties` of Stripe: its customers, deleted ones too, since their invoices stay.

    Args:
        customer_id_key: Metadata key that carries the id of another system.
    """
    external = "cast([] as varchar[])"
    if customer_id_key:
        path = quoted(f'$.metadata."{customer_id_key}"')
        external = f"list_filter([payload->>{path}], lambda id: id <> '')"
    vat = "list_filter(cast(payload->'$.tax_ids.data' as json[]), lambda id: id->>'$.type' like '%vat')"
    return (
        "with latest as (select object_id, payload from raw_stripe.customers where payload is not null"
        " qualify row_number() over (partition by object_id order by _load_id desc, _line desc) = 1)"
        " select object_id as party_id, coalesce(nullif(trim(payload->>'$.name'), ''),"
        " payload->>'$.email', object_id) as party_name,"
        " list_filter([lower(split_part(payload->>'$.email', '@', 2))], lambda domain: domain <> '')"
        " as email_domains,"
        f" {vat}[1]->>'$.value' as vat_number, cast(null as varchar) as company_number,"
        f" payload->>'$.address.country' as country, {external} as external_ids from latest"
    )
