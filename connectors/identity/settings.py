"""What identity resolution is asked: sources in order of precedence, and how sure is sure.

Belongs here: the shape of settings, inputs and result. Does not belong here: anything that matches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class IdentitySettings(BaseModel):
    """`[identity]`: how parties of several systems become one customer.

    Attributes:
        overrides: CSV file of decisions taken by people; they always win.
        confidence: From which confidence a match is a link; below it, it is doubtful.
        own_domains: The company's own e-mail domains, which say nothing about a customer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    overrides: Path | None = None
    confidence: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    own_domains: tuple[str, ...] = ()


class PartySource(NamedTuple):
    """The parties of one configured source.

    Attributes:
        name: Name of the source.
        is_ledger: Whether its parties owe money; those of a CRM or help desk may be prospects.
        parties_sql: SQL giving party_id, party_name, email_domains varchar[], vat_number,
            company_number, country, external_ids varchar[]; one row a party (`Source.parties`).
    """

    name: str
    is_ledger: bool
    parties_sql: str


@dataclass(frozen=True)
class Resolution:
    """What was resolved, counted; the rows are in schema `identity`.

    Attributes:
        links: Parties with a customer, by source and method.
        doubtful: Candidates for a person to decide, by source and reason.
        unmatched: Parties without customer or candidate, by source and reason.
        notes: What a reader must know about this run, for instance that the linker is absent.
    """

    links: Mapping[tuple[str, str], int] = field(default_factory=dict)
    doubtful: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unmatched: Mapping[tuple[str, str], int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
