"""Wrong use and bad input: one line with the remedy, an exit code, nothing half-done."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app

INVOICES = "invoice_id,customer_id,invoice_date,currency,gross_amount\n"


def encours(*arguments: object):
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], catch_exceptions=False
    )


@pytest.fixture
def home(tmp_path) -> Path:
    assert encours("init", tmp_path / "home").exit_code == 0
    return tmp_path / "home"


def configure(home: Path, old: str, new: str) -> Path:
    path = home / "encours.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def one_line(result) -> str:
    """The one line that says what went wrong, beside the one that says what readers see."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    lines = [line for line in lines if "Nothing has been published yet." not in line]
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_no_configuration_says_how_to_get_one(tmp_path):
    result = encours("run", "--config", tmp_path / "encours.toml")
    assert result.exit_code == 2
    assert "does not exist. Run `encours init`" in one_line(result)


def test_an_unknown_key_is_refused_by_name(home):
    path = configure(home, "[run]", "[run]\nas_off = 2026-01-31")
    result = encours("run", "--config", path)
    assert result.exit_code == 2
    assert "'run.as_off' is not a known key" in one_line(result)


def test_an_unknown_reporting_currency_is_refused(home):
    result = encours("run", "--config", configure(home, '"EUR"', '"EUX"'))
    assert result.exit_code == 2
    assert "'EUX' is not an ISO 4217 code" in one_line(result)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "invoices.csv is missing. Export it there"),
        ({"invoices": "invoice_id,customer_id\nA,C\n"}, "has no column 'invoice_date'. Add it"),
        ({"invoices": ""}, "has no header row"),
    ],
)
def test_a_source_that_cannot_be_read_stops_check_and_run_with_one_line(home, files, message):
    for name, text in files.items():
        (home / "source" / f"{name}.csv").write_text(text)
    checked = encours("check", "--config", home / "encours.toml")
    assert checked.exit_code == 1
    assert message in " ".join(checked.stdout.split())
    result = encours("run", "--config", home / "encours.toml", "--as-of", "2024-01-31")
    assert result.exit_code == 1
    assert message in one_line(result)
    assert "Nothing has been published yet." in result.stderr
    assert not (home / "published").exists()
    assert not (home / "out").exists()


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("A,C,31/01/2024,EUR,1.00\n", "line 2: invoice_date '31/01/2024': unreadable date."),
        ("A,C,2024-01-31,XXQ,1.00\n", "line 2: currency 'XXQ': unknown currency."),
        ("A,C,2024-01-31,EUR,1.00\nA,C,2024-01-31,EUR,2.00\n", "invoice_id 'A': duplicate id."),
    ],
)
def test_check_names_file_line_column_and_value(home, row, finding):
    (home / "source" / "invoices.csv").write_text(INVOICES + row)
    result = encours("check", "--config", home / "encours.toml")
    assert result.exit_code == 1
    assert finding in " ".join(result.stdout.split())
    assert not (home / "warehouse.duckdb").exists()


def test_a_home_that_may_not_be_written_is_named(home, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    result = encours("run", "--config", home / "encours.toml")
    assert result.exit_code == 1
    assert "may not be written. Give permission" in one_line(result)


def test_a_full_disk_is_named(home, monkeypatch):
    (home / "source" / "invoices.csv").write_text(INVOICES + "A,C,2024-01-31,EUR,1.00\n")

    def full(path, *_, **__):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "touch", full)
    result = encours("run", "--config", home / "encours.toml")
    assert result.exit_code == 1
    assert "No space left on device" in one_line(result)


def test_a_wrong_policy_stops_the_day_with_its_place(home):
    policy = home / "policy.yml"
    policy.write_text(policy.read_text().replace("tone: firm", "tone: rude"))
    checked = encours("check", "--config", home / "encours.toml")
    assert checked.exit_code == 1
    assert "steps[4].tone" in " ".join(checked.stdout.split())


def test_init_and_simulate_overwrite_nothing(home):
    assert encours("init", home).exit_code == 2
    assert encours("simulate", "--folder", home).exit_code == 2
    assert encours("simulate", "--folder", home, "--if-missing").exit_code == 0


def test_an_unknown_format_of_simulation_is_wrong_use(tmp_path):
    assert encours("simulate", "--folder", tmp_path / "x", "--format", "xml").exit_code == 2


@pytest.mark.parametrize(
    ("day", "message"),
    [("2199-01-01", "has not come yet. Choose"), ("2001-01-01", "Set an earlier [run] first_day")],
)
def test_a_day_that_cannot_be_run_is_refused_with_its_remedy(home, day, message):
    result = encours("run", "--config", home / "encours.toml", "--as-of", day)
    assert result.exit_code == 2
    assert message in one_line(result)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[30, 60, 90]", "[60, 30]", "does not rise; write for instance [30, 60, 90]"),
        ("[30, 60, 90]", "[45]", "ecl_rates.default has 5 rates and needs 3"),
        ("default = [", "smb = [", "needs a line `default`"),
        ("0.106]", "1.06]", "less than or equal to 1"),
        ("hourly_cost = 50", "hourly_cost = -1", "greater than or equal to 0"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(home, old, new, message):
    result = encours("run", "--config", configure(home, old, new))
    assert result.exit_code == 2
    assert message in one_line(result)


@pytest.mark.filterwarnings("default")
def test_a_reporting_currency_without_rates_stops_the_day_with_the_remedy(home):
    for path in (Path(__file__).parents[1] / "ledgers" / "small").glob("*.csv"):
        (home / "source").mkdir(exist_ok=True)
        (home / "source" / path.name).write_text(path.read_text())
    result = encours("run", "--config", configure(home, '"EUR"', '"CHF"'), "--as-of", "2024-03-31")
    assert result.exit_code == 1
    assert "have no exchange rate from EUR, GBP to CHF" in result.stderr.replace("\n", " ")
    assert not (home / "published" / "current").exists()
