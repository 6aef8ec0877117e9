"""Stand-ins for Stripe on this machine: its lists over objects written by hand, by others, or by localstripe."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk_test_do_not_tell"


class Lists:
    """Stripe's lists: newest first, `limit`, `starting_after`, `created[gte]`, `status`, `types[]`.

    Attributes:
        objects: Path below /v1/ to its objects.
        requests: Path and query of every request.
        versions: The `Stripe-Version` header of every request.
    """

    def __init__(self, **objects):
        self.objects = objects
        self.requests = []
        self.versions = set()
        lists = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                lists.requests.append(self.path)
                lists.versions.add(self.headers.get("Stripe-Version"))
                status, body = 401, {"error": {"type": "invalid_request_error"}}
                if self.headers.get("Authorization") == f"Bearer {KEY}":
                    status, body = 200, lists.page(self.path)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def all_of(self, name):
        return self.objects.get(name, [])

    def page(self, path):
        parts = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(parts.query)
        one = {name: values[0] for name, values in query.items()}
        name = parts.path.removeprefix("/v1/")
        items = sorted(self.all_of(name), key=lambda i: (i["created"], i["id"]), reverse=True)
        items = [i for i in items if i["created"] >= int(one.get("created[gte]", 0))]
        if "types[]" in query:
            items = [i for i in items if i["type"] in query["types[]"]]
        if name == "subscriptions" and "status" not in one:
            items = [i for i in items if i["status"] != "canceled"]
        elif one.get("status", "all") != "all":
            items = [i for i in items if i["status"] == one["status"]]
        if "starting_after" in one:
            places = [n for n, i in enumerate(items) if i["id"] == one["starting_after"]]
            items = items[places[0] + 1 :]
        size = min(int(one.get("limit", 10)), 100)
        return {"object": "list", "data": items[:size], "has_more": len(items) > size}


class LocalStripe(Lists):
    """localstripe in a process of its own; its objects as they are, behind the filters it does not have."""

    _START = (
        "import sys; from aiohttp import web; from localstripe.resources import store;"
        "store.dump_to_disk = lambda: None; from localstripe.server import app;"
        "web.run_app(app, host='127.0.0.1', port=int(sys.argv[1]), print=None)"
    )

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-c", self._START, str(self.port)],
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        super().__init__()

    def close(self):
        super().close()
        self.process.terminate()
        self.process.wait()

    def call(self, method, path, **data):
        body = urllib.parse.urlencode(data).encode() if data else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/{path}",
            data=body,
            method=method,
            headers={"Authorization": f"Bearer {KEY}"},
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def post(self, path, **data):
        return self.call("POST", path, **data)

    def all_of(self, name):
        found = []
        while True:
            after = f"&starting_after={found[-1]['id']}" if found else ""
            try:
                page = self.call("GET", f"{name}?limit=100{after}")
            except urllib.error.HTTPError as error:
                assert error.code in (404, 405)
                error.close()
                return []
            found += page["data"]
            if not page["has_more"]:
                return found
