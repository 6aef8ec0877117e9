"""Mail by SMTP, one phase at a time, so that it is known when a mail can have left.

Belongs here: the session and its phases. Does not belong here: what is in the mail (`mail`),
whether it may leave (`outreach.desk`).

A server takes a mail with its answer to the line of a single dot that ends it (RFC 5321, 4.1.1.4).
Whatever fails before that line is begun has not left. From there on only an answer tells: 2xx it
was taken, 4xx and 5xx it was not; without an answer nobody knows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import smtplib
import ssl

from outreach.delivery.mail import UnfitMailError, ready_mail
from outreach.delivery.settings import MissingSecretError, SmtpSettings, secret
from outreach.delivery.transport import NotReadyError, Outcome, masked
from outreach.desk.outbox import Outgoing

_TROUBLE = (smtplib.SMTPException, OSError, UnicodeError, ValueError)
# RFC 5321, 4.2.3: what a server says to RCPT of a mailbox that it does not have.
_NO_SUCH_MAILBOX = (550, 551, 553)
# RFC 3463 codes: 5.1 is the address, but 5.1.7 and 5.1.8 the sender's; a full mailbox (5.2.2), the
# server (5.3), the protocol (5.5), the content (5.6) and policy (5.7) say nothing of the address.
_ADDRESS_STATUS = re.compile(rb"\s*5\.1\.(?![78]\b)\d")
_OTHER_STATUS = re.compile(rb"\s*5\.(1\.[78]\b|2\.2\b|[3567]\.\d)")


class SmtpTransport:
    """One session with a mail server, opened when needed and again when it was lost."""

    def __init__(self, settings: SmtpSettings):
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Connect, encrypt and log in; see `Transport`.

        A server that refuses the connection or the password refuses no message by that.
        """
        if self._is_alive():
            return
        self.close()
        login = self._login()
        try:
            self._server = self._connected()
            self._server.ehlo_or_helo_if_needed()
            if login is not None:
                self._server.login(*login)
        except (*_TROUBLE, RuntimeError) as error:
            self.close()
            reason = masked(_words(error), *(login or ()))
            raise NotReadyError(f"mail server {self._settings.host}: {reason}") from None

    def deliver(self, message: Outgoing, now: dt.datetime) -> Outcome:
        """Hand over one mail; see `Transport`."""
        server, recipient = self._server, message.recipient
        if server is None or not recipient:
            return Outcome("retry", "no connection")
        try:
            mail = ready_mail(
                message.content,
                recipient,
                message.message_id,
                self._settings.sender,
                self._settings.sender_name,
                now,
            )
        except UnfitMailError as error:
            return Outcome("refused", str(error))
        try:
            refusal = self._announce(server, recipient)
            if refusal is not None:
                return refusal
            server.send(mail)
        except _TROUBLE as error:
            self._drop()
            return Outcome("retry", f"before the end of the mail: {masked(_words(error))}")
        # From the first byte of this line on the server may have taken it.
        try:
            server.send(b".\r\n")
            code, words = server.getreply()
        except _TROUBLE as error:
            self._drop()
            return Outcome("unknown", f"no answer to the mail: {masked(_words(error))}")
        return _answer(code, words)

    def close(self) -> None:
        """Say goodbye; see `Transport`."""
        if self._server is not None:
            with contextlib.suppress(*_TROUBLE):
                self._server.quit()
        self._drop()

    def _announce(self, server: smtplib.SMTP, recipient: str) -> Outcome | None:
        """Say from whom, to whom and that a mail follows; the refusal where there is one."""
        phases = (
            lambda: server.mail(self._settings.sender),
            lambda: server.rcpt(recipient),
            lambda: server.docmd("DATA"),
        )
        for expected, phase in zip(((250,), (250, 251), (354,)), phases, strict=True):
            code, words = phase()
            if code not in expected:
                self._reset(code)
                if 500 <= code <= 599:
                    return _refusal(code, words, is_at_rcpt=251 in expected)
                # An answer that is none of SMTP's leaves the mail where it is, too.
                return Outcome("retry", _reply(code, words))
        return None

    def _reset(self, code: int) -> None:
        """Make the session fit for the next mail, or drop it where the server closes it."""
        if code == 421 or self._server is None:
            self._drop()
            return
        try:
            self._server.rset()
        except _TROUBLE:
            self._drop()

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.ca_file is not None:
            context.load_verify_locations(settings.ca_file)
        if settings.security == "tls":
            return smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=context
            )
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
        try:
            if settings.security == "starttls":
                server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server

    def _login(self) -> tuple[str, str] | None:
        names = self._settings.username_env, self._settings.password_env
        if names[0] is None or names[1] is None:
            return None
        try:
            return secret(names[0]), secret(names[1])
        except MissingSecretError as error:
            raise NotReadyError(str(error)) from None

    def _is_alive(self) -> bool:
        if self._server is None:
            return False
        try:
            return self._server.noop()[0] == 250
        except _TROUBLE:
            return False

    def _drop(self) -> None:
        """Close the connection without a word: its state is not known, or it has ended."""
        if self._server is not None:
            with contextlib.suppress(*_TROUBLE):
                self._server.close()
        self._server = None


def _answer(code: int, words: bytes) -> Outcome:
    reply = _reply(code, words)
    if 200 <= code <= 299:
        return Outcome("sent", reply)
    if 400 <= code <= 499:
        return Outcome("retry", reply)
    return _refusal(code, words) if 500 <= code <= 599 else Outcome("unknown", reply)


def _refusal(code: int, words: bytes, is_at_rcpt: bool = False) -> Outcome:
    is_of_mailbox = is_at_rcpt and code in _NO_SUCH_MAILBOX and not _OTHER_STATUS.match(words)
    is_dead = is_of_mailbox or _ADDRESS_STATUS.match(words) is not None
    return Outcome("refused", _reply(code, words), is_dead_address=is_dead)


def _reply(code: int, words: bytes) -> str:
    return f"{code} {masked(words)}".strip()


def _words(error: BaseException) -> str:
    """Return what an exception says, without what it carries: some hold the whole password."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {text}"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {error.verify_message}"
    said = error.strerror if isinstance(error, OSError) and error.strerror else error
    return f"{type(error).__name__}: {said}"
