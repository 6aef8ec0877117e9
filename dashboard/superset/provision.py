"""Provisioning: metadata, roles, users and assets, to the same state however often it runs.

Belongs here: talking to Superset inside its own application. Does not belong here: reading the
assets (`assets.py`), the server (`__main__.py`).

An asset is imported when it differs from what was imported before, or is not there. So a dashboard
changed by hand keeps its change until its asset changes, and importing twice touches no row.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dashboard.superset.assets import Asset, for_company, read_assets
from dashboard.superset.columns import completed, open_publication, reporting_currency
from dashboard.superset.home import ADMIN, CFO, Company, SupersetError, passwords
from dashboard.superset.roles import PERMISSIONS, ROLE

_STATE = "provisioned.json"
_METADATA = {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"}


@dataclass(frozen=True)
class Outcome:
    """What provisioning did.

    Attributes:
        imported: paths of the assets that were new or had changed.
        standing: how many stood as they are.
    """

    imported: tuple[str, ...]
    standing: int


def assets_of(company: Company) -> dict[str, Asset]:
    """Return the assets in a company's words, datasets with the columns of its publication.

    Raises:
        SupersetError: a text has no French, or the publication lacks what a dataset reads.
    """
    connection = open_publication(company.publication)
    try:
        assets = for_company(read_assets(), company, reporting_currency(connection))
        return {
            path: completed(asset, connection) if path.startswith("datasets/") else asset
            for path, asset in assets.items()
        }
    finally:
        connection.close()


def provision(company: Company, is_restoring: bool = False) -> Outcome:
    """Bring Superset's metadata to what the assets say.

    Args:
        company: whose Superset; `superset_config.py` must already point to its folder.
        is_restoring: import every asset, also where it was changed by hand.

    Raises:
        SupersetError: an asset is not valid, or does not fit the publication.
    """
    assets = assets_of(company)
    # Superset configures itself while it is imported.
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        _migrate()
        # Superset's own themes, which it could not write before its tables were there.
        app.sync_config_to_db()
        _add_users(company)
        outcome = _import(company, assets, is_restoring)
        _add_role(assets)
    return outcome


def _migrate() -> None:
    from flask_migrate import upgrade
    from superset import appbuilder, security_manager
    from superset.utils.decorators import transaction

    @transaction()
    def sync() -> None:
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()

    # Alembic switches its own chatter on for everything; what fails here is raised, not logged.
    logging.disable(logging.WARNING)
    upgrade()
    sync()


def _add_users(company: Company) -> None:
    from superset import db, security_manager

    security_manager.add_role(ROLE)
    made = passwords(company.folder)
    for name, role in ((ADMIN, "Admin"), (CFO, ROLE)):
        if security_manager.find_user(username=name) is None:
            found = security_manager.find_role(role)
            security_manager.add_user(
                name, name.upper(), "Encours", f"{name}@localhost", found, made[name]
            )
    db.session.commit()


def _add_role(assets: dict[str, Asset]) -> None:
    """Give the role its permissions, the rows of our datasets, and take away anything else."""
    from superset import db, security_manager
    from superset.connectors.sqla.models import SqlaTable

    role = security_manager.find_role(ROLE)
    ours = [asset["uuid"] for path, asset in assets.items() if path.startswith("datasets/")]
    datasets = db.session.query(SqlaTable).filter(SqlaTable.uuid.in_(ours)).all()
    wanted = [
        *PERMISSIONS,
        *(("datasource_access", dataset.perm) for dataset in datasets),
    ]
    permissions = [security_manager.add_permission_view_menu(*pair) for pair in wanted]
    if {found.id for found in role.permissions} != {found.id for found in permissions}:
        role.permissions = permissions
    db.session.commit()


def _import(company: Company, assets: dict[str, Asset], is_restoring: bool) -> Outcome:
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    state = company.folder / _STATE
    before = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    contents = {path: yaml.safe_dump(asset, sort_keys=False) for path, asset in assets.items()}
    digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in contents.items()}
    changed = {
        path: text
        for path, text in contents.items()
        if is_restoring or before.get(path) != digests[path] or not _stands(path, assets[path])
    }
    if changed:
        contents_to_import = {"metadata.yaml": yaml.safe_dump(_METADATA), **changed}
        command = ImportAssetsCommand(contents_to_import, sparse=True)
        with override_user(security_manager.find_user(username=ADMIN)):
            _explained(command.run)
    _write(state, digests)
    return Outcome(tuple(changed), len(contents) - len(changed))


def _explained(run: Callable[[], None]) -> None:
    from superset.commands.exceptions import CommandInvalidError, ImportFailedError

    try:
        run()
    except CommandInvalidError as error:
        raise SupersetError(f"Assets are not valid: {error.normalized_messages()}.") from error
    except ImportFailedError as error:
        raise SupersetError(f"Assets could not be imported: {error.__cause__ or error}.") from error


def _stands(path: str, asset: Asset) -> bool:
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    models: dict[str, Any] = {
        "databases": Database,
        "datasets": SqlaTable,
        "charts": Slice,
        "dashboards": Dashboard,
    }
    model = models[path.split("/")[0]]
    return bool(db.session.query(model.id).filter_by(uuid=asset["uuid"]).first())


def _write(state: Path, digests: dict[str, str]) -> None:
    draft = state.with_suffix(".draft")
    draft.write_text(json.dumps(digests, indent=1), encoding="utf-8")
    draft.replace(state)
