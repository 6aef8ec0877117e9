"""The pack by command and with the day: where it goes, and what is said where it cannot be made."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import dashboard
from orchestration import emitting
from orchestration.cli import pack as pack_command
from orchestration.cli.main import app
from orchestration.publishing import Publication, PublicationError
from orchestration.stages import StageTimes, listening

MONTH_END = dt.date(2026, 3, 31)


@pytest.fixture
def company(tmp_path):
    named = SimpleNamespace(company=SimpleNamespace(name="Lumière", locale="fr"))
    return SimpleNamespace(
        home=tmp_path, out=tmp_path / "out", published=tmp_path / "published", config=named
    )


def publication(day):
    return Publication(Path("nowhere"), day, True, {})


@pytest.fixture
def drawn(monkeypatch):
    """Write names instead of drawing: drawing has tests of its own."""

    def write(database, day, name, locale, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{target.name} {day} {name} {locale}")
        return target

    monkeypatch.setattr(dashboard, "write_cockpit", write)
    monkeypatch.setattr(dashboard, "write_pack", write)
    monkeypatch.setattr(
        emitting, "write_day", lambda rows, folder, locale, extra: sorted(extra.items())
    )


@pytest.mark.usefixtures("drawn")
def test_the_last_day_of_a_month_is_emitted_with_its_pack(company):
    written = dict(emitting.emit_day(company, publication(MONTH_END), None))
    assert written["month_end_pack.pdf"] == b"month_end_pack.pdf 2026-03-31 Lumi\xc3\xa8re fr"
    other = dict(emitting.emit_day(company, publication(MONTH_END - dt.timedelta(days=1)), None))
    assert set(other) == {"cockpit.html"}


@pytest.mark.usefixtures("drawn")
def test_a_day_that_cannot_have_its_pack_goes_without_and_says_so(company, monkeypatch):
    def refuse(*arguments):
        raise dashboard.PaperError("it needs the Pango library; apt-get install libpango-1.0-0")

    monkeypatch.setattr(dashboard, "write_pack", refuse)
    with listening(StageTimes()) as times:
        written = dict(emitting.emit_day(company, publication(MONTH_END), None))
    assert set(written) == {"cockpit.html"}
    (line,) = times.remarks
    assert line.startswith("No month-end pack was written: it needs the Pango library")
    with pytest.raises(PublicationError, match="No pack can be made on this machine: it needs"):
        monkeypatch.setattr(
            pack_command, "current_publication", lambda folder: publication(MONTH_END)
        )
        pack_command.make_pack(company, None)


@pytest.mark.usefixtures("drawn")
def test_any_published_day_has_a_pack_on_demand(company, monkeypatch):
    day = dt.date(2026, 3, 20)
    monkeypatch.setattr(pack_command, "published_day", lambda folder, asked: publication(asked))
    path = pack_command.make_pack(company, day)
    assert path == company.out / "2026-03-20" / "month_end_pack.pdf"
    assert path.read_text().startswith("month_end_pack.pdf 2026-03-20")


def test_a_day_that_is_not_published_is_named_with_what_to_do(company, monkeypatch):
    with pytest.raises(
        PublicationError, match=r"No day is published yet\. Run `encours run` first"
    ):
        pack_command.make_pack(company, None)
    monkeypatch.setattr(
        pack_command, "published_days", lambda folder: [publication(dt.date(2026, 3, 20))]
    )
    with pytest.raises(PublicationError, match="2026-03-21 is not published; kept are 2026-03-20"):
        pack_command.make_pack(company, dt.date(2026, 3, 21))


def test_the_command_without_a_company_is_wrong_use(tmp_path):
    result = CliRunner().invoke(app, ["pack", "--config", str(tmp_path / "encours.toml")])
    assert result.exit_code == 2
