"""A saved reply or bounce: what kind of mail it is, and which message of ours it answers.

Belongs here: reading mail, and the entries it becomes. Does not belong here: files of the inbox
(`reading`), sending. No text of a mail is kept: neither its subject nor its body.

A mail is believed only about a message that the desk knows, and only about the address that this
message was written to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from outreach.day import Locale
from outreach.desk import entries
from outreach.desk.stopping import address_of
from outreach.desk.validation import EntryError
from outreach.inbox.entering import EnteredFile, Signature
from outreach.inbox.words import Problem, RefusedFileError, problem_words

LARGEST_MAIL_BYTES = 25 << 20
# A reply with a hundred attachments has some hundred lines that could part it.
_MOST_BOUNDARIES = 20_000
_MOST_IDS = 200
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")
# Enhanced status codes, RFC 3463: class 5 is permanent.
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")
_AUTOMATIC_SUBJECT = re.compile(
    r"\W*(out of (the )?office|automatic reply|auto[ -]?reply|absence du bureau|absent du bureau"
    r"|réponse automatique|message d'absence|abwesenheit|automatische antwort)",
    re.IGNORECASE,
)
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")

MailKind = Literal["reply", "automatic", "bounce", "receipt"]


@dataclass(frozen=True)
class Mail:
    """What a mail says about a message of ours.

    Attributes:
        kind: `bounce`: a report on delivery; `receipt`: on reading; `automatic`: nobody wrote it.
        own_id: Its Message-ID, else the hash of its bytes.
        answers: Message-IDs it may answer, the likeliest first, without angle brackets.
        failed: Addresses of a bounce, lower case, with the status that ended delivery, such as
            5.1.1; '' where it has not ended or none is given.
        sent_date: Day of its Date header; None where there is none to believe.
    """

    kind: MailKind
    own_id: str
    answers: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    sent_date: dt.date | None


def read_mail(content: bytes) -> Mail:
    """Read a saved mail.

    Raises:
        RefusedFileError: It is no mail, or one that only a machine would build.
    """
    if content.count(b"\n--") > _MOST_BOUNDARIES:
        raise RefusedFileError("not_a_mail")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(content)
        if not any(message.get(name) for name in ("From", "Date", "Message-ID", "Received")):
            raise RefusedFileError("not_a_mail")
        parts = list(message.walk())
        return Mail(
            _kind(message),
            next(iter(_ids(message, "Message-ID")), hashlib.sha256(content).hexdigest()),
            _answers(message, parts),
            tuple(_failures(parts)),
            _sent_date(message),
        )
    except RefusedFileError:
        raise
    except Exception:
        # The library fails in many ways over nesting and headers that break every rule.
        raise RefusedFileError("not_a_mail") from None


def enter_mail(
    connection: sqlite3.Connection, mail: Mail, signature: Signature, locale: Locale
) -> EnteredFile:
    """Write what a mail says to the desk, within the transaction of its file.

    Raises:
        RefusedFileError: It answers no message of this desk.
    """
    row = _answered(connection, mail)
    if row is None or not row["customer_id"]:
        raise RefusedFileError("mail_of_nothing")
    done = EnteredFile()
    if mail.kind == "reply":
        _enter_reply(connection, mail, row, signature, done)
        return done
    _enter_activity(connection, mail, row, None, "note", signature, done)
    if mail.kind == "bounce":
        _enter_bounce(connection, mail, row, signature, locale, done)
    return done


def _enter_reply(
    connection: sqlite3.Connection,
    mail: Mail,
    row: sqlite3.Row,
    signature: Signature,
    done: EnteredFile,
) -> None:
    lines = connection.execute(
        "select invoice_id from message_lines where message_id = ? order by invoice_id",
        (row["message_id"],),
    ).fetchall()
    # As in the contract, a contact is counted on each invoice it is about.
    for invoice_id in [line["invoice_id"] for line in lines] or [None]:
        _enter_activity(connection, mail, row, invoice_id, "reply", signature, done)


def _enter_bounce(
    connection: sqlite3.Connection,
    mail: Mail,
    row: sqlite3.Row,
    signature: Signature,
    locale: Locale,
    done: EnteredFile,
) -> None:
    recipient = address_of(row["recipient"])
    ours = [status for address, status in mail.failed if recipient and address == recipient]
    permanent = [status for status in ours if status.startswith("5")]
    if permanent:
        try:
            entered = entries.mark_unreachable(
                connection,
                recipient,
                _known_date(mail, row, signature),
                permanent[0],
                signature.author,
                signature.origin,
                signature.now,
            )
            done.note("unreachable", entered)
            return
        except EntryError:
            ours = []
    if not ours:
        what, remedy = problem_words("bounce_of_another", locale)
        done.problems.append(Problem(0, row["customer_id"], "", "", what, remedy))


def _enter_activity(
    connection: sqlite3.Connection,
    mail: Mail,
    row: sqlite3.Row,
    invoice_id: str | None,
    kind: str,
    signature: Signature,
    done: EnteredFile,
) -> None:
    activity = entries.Activity(
        _known_date(mail, row, signature),
        kind,
        "in",
        customer_id=row["customer_id"],
        invoice_id=invoice_id,
        channel="email",
        step=row["step"],
        template=row["template"],
        experiment_arm=row["experiment_arm"],
    )
    key = "\x1f".join((mail.own_id, row["message_id"], invoice_id or ""))
    entered = entries.add_activity(
        connection,
        activity,
        signature.author,
        signature.origin,
        signature.now,
        activity_id=f"mail-{hashlib.sha256(key.encode()).hexdigest()[:32]}",
    )
    done.note("replies" if kind == "reply" else "notes", entered)


def _answered(connection: sqlite3.Connection, mail: Mail) -> sqlite3.Row | None:
    for answered in mail.answers:
        row: sqlite3.Row | None = connection.execute(
            "select * from messages where message_id in (?, ?)", (f"<{answered}>", answered)
        ).fetchone()
        if row is not None:
            return row
    return None


def _known_date(mail: Mail, row: sqlite3.Row, signature: Signature) -> dt.date:
    """The day of the mail where it lies between ours and today, else today: clocks of others lie."""
    sent, today = mail.sent_date, signature.business_date
    first = dt.date.fromisoformat(row["business_date"])
    return sent if sent is not None and first <= sent <= today else today


def _kind(message: Message) -> MailKind:
    if message.get_content_type() == "multipart/report":
        is_delivery = str(message.get_param("report-type", "")).lower() == "delivery-status"
        return "bounce" if is_delivery else "receipt"
    submitted = _text(message, "Auto-Submitted").lower() or "no"
    if (
        not submitted.startswith("no")
        or any(message.get(name) for name in _AUTOMATIC_HEADERS)
        or _text(message, "Precedence").lower() in {"auto_reply", "bulk", "junk"}
        or _AUTOMATIC_SUBJECT.match(_subject(message))
        or _text(message, "Return-Path") == "<>"
    ):
        return "automatic"
    return "reply"


def _answers(message: Message, parts: list[Message]) -> tuple[str, ...]:
    """Ids of the reported original, of the mail answered, and of its thread from the newest on."""
    found: list[str] = []
    if message.get_content_type() == "multipart/report":
        for part in parts:
            if part.get_content_type() == "message/rfc822" and part.is_multipart():
                found += _ids(part.get_payload(0), "Message-ID")
            elif part.get_content_type() == "text/rfc822-headers":
                text = _bytes(part).decode("ascii", "replace")
                lines = re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", text)
                found += [each for line in lines for each in _MESSAGE_ID.findall(line)]
            elif part.get_content_type() == "message/disposition-notification":
                found += _ids_of_blocks(part, "Original-Message-ID")
    found += _ids(message, "In-Reply-To")
    found += reversed(_ids(message, "References"))
    return tuple(dict.fromkeys(found))[:_MOST_IDS]


def _failures(parts: list[Message]) -> Iterator[tuple[str, str]]:
    """Addresses of a delivery report, RFC 3464, with the status where delivery failed."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            status = _STATUS.search(_text(block, "Status")) or _STATUS.search(
                _text(block, "Diagnostic-Code")
            )
            # A report of waiting is not one of failing, whatever its status.
            has_failed = _text(block, "Action").lower() in {"failed", ""}
            for name in ("Original-Recipient", "Final-Recipient"):
                address = _text(block, name).rpartition(";")[2].strip(" <>").lower()
                if address:
                    yield address, status[0] if status and has_failed else ""


def _blocks(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if part.is_multipart() else []


def _ids_of_blocks(part: Message, name: str) -> list[str]:
    payload = _bytes(part).decode("ascii", "replace")
    blocks = "\n".join(str(block) for block in _blocks(part)) or payload
    return [
        each
        for line in re.findall(rf"(?im)^{name}:\s*(.*)$", blocks)
        for each in _MESSAGE_ID.findall(line)
    ]


def _bytes(part: Message) -> bytes:
    payload: Any = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _ids(message: Any, name: str) -> list[str]:
    return _MESSAGE_ID.findall(_text(message, name))


def _text(message: Message, name: str) -> str:
    return str(message.get(name) or "").strip()


def _subject(message: Message) -> str:
    try:
        return str(make_header(decode_header(_text(message, "Subject"))))
    except (ValueError, LookupError, UnicodeError):
        return ""


def _sent_date(message: Message) -> dt.date | None:
    try:
        return parsedate_to_datetime(_text(message, "Date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
