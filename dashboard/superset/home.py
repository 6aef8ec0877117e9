"""Where Superset keeps its own things for one company, and what of the company it must know.

Belongs here: paths, the secret key, passwords, reading language and pointer. Does not belong here:
anything that imports Superset, so that a test can read it without that environment.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["en", "fr"]
# How the server process, which Superset configures before any code of ours runs, learns the home.
ENVIRONMENT = "ENCOURS_SUPERSET"
CONFIG_NAME = "encours.toml"
ADMIN, CFO = "admin", "cfo"


class SupersetError(Exception):
    """What stops Superset from starting, and what to do next."""


@dataclass(frozen=True)
class Company:
    """What Superset needs of a company.

    Attributes:
        name: its name, as configured.
        language: language of labels and of Superset itself.
        home: folder with `published/`.
    """

    name: str
    language: Language
    home: Path

    @property
    def publication(self) -> Path:
        """The published file behind the pointer; what it points to changes with each new day."""
        return self.home.absolute() / "published" / "current" / "publication.duckdb"

    @property
    def folder(self) -> Path:
        """The folder of Superset's own metadata."""
        return self.home.absolute() / "superset"


def read_company(configuration: Path) -> Company:
    """Read name, language and home of a company from its configuration.

    Raises:
        SupersetError: there is no configuration, no publication, or the language is unknown.
    """
    if not configuration.is_file():
        raise SupersetError(f"There is no {configuration}. Run `make run` first.")
    settings = tomllib.loads(configuration.read_text(encoding="utf-8"))
    company = settings.get("company", {})
    language = company.get("locale", "en")
    if language not in ("en", "fr"):
        raise SupersetError(f"{configuration}: locale '{language}' is unknown. Use en or fr.")
    home = configuration.parent / settings.get("home", ".")
    found = Company(company.get("name", ""), language, home)
    if not found.publication.is_file():
        raise SupersetError(f"Nothing is published in {home}. Run `make run` first.")
    return found


def default_configuration() -> Path:
    """`ENCOURS_CONFIG`, else `encours.toml` in `ENCOURS_HOME`, else in `./data`."""
    if named := os.environ.get("ENCOURS_CONFIG"):
        return Path(named)
    return Path(os.environ.get("ENCOURS_HOME", "data")) / CONFIG_NAME


def secret_key(folder: Path) -> str:
    """The key that signs sessions and seals stored secrets: made once, readable by its owner only."""
    return _kept(folder / "secret_key", lambda: secrets.token_urlsafe(48))


def passwords(folder: Path) -> dict[str, str]:
    """Passwords of the two users by name, made once; the file is where their owner finds them."""

    def fresh() -> str:
        lines = [f"{name} {secrets.token_urlsafe(15)}" for name in (ADMIN, CFO)]
        return "\n".join(lines)

    lines = _kept(passwords_file(folder), fresh).splitlines()
    return dict(line.split(" ", 1) for line in lines if line.strip())


def passwords_file(folder: Path) -> Path:
    """User names and passwords, one user a line."""
    return folder / "passwords.txt"


def _kept(path: Path, make: Callable[[], str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Created with its mode: between a write and a chmod anybody could read it.
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(make() + "\n")
        draft.replace(path)
    return path.read_text(encoding="utf-8").strip()
