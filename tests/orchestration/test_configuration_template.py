"""The commented configuration: what it shows can be switched on as it stands."""

import datetime as dt
import re

import pytest

from orchestration.config import load_company
from orchestration.templates import configuration_text


@pytest.mark.parametrize("table", ["targets", "benchmarks", "sender", "delivery", "late_payment"])
def test_a_commented_table_is_valid_once_its_marks_are_removed(tmp_path, table):
    text = configuration_text("Exemple", "source", dt.date(2024, 1, 1))
    block = re.search(rf"# \[\[?{table}\].*?(?=\n#?\n|\Z)", text, re.DOTALL).group()
    shown = "\n".join(line.removeprefix("# ") for line in block.splitlines())
    path = tmp_path / "encours.toml"
    path.write_text(text.replace(block, shown))
    config = load_company(path).config
    assert getattr(config, table) not in (None, type(config).model_fields[table].default)


def test_as_written_nothing_is_sent_and_nothing_charged(tmp_path):
    path = tmp_path / "encours.toml"
    path.write_text(configuration_text("Exemple", "source", dt.date(2024, 1, 1)))
    config = load_company(path).config
    assert config.delivery.mode == "dry_run"
    assert config.late_payment is None
