"""Mail servers of this machine: one that keeps what it takes, one that fails on cue."""

import datetime as dt
import socket
import ssl
import threading
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Sink:
    """Takes every mail, but answers as told: reply by recipient, at RCPT or after the data."""

    def __init__(self):
        self.mails = []
        self.at_rcpt = {}
        self.at_data = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.at_rcpt:
            return self.at_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        address = envelope.rcpt_tos[0]
        if address in self.at_data:
            return self.at_data[address]
        self.mails.append((envelope.mail_from, address, envelope.content))
        return "250 queued"


@contextmanager
def mail_server(sink, **options):
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def certify(folder):
    """A certificate of localhost, valid today, and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def scripted_server(script: dict[str, str | None], greeting: str | None = "220 here"):
    """A server that answers each command by its verb; None hangs up, '' never answers.

    `data` is the answer to the data's last dot; `body` closes in the midst of the data.
    """
    answers = {
        "ehlo": "250 here",
        "mail": "250 OK",
        "rcpt": "250 OK",
        "data": "250 OK",
        "354": "354 go on",
        "noop": "250 OK",
        "rset": "250 OK",
        "quit": "221 bye",
        **script,
    }
    taken: list[bytes] = []
    done = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)

    def serve():
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                _converse(connection, answers, greeting, taken, done)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], taken
    finally:
        done.set()
        thread.join(timeout=5)
        server.close()


def _converse(connection, answers, greeting, taken, done):
    stream = connection.makefile("rb")
    if greeting is None:
        return
    connection.sendall(greeting.encode() + b"\r\n")
    for line in stream:
        verb = line.split()[0].decode().lower()
        if verb == "data":
            if not _answer(connection, answers["354"], done):
                return
            if not answers["354"].startswith("354"):
                continue
            if answers.get("body", "") is None:
                return
            body = b""
            while (part := stream.readline()) not in (b".\r\n", b""):
                body += part
            if part == b"":
                return
            taken.append(body)
        if not _answer(connection, answers.get(verb, "500 what"), done):
            return


def _answer(connection, answer, done) -> bool:
    if answer is None:
        return False
    if answer == "":
        done.wait(timeout=10)
        return False
    connection.sendall(answer.encode() + b"\r\n")
    return True
