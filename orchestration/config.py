"""The one configuration file of a company: `encours.toml`, read and explained.

Belongs here: reading it, and where things lie in the company's home folder. Does not belong here:
its tables (`config_tables`), the outreach policy (`outreach.policy`), mapping files
(`connectors.files`).
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from orchestration.config_tables import Config

CONFIG_NAME = "encours.toml"


class ConfigError(Exception):
    """A configuration that cannot be used: one line with the place and the remedy."""


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
    def desk(self) -> Path:
        """The desk's file: entries of people, outbox, approvals."""
        return self.home / "desk.sqlite"

    @property
    def inbox(self) -> Path:
        """Folder in which annotated lists, replies and bounces are dropped."""
        return self.home / "inbox"

    @property
    def letters(self) -> Path:
        """Folder of approved letters, ready to print."""
        return self.home / "letters"

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
