"""`python -m dashboard.superset`: provisions Superset for a company and serves it on loopback.

Belongs here: options, messages, starting the server. Does not belong here: what is provisioned.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from dashboard.superset.assets import FOLDER
from dashboard.superset.columns import open_publication, reporting_currency
from dashboard.superset.home import (
    CFO,
    ENVIRONMENT,
    Company,
    SupersetError,
    default_configuration,
    passwords_file,
    read_company,
    secret_key,
)

HOST = "127.0.0.1"
_CONFIG = Path(__file__).parent / "superset_config.py"


def main() -> int:
    """Provision, say where it is and how to log in, serve until interrupted."""
    options = _options()
    try:
        company = read_company(options.config or default_configuration())
        if not (options.export or options.provision_only):
            _require_free(options.port)
        prepare(company)
        if options.export:
            return _export(company, options.export)
        outcome = _provision(company, options.restore)
    except SupersetError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    print(outcome, flush=True)
    if options.provision_only:
        return 0
    print(f"Superset: http://{HOST}:{options.port}/  (Ctrl-C ends it)")
    print(f"Log in as '{CFO}' to read; names and passwords: {passwords_file(company.folder)}")
    sys.stdout.flush()
    _serve(options.port)
    return 0


def prepare(company: Company) -> None:
    """Tell Superset, through its environment, whose it is; before it is first imported."""
    connection = open_publication(company.publication)
    try:
        currency = reporting_currency(connection)
    finally:
        connection.close()
    secret_key(company.folder)
    os.environ.update(
        {
            ENVIRONMENT: str(company.folder),
            f"{ENVIRONMENT}_LANGUAGE": company.language,
            f"{ENVIRONMENT}_CURRENCY": currency,
            "SUPERSET_CONFIG_PATH": str(_CONFIG),
            "SUPERSET_HOME": str(company.folder),
            "DO_NOT_TRACK": "1",
            "SCARF_ANALYTICS": "false",
            "FLASK_APP": "superset.app:create_app()",
        }
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboard.superset", description=__doc__)
    parser.add_argument("--config", type=Path, help="The company's encours.toml.")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--provision-only", action="store_true", help="Do not start the server.")
    parser.add_argument(
        "--restore", action="store_true", help="Undo changes by hand to the assets' dashboards."
    )
    parser.add_argument(
        "--export",
        type=Path,
        nargs="?",
        const=FOLDER,
        metavar="FOLDER",
        help="Write the dashboards as they stand in Superset into the assets, and end.",
    )
    return parser.parse_args()


def _provision(company: Company, is_restoring: bool) -> str:
    from dashboard.superset.provision import provision

    outcome = provision(company, is_restoring)
    if not outcome.imported:
        return f"Nothing to change: {outcome.standing} assets stand."
    return f"{len(outcome.imported)} assets imported, {outcome.standing} stood."


def _export(company: Company, folder: Path) -> int:
    from dashboard.superset.exporting import export

    for line in export(company, folder) or ["Nothing to export: the assets stand as they are."]:
        print(line)
    return 0


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SupersetError(f"Port {port} is taken. Choose another with --port.") from error


def _serve(port: int) -> None:
    # In place of this process, so that Ctrl-C and signals reach the server itself.
    # One process: DuckDB and the metadata's SQLite are read by its threads.
    os.execv(  # noqa: S606 - no shell
        sys.executable,
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            f"{HOST}:{port}",
            "--workers",
            "1",
            "--threads",
            "8",
            "--timeout",
            "120",
            "--log-level",
            "warning",
            "superset.app:create_app()",
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
