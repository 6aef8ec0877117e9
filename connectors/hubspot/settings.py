"""What the configuration says of HubSpot: where, which key, what the company's own values mean.

Belongs here: the validated form of `[sources.hubspot]`, and its meanings for staging. Does not belong
here: requests and objects (`objects`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.meanings import Meaning, alike, countries, meanings

Kind = Literal["new", "expansion", "renewal"]
Category = Literal["billing", "technical", "other"]
Priority = Literal["low", "normal", "high", "urgent"]
Role = Literal["accounts_payable", "executive", "other"]
Engagement = Literal["calls", "emails", "notes"]
# HubSpot's internal names; they become part of a path in SQL.
Property = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,100}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class HubspotSource(BaseModel):
    """The `[sources.hubspot]` table of the configuration.

    Pipelines and stages are named by their id or by their label.

    Attributes:
        token_env: Environment variable that holds the private app's token.
        base_url: Where the API is.
        customer_id_property: Company property that holds the ledger's customer id.
        stripe_id_property: Company property that holds Stripe's customer id.
        vat_number_property: Company property that holds the VAT number.
        company_number_property: Company property that holds the registration number (SIREN).
        segment_property: Company property that holds the customer's segment.
        currency: Currency of deals that name none: the account's own.
        renewal_pipelines: Deal pipelines whose deals are renewals.
        expansion_pipelines: Deal pipelines whose deals are expansions.
        deal_types: What a deal's type stands for in all other pipelines.
        billing_pipelines: Ticket pipelines of billing.
        technical_pipelines: Ticket pipelines of technical support.
        ticket_categories: What a ticket's category stands for in all other pipelines.
        priorities: What a ticket's priority stands for.
        escalated_stages: Ticket stages that are an escalation.
        buying_roles: What a contact's buying role stands for.
        accounts_payable_words: Words that begin a word of an accounts payable job title.
        executive_words: Words that begin a word of an executive's job title.
        collectors: Ids of owners whose calls and outgoing e-mails are collection work.
        engagements: Which engagements are read; e-mails need a scope of their own and may be millions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_env: str = "HUBSPOT_TOKEN"  # noqa: S105
    base_url: str = "https://api.hubapi.com"
    customer_id_property: Property | None = None
    stripe_id_property: Property | None = None
    vat_number_property: Property | None = None
    company_number_property: Property | None = None
    segment_property: Property | None = None
    currency: Currency | None = None
    renewal_pipelines: tuple[str, ...] = ()
    expansion_pipelines: tuple[str, ...] = ()
    deal_types: dict[str, Kind] = {"newbusiness": "new", "existingbusiness": "expansion"}
    billing_pipelines: tuple[str, ...] = ()
    technical_pipelines: tuple[str, ...] = ()
    ticket_categories: dict[str, Category] = {
        "BILLING_ISSUE": "billing",
        "PRODUCT_ISSUE": "technical",
        "FEATURE_REQUEST": "other",
        "GENERAL_INQUIRY": "other",
    }
    priorities: dict[str, Priority] = {
        "LOW": "low",
        "MEDIUM": "normal",
        "HIGH": "high",
        "URGENT": "urgent",
    }
    escalated_stages: tuple[str, ...] = ()
    buying_roles: dict[str, Role] = {
        "BUDGET_HOLDER": "executive",
        "DECISION_MAKER": "executive",
        "EXECUTIVE_SPONSOR": "executive",
    }
    accounts_payable_words: tuple[str, ...] = (
        "accounts payable",
        "accountant",
        "accounting",
        "bookkeep",
        "compta",
        "factur",
        "fournisseurs",
    )
    executive_words: tuple[str, ...] = (
        "ceo",
        "cfo",
        "chief",
        "daf",
        "directeur",
        "directrice",
        "director",
        "founder",
        "gérant",
        "président",
    )
    collectors: tuple[str, ...] = ()
    engagements: tuple[Engagement, ...] = ("calls", "emails", "notes")

    @property
    def company_properties(self) -> tuple[str, ...]:
        """The configured properties of a company, each once."""
        named = (
            self.customer_id_property,
            self.stripe_id_property,
            self.vat_number_property,
            self.company_number_property,
            self.segment_property,
        )
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def meanings(self) -> list[Meaning]:
        """What staging is told."""
        return [
            *countries(),
            *alike("deal_pipeline", self.renewal_pipelines, "renewal"),
            *alike("deal_pipeline", self.expansion_pipelines, "expansion"),
            *meanings("deal_type", self.deal_types),
            *alike("ticket_pipeline", self.billing_pipelines, "billing"),
            *alike("ticket_pipeline", self.technical_pipelines, "technical"),
            *meanings("ticket_category", self.ticket_categories),
            *meanings("ticket_priority", self.priorities),
            *alike("ticket_stage", self.escalated_stages, "escalated"),
            *meanings("buying_role", self.buying_roles),
            *alike("job_word", map(str.lower, self.accounts_payable_words), "accounts_payable"),
            *alike("job_word", map(str.lower, self.executive_words), "executive"),
            *alike("owner", self.collectors, "collector"),
            *alike(
                "property",
                ["segment"] if self.segment_property else [],
                self.segment_property or "",
            ),
            *alike("portal", ["currency"] if self.currency else [], self.currency or ""),
        ]
