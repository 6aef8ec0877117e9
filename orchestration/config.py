"""The one configuration file of a company: `encours.toml`, validated, unknown keys refused.

Belongs here: its shape, its defaults, and where things lie in the company's home folder. Does not
belong here: the outreach policy (`outreach.policy`), mapping files (`connectors.files`).
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from connectors.fec import FecSource
from connectors.files import FileForm
from connectors.hubspot import HubspotSource
from connectors.identity import IdentitySettings
from connectors.sql import SqlSource
from connectors.stripe import StripeSource
from connectors.zendesk import ZendeskSource

CONFIG_NAME = "encours.toml"
# Sources whose customers owe money; the others say more about them.
LEDGER_SOURCES = frozenset({"files", "sql", "fec", "stripe"})
Share = Annotated[Decimal, Field(ge=0, le=1)]


class ConfigError(Exception):
    """A configuration that cannot be used: one line with the place and the remedy."""


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
    outreach: OutreachTable = OutreachTable()
    home: str = "."


@dataclass(frozen=True)
class Company:
    """A configuration and the folder it lives in.

    Attributes:
        config: The validated configuration.
        config_path: The file it came from; relative paths in it start from its folder.
        home: The company's home folder, absolute.
    """

    config: Config
    config_path: Path
    home: Path

    @property
    def warehouse(self) -> Path:
        """The DuckDB file of the pipeline; one writer."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Folder of the read-only copies of the marts."""
        return self.home / "published"

    @property
    def models(self) -> Path:
        """Folder of trained models."""
        return self.home / "models"

    @property
    def out(self) -> Path:
        """Folder of emitted days: lists, digest, drafts."""
        return self.home / "out"

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's run history."""
        return self.home / "dagster"

    @property
    def timezone(self) -> ZoneInfo:
        """The company's time zone; the business date is a day in it."""
        return ZoneInfo(self.config.company.timezone)

    def resolve(self, path: str) -> Path:
        """A path of the configuration, absolute: relative ones start from the file's folder."""
        return (self.config_path.parent / Path(path).expanduser()).resolve()

    @property
    def landing(self) -> Path:
        """Folder in which connectors keep what they fetched, and how far they got."""
        return self.home / "landing"

    @property
    def source_names(self) -> tuple[str, ...]:
        """The configured sources, in order of precedence."""
        return self.config.sources.names

    @property
    def policy_path(self) -> Path | None:
        """The configured policy file; None for the default one."""
        policy = self.config.outreach.policy
        return self.resolve(policy) if policy else None


def first_partition(company: Company) -> date:
    """The first business date that can be run."""
    run = company.config.run
    return min(run.first_day, run.as_of_date) if run.as_of_date else run.first_day


def default_config_path() -> Path:
    """`ENCOURS_CONFIG`, else `encours.toml` in `ENCOURS_HOME`, else in `./data`."""
    if named := os.environ.get("ENCOURS_CONFIG"):
        return Path(named)
    return Path(os.environ.get("ENCOURS_HOME", "data")) / CONFIG_NAME


def load_company(path: Path, source_path: Path | None = None) -> Company:
    """Read and validate a configuration file.

    Args:
        path: The `encours.toml`.
        source_path: Takes the place of `[sources.files] path`.

    Raises:
        ConfigError: The file is missing, not TOML, or holds a wrong or unknown key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path} does not exist. Run `encours init` to write one, or `encours simulate` for a company to try."
        ) from None
    except PermissionError:
        raise ConfigError(f"{path} may not be read. Give the user read permission.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Correct that line.") from None
    try:
        config = Config.model_validate(content)
    except ValidationError as error:
        raise ConfigError(_explained(path, error)) from None
    if source_path:
        if config.sources.files is None:
            raise ConfigError(f"{path} has no [sources.files] whose path --source could replace.")
        files = config.sources.files.model_copy(update={"path": str(source_path.resolve())})
        sources = config.sources.model_copy(update={"files": files})
        config = config.model_copy(update={"sources": sources})
    path = path.resolve()
    return Company(config, path, (path.parent / Path(config.home).expanduser()).resolve())


def _explained(path: Path, error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{path}: '{place}' is not a known key. Remove it or correct its spelling."
    if first["type"] == "missing":
        return f"{path}: '{place}' is missing. Add it; `encours init` writes a commented example."
    message = first["msg"].removeprefix("Value error, ")
    return f"{path}: '{place}': {message}. Correct that value."
