"""A mapping proposed, read and accepted: how everyday exports become a declared source.

Belongs here: where the proposal is written, the question at the terminal, what
accepting it changes. Does not belong here: what is proposed (`connectors.files.proposal`).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from connectors.errors import SourceError
from connectors.files import FilesSource, load_mapping
from connectors.files.proposal import Proposal, propose
from connectors.files.proposal_text import open_choices
from orchestration.config import Company
from orchestration.sources import files_settings

PROPOSED_NAME = "mapping.proposed.toml"
MAPPING_NAME = "mapping.toml"


def proposed_path(company: Company) -> Path:
    """Where the proposal lies: beside the configuration."""
    return company.config_path.parent / PROPOSED_NAME


def write_proposal(company: Company, files: FilesSource) -> Proposal:
    """Propose a mapping for the company's files and write it beside the configuration.

    Raises:
        SourceError: No file looks like an entity of the contract.
    """
    proposal = propose(files, company.config.company.reporting_currency)
    proposed_path(company).write_text(proposal.text, encoding="utf-8")
    return proposal


def accept_proposal(company: Company) -> Path:
    """Make the proposal, as it now stands in its file, the company's mapping.

    Returns:
        The mapping file.

    Raises:
        SourceError: There is no proposal, it leaves a choice open, or it is no mapping; or a mapping
            is there already.
    """
    proposed, mapping = proposed_path(company), company.config_path.parent / MAPPING_NAME
    if not proposed.exists():
        raise SourceError(f"{proposed} does not exist.", "Run `encours check` to get one.")
    if mapping.exists():
        raise SourceError(f"{mapping} exists.", "Move it away to accept another.")
    if choices := open_choices(proposed.read_text(encoding="utf-8")):
        raise SourceError(
            f"{proposed} leaves a choice open: {choices[0]}", "Remove the # before the right line."
        )
    load_mapping(proposed)
    text = with_mapping(company.config_path.read_text(encoding="utf-8"), MAPPING_NAME)
    proposed.replace(mapping)
    draft = company.config_path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(company.config_path)
    return mapping


def offer_mapping(company: Company, out: Console) -> str | None:
    """Propose a mapping, print it and, at a terminal, ask whether to accept it.

    Returns:
        What is left to do, in one line; empty where it was accepted, None where nothing was proposed.
    """
    files = files_settings(company)
    if files is None or (company.config_path.parent / MAPPING_NAME).exists():
        return None
    try:
        proposal = write_proposal(company, files)
    except SourceError as error:
        out.print(f"· {escape(str(error))}", highlight=False, soft_wrap=True)
        return None
    path = proposed_path(company)
    out.print(escape(proposal.text), highlight=False, soft_wrap=True)
    for choice in proposal.choices:
        out.print(f"? {escape(choice)}", highlight=False, soft_wrap=True)
    if proposal.choices:
        remedy = "Remove the # before the right line there, then"
    elif sys.stdin.isatty():
        if typer.confirm("Accept this mapping?"):
            out.print(f"accepted {accept_proposal(company)}", soft_wrap=True, highlight=False)
            return ""
        remedy = "Correct it there, then"
    else:
        remedy = "Read it, then"
    return (
        f"{files.path} is not in the form of the import contract; {path} proposes how to read it."
        f" {remedy}: encours check --config {company.config_path} --accept"
    )


def with_mapping(text: str, name: str) -> str:
    """The text of an `encours.toml` with `mapping` set under `[sources.files]`, all else untouched.

    Args:
        text: A valid configuration.
        name: The mapping file, relative to the configuration.
    """
    line = f'mapping = "{name}"'
    start = re.search(r"^\[sources\.files\][^\n]*\n", text, re.MULTILINE)
    if start is None:
        raise SourceError(
            "The configuration has no line [sources.files].", f"Add {line} where it is declared."
        )
    following = re.search(r"^\[", text[start.end() :], re.MULTILINE)
    end = start.end() + following.start() if following else len(text)
    section = text[start.end() : end]
    present = re.compile(r"^(# *)?mapping *= *\"[^\"\n]*\"", re.MULTILINE)
    changed, count = present.subn(line, section, count=1)
    return text[: start.end()] + (changed if count else f"{line}\n{section}") + text[end:]
