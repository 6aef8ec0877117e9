"""A mock server that nobody here wrote, from a vendor's own OpenAPI description: Prism, on this machine.

It checks every request against the description (422), wants a key (401) and answers with the
description's examples; it keeps no state. The npm package is installed once into a cache folder outside
the checkout.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

PRISM = "@stoplight/prism-cli@5.14"
DESCRIPTIONS = Path(__file__).parent.parent.parent / "shared" / "data" / "openapi"
# Where the descriptions are, continuous integration must not skip.
IS_REQUIRED = os.environ.get("ENCOURS_REQUIRE_PRISM") == "1"
SECONDS_TO_START = 60


def description(name):
    """A vendor's description; skips where the shared data is absent."""
    path = DESCRIPTIONS / name
    if not path.exists():
        pytest.skip(f"{path} is absent: the vendor's description is not beside the checkout")
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def installed():
    """The command of Prism, installed where absent; skips (or fails in CI) where it cannot be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "encours" / "prism"
    command = cache / "node_modules" / ".bin" / "prism"
    if command.exists():
        return command
    if not shutil.which("npm"):
        return missing("npm is not installed")
    quiet = ["--silent", "--no-fund", "--no-audit"]
    result = subprocess.run(
        ["npm", "install", *quiet, "--prefix", str(cache), PRISM],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return (
        command
        if command.exists()
        else missing(f"npm cannot install {PRISM}: {result.stderr[-200:]}")
    )


def missing(why):
    if IS_REQUIRED:
        pytest.fail(f"Prism is required here: {why}")
    pytest.skip(f"{why}: the contract with the vendor's description is not tested")


def served(node):
    """A part of a description in the form that Prism can serve.

    Examples contradict their own schemas (null bodies, text for integers): without them Prism makes its
    answers from the schemas. Answers of any media type (`*/*`) become JSON, which Prism can write.
    """
    if isinstance(node, dict):
        return {
            "application/json" if key == "*/*" else key: served(value)
            for key, value in node.items()
            if key not in ("example", "examples")
        }
    return [served(each) for each in node] if isinstance(node, list) else node


@contextmanager
def prism(described, folder):
    """Serve a description; gives the base URL. Ends the process it started."""
    file = folder / "description.json"
    file.write_text(json.dumps(served(described), default=str), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(installed()),
        "mock",
        str(file),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--errors",
    ]
    log = folder / "prism.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until_it_listens(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_it_listens(process, port, log):
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"Prism does not start: {log.read_text()[-500:]}")
