"""The tables of `encours.toml`: shape, defaults, and what each key means.

Belongs here: one class a table, its checks. Does not belong here: reading the file, where things lie
in the company's home (`config`), the outreach policy (`outreach.policy`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.fec import FecSource
from connectors.files import FileForm
from connectors.hubspot import HubspotSource
from connectors.identity import IdentitySettings
from connectors.sql import SqlSource
from connectors.stripe import StripeSource
from connectors.zendesk import ZendeskSource
from orchestration.config_targets import Benchmark, TargetsTable, check_no_benchmark_twice
from orchestration.late_payment import LatePaymentTable
from outreach.delivery.settings import DeliverySettings
from outreach.sender import Sender

# Sources whose customers owe money; the others say more about them.
LEDGER_SOURCES = frozenset({"files", "sql", "fec", "stripe"})
Share = Annotated[Decimal, Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CompanyTable(_Table):
    """`[company]`: who it is and in which currency and language it reports."""

    name: str = Field(min_length=1)
    reporting_currency: str = "EUR"
    locale: Literal["en", "fr"] = "en"
    timezone: str = "Europe/Paris"

    @field_validator("reporting_currency")
    @classmethod
    def _check_currency(cls, code: str) -> str:
        from connectors.validation import known_currencies

        if code not in known_currencies():
            raise ValueError(f"'{code}' is not an ISO 4217 code such as EUR")
        return code

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"'{name}' is not a time zone such as Europe/Paris") from None
        return name


class RunTable(_Table):
    """`[run]`: which day, when, and how much bad data is too much.

    Attributes:
        as_of_date: Fixed business date; absent, the day of the run in the company's time zone.
        first_day: First daily partition.
        schedule_hour: Local hour of the daily schedule.
        max_quarantined_share: Share of an entity's rows above which the day stops.
        max_stale_days: Days without a new invoice or payment after which a warning is given.
    """

    as_of_date: date | None = None
    first_day: date = date(2020, 1, 1)
    schedule_hour: Annotated[int, Field(ge=0, le=23)] = 6
    max_quarantined_share: Share = Decimal("0.01")
    max_stale_days: Annotated[int, Field(ge=1, le=3650)] = 10


class TrainTable(_Table):
    """`[train]`: when challengers are trained, in the company's time zone.

    Attributes:
        weekday: Day of the week.
        hour: Hour of that day; the last day that has run is trained on.
    """

    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "sunday"
    hour: Annotated[int, Field(ge=0, le=23)] = 4


class FilesTable(_Table):
    """`[sources.files]`: a folder of import-contract files, or any files through a mapping."""

    path: str
    mapping: str | None = None
    form: FileForm = FileForm()


class SourcesTable(_Table):
    """`[sources]`: where the data comes from, in order of precedence."""

    files: FilesTable | None = None
    sql: SqlSource | None = None
    fec: FecSource | None = None
    stripe: StripeSource | None = None
    hubspot: HubspotSource | None = None
    zendesk: ZendeskSource | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The configured sources, the most believed first."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _check_ledger(self) -> SourcesTable:
        if not set(self.names) & LEDGER_SOURCES:
            raise ValueError(
                f"no source holds invoices; configure one of {', '.join(sorted(LEDGER_SOURCES))}"
            )
        return self


class Parameters(_Table):
    """`[parameters]`: figures that definitions leave to the company, passed to dbt.

    Attributes:
        aging_days: Upper bounds, inclusive, of the past-due buckets of provision and roll rates.
        promise_grace_days: Days after its date within which a promise still counts as kept.
        promise_tolerance_rate: Share of a promise that must be paid for it to be kept.
        response_days: Days after a first reminder within which a reaction counts as its response.
        leakage_days: Days past due from which an invoice nobody has chased is leakage.
        hourly_cost: Cost of an hour of collection work, reporting currency.
        gross_margin_rate: Gross margin on recurring revenue, for lifetime value.
        ecl_rates: Lifetime loss rates by segment, not due first, one more than `aging_days`; the key
            `default` serves every segment not named. Its default is the provision matrix of
            IFRS 9, illustrative example 12: an example, not the company's own experience.
        training_months: Months of history the models learn from.
    """

    aging_days: Annotated[
        list[Annotated[int, Field(ge=1, le=3650)]], Field(min_length=1, max_length=12)
    ] = [
        30,
        60,
        90,
    ]
    promise_grace_days: Annotated[int, Field(ge=0, le=30)] = 3
    promise_tolerance_rate: Share = Decimal("0.95")
    response_days: Annotated[int, Field(ge=1, le=60)] = 7
    leakage_days: Annotated[int, Field(ge=1, le=365)] = 1
    hourly_cost: Annotated[Decimal, Field(ge=0)] = Decimal("50")
    gross_margin_rate: Share = Decimal("0.75")
    ecl_rates: dict[str, list[Share]] = {
        "default": [Decimal(rate) for rate in ("0.003", "0.016", "0.036", "0.066", "0.106")]
    }
    training_months: Annotated[int, Field(ge=3, le=120)] = 24

    @field_validator("aging_days")
    @classmethod
    def _check_ascending(cls, bounds: list[int]) -> list[int]:
        if bounds != sorted(set(bounds)):
            raise ValueError(f"{bounds} does not rise; write for instance [30, 60, 90]")
        return bounds

    @model_validator(mode="after")
    def _check_ecl_rates(self) -> Parameters:
        if "default" not in self.ecl_rates:
            raise ValueError("ecl_rates needs a line `default` for the segments it does not name")
        wanted = len(self.aging_days) + 2
        for segment, rates in self.ecl_rates.items():
            if len(rates) != wanted:
                raise ValueError(
                    f"ecl_rates.{segment} has {len(rates)} rates and needs {wanted}:"
                    " not due, one for each bound of aging_days, and beyond the last"
                )
        return self


class OutreachTable(_Table):
    """`[outreach]`: the policy file; absent, the default policy."""

    policy: str | None = None


class Config(_Table):
    """A whole `encours.toml`."""

    company: CompanyTable
    run: RunTable = RunTable()
    train: TrainTable = TrainTable()
    sources: SourcesTable
    identity: IdentitySettings = IdentitySettings()
    parameters: Parameters = Parameters()
    targets: TargetsTable = TargetsTable()
    benchmarks: list[Benchmark] = []
    outreach: OutreachTable = OutreachTable()
    late_payment: LatePaymentTable | None = None
    sender: Sender = Sender()
    delivery: DeliverySettings = DeliverySettings()
    home: str = "."

    _check_benchmarks = field_validator("benchmarks")(check_no_benchmark_twice)
