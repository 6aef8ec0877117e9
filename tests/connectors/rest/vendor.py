"""A vendor's API on this machine that answers rightly, or as wrongly as a test asks.

Lists under `/v1/<object>` page by `after` and `limit`, filter by `since` (unix seconds, inclusive) and
answer `{"data": [...], "next": id or null}`.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "sk_live_do_not_tell"


class Vendor:
    """The server, its items, and `faults`: request number (from 1) to what happens instead.

    A fault is called with the handler and the body of the right answer; it answers itself, or
    returns a body to send.
    """

    def __init__(self):
        self.lists: dict[str, list] = {}
        self.faults: dict[int, object] = {}
        self.every = None
        self.requests: list[str] = []
        self.page_size = 2
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                vendor.answer(self)

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

    def page(self, path):
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        items = self.lists.get(parts.path.removeprefix("/v1/"), [])
        since = int(query.get("since", 0))
        items = [i for i in items if not isinstance(i, dict) or i.get("updated", since) >= since]
        if "after" in query:
            places = [n for n, i in enumerate(items) if str(i["id"]) == query["after"]]
            items = items[places[0] + 1 :] if places else items
        size = int(query.get("limit", self.page_size))
        page, rest = items[:size], items[size:]
        return {"data": page, "next": page[-1]["id"] if rest else None}

    def answer(self, handler):
        self.requests.append(handler.path)
        if handler.headers.get("Authorization") != f"Bearer {KEY}":
            return self.send(handler, {"error": {"key": handler.headers.get("Authorization")}}, 401)
        body = self.page(handler.path)
        fault = self.faults.get(len(self.requests), self.every)
        if fault is not None:
            body = fault(handler, body)
        if body is not None:
            self.send(handler, body)

    @staticmethod
    def send(handler, body, status=200, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)


def status(code, **headers):
    """A fault: an error status with headers."""
    return lambda handler, _: Vendor.send(handler, {"error": "no"}, code, **headers)


def instead(body):
    """A fault: another body with status 200."""
    return lambda _handler, _body: body


def reset(handler, _):
    """A fault: the connection is closed without an answer."""
    handler.close_connection = True
    handler.connection.close()


def half(handler, body):
    """A fault: the announced length, half the body, end of connection."""
    content = json.dumps(body).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def cut(handler, body):
    """A fault: half a body that says nothing about its length."""
    content = json.dumps(body).encode()
    Vendor.send(handler, content[: len(content) // 2])
    handler.close_connection = True
