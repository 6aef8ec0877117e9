"""A real PostgreSQL server for tests: made in a temporary folder, on loopback, gone at the end.

Belongs here: finding the server program, starting and stopping it. Does not belong here: what is
in the databases (the tests).
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

REQUIRED = "ENCOURS_REQUIRE_POSTGRES"
# The server refuses to run as root; Debian's package makes the first of these users.
SERVER_USERS = ("postgres", "nobody")
MISSING = (
    "no PostgreSQL server program: install Debian's package `postgresql`, or put `initdb` on PATH"
)


@dataclass(frozen=True)
class PostgresServer:
    """A running server.

    Attributes:
        port: Its port on 127.0.0.1.
        password: Password of the superuser `postgres`.
    """

    port: int
    password: str

    def url(self, database: str = "postgres", user: str = "postgres", password: str = "") -> str:
        """SQLAlchemy URL of a database on the server."""
        secret = password or self.password
        return f"postgresql+psycopg2://{user}:{secret}@127.0.0.1:{self.port}/{database}"


def server_programs() -> Path | None:
    """Folder of `initdb` and `pg_ctl`: the one on PATH, else Debian's newest."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    return versions[-1].parent if versions else None


def require_server() -> Path:
    """The folder of the server's programs; skips the test without one, or fails where CI needs it."""
    if programs := server_programs():
        return programs
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server(programs: Path) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder; stop it and remove the folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="encours-postgres-"))
    user = _server_user()
    password = secrets.token_urlsafe(12)
    try:
        (folder / "password").write_text(password, encoding="utf-8")
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        data, port = folder / "data", free_port()
        made = (
            "--username",
            "postgres",
            "--auth",
            "scram-sha-256",
            "--pwfile",
            folder / "password",
        )
        plain = ("--encoding", "UTF8", "--locale", "C", "--no-sync")
        _run([programs / "initdb", "--pgdata", data, *made, *plain], user)
        # Durability of the server is not what is tested: without fsync it starts in a second.
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        )
        log = folder / "log"
        control = [programs / "pg_ctl", "--pgdata", data, "--wait"]
        _run([*control, "--log", log, "--options", options, "start"], user)
        try:
            yield PostgresServer(port, password)
        finally:
            _run([*control, "--mode", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> str | None:
    """The user to run the server as; None for the one who runs the tests."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in SERVER_USERS if name in known)


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with code {done.returncode}")
