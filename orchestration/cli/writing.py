"""The files that `encours init` and `encours simulate` leave behind.

Belongs here: writing a configuration, a policy, a simulated company. Does not belong here: their
content (`orchestration.templates`, `outreach`, `connectors.simulator`).
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from orchestration.config import CONFIG_NAME, ConfigError
from orchestration.templates import configuration_text
from outreach.policy import DEFAULT_POLICY_PATH

SIMULATED_NAME = "Nordlys Software (simulated)"


def write_configuration(folder: Path, name: str) -> list[Path]:
    """Write `encours.toml`, `policy.yml` and an empty `source/`; nothing is overwritten.

    Raises:
        ConfigError: One of the files exists.
    """
    config, policy = folder / CONFIG_NAME, folder / "policy.yml"
    for path in (config, policy):
        if path.exists():
            raise ConfigError(f"{path} exists. Choose another folder, or remove it first.")
    (folder / "source").mkdir(parents=True, exist_ok=True)
    text = configuration_text(name, "source", date(2020, 1, 1))
    config.write_text(text.replace("# policy =", "policy ="), encoding="utf-8")
    shutil.copyfile(DEFAULT_POLICY_PATH, policy)
    return [config, policy]


def write_simulated_company(
    home: Path, customers: int, months: int, seed: int, last_day: date, file_format: str
) -> dict[str, int]:
    """Simulate a company into a home folder; its configuration comes last, when all files are there.

    Returns:
        Rows by entity.
    """
    from connectors.simulator import SimulationSpec, simulate, write_company, write_truth

    company = simulate(
        SimulationSpec(customers=customers, months=months, seed=seed, end_date=last_day)
    )
    write_company(company, home / "source", file_format)
    write_truth(company, home / "truth")
    first_day = last_day - timedelta(days=31 * months)
    text = configuration_text(SIMULATED_NAME, "source", first_day, last_day)
    draft = home / f".{CONFIG_NAME}"
    draft.write_text(text, encoding="utf-8")
    draft.replace(home / CONFIG_NAME)
    return {name: table.num_rows for name, table in company.entities.items()}
