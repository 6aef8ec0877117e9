"""What the configuration says of Zendesk: where, which key, what the company's own tags mean.

Belongs here: the validated form of `[sources.zendesk]`, and its meanings for staging. Does not belong
here: requests and objects (`objects`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from connectors.meanings import Meaning, alike, countries

# Keys of organisation fields; they become part of a path in SQL.
OrganizationField = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,100}$")]


class ZendeskSource(BaseModel):
    """The `[sources.zendesk]` table of the configuration.

    A drop-down field of a ticket adds its value as a tag, so that tags say what a custom field says.

    Attributes:
        base_url: `https://<subdomain>.zendesk.com`.
        email_env: Environment variable that holds the e-mail address the token belongs to.
        token_env: Environment variable that holds the API token.
        start_date: Tickets and users last changed before this day are not read.
        overlap_days: Days before the last known change that every load reads again.
        customer_id_field: Organisation field that holds the ledger's customer id, beside external_id.
        vat_number_field: Organisation field that holds the VAT number.
        company_number_field: Organisation field that holds the registration number (SIREN).
        country_field: Organisation field that holds the country, by code or name.
        segment_field: Organisation field that holds the customer's segment.
        billing_tags: Tags of tickets about billing.
        technical_tags: Tags of tickets about technical support.
        billing_forms: Ids of ticket forms about billing.
        technical_forms: Ids of ticket forms about technical support.
        escalated_tags: Tags of tickets that are escalated.
        reads_sla_breaches: Whether a breach of an SLA is read, as an escalation.
        accounts_payable_tags: Tags of users who pay the bills.
        executive_tags: Tags of users who decide.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    email_env: str = "ZENDESK_EMAIL"
    token_env: str = "ZENDESK_API_TOKEN"  # noqa: S105
    start_date: date = date(2000, 1, 1)
    overlap_days: Annotated[int, Field(ge=0, le=365)] = 2
    customer_id_field: OrganizationField | None = None
    vat_number_field: OrganizationField | None = None
    company_number_field: OrganizationField | None = None
    country_field: OrganizationField | None = None
    segment_field: OrganizationField | None = None
    billing_tags: tuple[str, ...] = ()
    technical_tags: tuple[str, ...] = ()
    billing_forms: tuple[int, ...] = ()
    technical_forms: tuple[int, ...] = ()
    escalated_tags: tuple[str, ...] = ()
    reads_sla_breaches: bool = False
    accounts_payable_tags: tuple[str, ...] = ()
    executive_tags: tuple[str, ...] = ()

    @property
    def organization_fields(self) -> tuple[str, ...]:
        """The configured fields of an organisation, each once."""
        named = (
            self.customer_id_field,
            self.vat_number_field,
            self.company_number_field,
            self.country_field,
            self.segment_field,
        )
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def meanings(self) -> list[Meaning]:
        """What staging is told."""
        fields = {"country": self.country_field, "segment": self.segment_field}
        return [
            *countries(),
            *alike("ticket_tag", self.billing_tags, "billing"),
            *alike("ticket_tag", self.technical_tags, "technical"),
            *alike("ticket_form", map(str, self.billing_forms), "billing"),
            *alike("ticket_form", map(str, self.technical_forms), "technical"),
            *alike("escalation", self.escalated_tags, "tag"),
            *alike("escalation_by", ["sla"] if self.reads_sla_breaches else [], "breach"),
            *alike("escalation_by", ["tags"] if self.escalated_tags else [], "tag"),
            *alike("user_tag", self.accounts_payable_tags, "accounts_payable"),
            *alike("user_tag", self.executive_tags, "executive"),
            *(Meaning("organization_field", what, name) for what, name in fields.items() if name),
        ]
