"""An API on this machine with state: a vendor's fake says what it answers, a test what goes wrong."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class FakeApi:
    """The server. `faults` maps a request's number (from 1) to the status and headers it gets instead.

    A subclass gives `is_allowed(headers)` and `answer(path, query)`, the body or None for 404.
    """

    def __init__(self):
        self.requests: list[str] = []
        self.faults: dict[int, tuple[int, dict]] = {}
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, body, headers = api.reply(self)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def reply(self, handler):
        self.requests.append(handler.path)
        if len(self.requests) in self.faults:
            status, headers = self.faults[len(self.requests)]
            return status, {"message": "no"}, headers
        if not self.is_allowed(handler.headers):
            return 401, {"message": "who are you"}, {}
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.answer(parts.path, query)
        return (404, {"message": "no such list"}, {}) if body is None else (200, body, {})
