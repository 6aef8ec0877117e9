"""What Superset keeps for a company is readable by its owner only, and made once."""

import re
import stat
from pathlib import Path

import pytest

from dashboard.superset.home import (
    ADMIN,
    CFO,
    SupersetError,
    passwords,
    passwords_file,
    read_company,
    secret_key,
)
from dashboard.superset.roles import PERMISSIONS

ROOT = Path(__file__).parents[3]


def write_company(folder: Path, text: str) -> Path:
    (folder / "published" / "current").mkdir(parents=True, exist_ok=True)
    (folder / "published" / "current" / "publication.duckdb").touch()
    (folder / "encours.toml").write_text(text, encoding="utf-8")
    return folder / "encours.toml"


def test_a_company_is_read_from_its_configuration(tmp_path):
    found = read_company(write_company(tmp_path, '[company]\nname = "Exemple"\nlocale = "fr"\n'))
    assert (found.name, found.language) == ("Exemple", "fr")
    assert found.publication == tmp_path / "published" / "current" / "publication.duckdb"
    assert found.folder == tmp_path / "superset"


def test_a_home_elsewhere_is_followed(tmp_path):
    write_company(tmp_path / "elsewhere", "")
    (tmp_path / "encours.toml").write_text('home = "elsewhere"\n', encoding="utf-8")
    found = read_company(tmp_path / "encours.toml")
    assert found.folder == tmp_path / "elsewhere" / "superset"


def test_what_is_missing_is_said_with_what_to_do(tmp_path):
    with pytest.raises(SupersetError, match=r"encours.toml\. Run `make run` first"):
        read_company(tmp_path / "encours.toml")
    (tmp_path / "encours.toml").write_text("", encoding="utf-8")
    with pytest.raises(SupersetError, match=r"Nothing is published .* Run `make run` first"):
        read_company(tmp_path / "encours.toml")
    with pytest.raises(SupersetError, match="locale 'de' is unknown"):
        read_company(write_company(tmp_path, '[company]\nlocale = "de"\n'))


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path):
    folder = tmp_path / "superset"
    key, made = secret_key(folder), passwords(folder)
    assert (secret_key(folder), passwords(folder)) == (key, made)
    assert len(key) >= 48 and set(made) == {ADMIN, CFO} and made[ADMIN] != made[CFO]
    for path in (folder / "secret_key", passwords_file(folder)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_cfo_writes_nothing_but_the_choice_of_filters_and_the_log():
    may = {(name, where) for name, where in PERMISSIONS if not name.startswith("menu_access")}
    reading = {"can_read", "can_get", "can_csv", "can_recent_activity", "can_language_pack"}
    pages = {("can_dashboard", "Superset"), ("can_view_chart_as_table", "Dashboard")}
    rest = {pair for pair in may if pair[0] not in reading} - pages
    assert rest == {("can_write", "DashboardFilterStateRestApi"), ("can_log", "Superset")}
    assert not {where for _, where in may} & {"SQLLab", "Database", "Query", "User", "Explore"}


def test_the_lock_names_no_index_and_hashes_everything():
    text = (ROOT / "dashboard" / "superset" / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[a-zA-Z0-9].*==.*$", text, re.MULTILINE)
    assert pinned and all(line.rstrip().endswith("\\") for line in pinned)
