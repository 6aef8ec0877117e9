"""The first hour with one's own exports: drop, check, accept, and they land."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.checking import examine
from orchestration.cli.main import app
from orchestration.cli.proposing import with_mapping
from orchestration.config import load_company

INVOICES = "N° facture;Code client;Date facture;Date d'échéance;Montant TTC;Réglée le\n"
ROWS = "F1;C1;31/01/2024;01/03/2024;1 234,56;15/02/2024\nF2;C1;05/02/2024;06/03/2024;10,00;\n"


def encours(*arguments: object):
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], catch_exceptions=False
    )


@pytest.fixture
def home(tmp_path) -> Path:
    assert encours("init", tmp_path / "home").exit_code == 0
    (tmp_path / "home" / "source" / "Factures 2024.csv").write_bytes(
        (INVOICES + ROWS).encode("cp1252")
    )
    return tmp_path / "home"


def test_everyday_exports_are_proposed_accepted_and_read(home):
    config = home / "encours.toml"
    before = config.read_text()
    first = encours("check", "--config", config)
    assert first.exit_code == 1
    assert "proposed" in first.output
    assert (home / "mapping.proposed.toml").exists()
    assert config.read_text() == before

    second = encours("check", "--config", config, "--accept")
    assert second.exit_code == 0, second.output
    assert "ready: encours run" in second.output
    assert not (home / "mapping.proposed.toml").exists()
    assert examine(load_company(config)).findings == []


def test_accepting_changes_one_line_of_the_configuration_and_keeps_its_comments(home):
    config = home / "encours.toml"
    before = config.read_text().splitlines()
    encours("check", "--config", config)
    encours("check", "--config", config, "--accept")
    after = config.read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    [(old, new)] = changed
    assert old == f"# {new}"


def test_an_open_choice_is_not_accepted(home):
    (home / "source" / "Factures 2024.csv").write_text(
        "N° facture;Code client;Date facture;Montant TTC\nF1;C1;01/02/2024;1,00\n"
    )
    config = home / "encours.toml"
    encours("check", "--config", config)
    refused = encours("check", "--config", config, "--accept")
    assert refused.exit_code == 1
    assert "leaves a choice open" in refused.stderr
    path = home / "mapping.proposed.toml"
    path.write_text(path.read_text().replace('# date_format = "%d', 'date_format = "%d'))
    accepted = encours("check", "--config", config, "--accept")
    assert "accepted" in accepted.output


def test_accepting_without_a_proposal_says_how_to_get_one(home):
    result = encours("check", "--config", home / "encours.toml", "--accept")
    assert result.exit_code == 1
    assert "Run `encours check` to get one" in result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[sources.files]\npath = "s"\n\n[run]\n',
            '[sources.files]\nmapping = "m.toml"\npath = "s"\n\n[run]\n',
        ),
        (
            '[sources.files] # mine\npath = "s"\nmapping = "old.toml"  # keep\n',
            '[sources.files] # mine\npath = "s"\nmapping = "m.toml"  # keep\n',
        ),
    ],
)
def test_the_configuration_is_edited_in_place(text, expected):
    assert with_mapping(text, "m.toml") == expected
