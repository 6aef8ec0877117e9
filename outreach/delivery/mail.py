"""A draft made ready to leave: the sender's headers on, the marks of a draft off.

Belongs here: headers at the moment of sending, and the check that the mail is the one which was
decided. Does not belong here: wording (`outreach.drafts`), the connection (`smtp`).
"""

from __future__ import annotations

import datetime as dt
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from outreach.safe_text import UnsafeHeaderError, mail_address

_LINE_END = re.compile(rb"\r\n|\r|\n")
# Set anew, or no business of the recipient's.
_DROPPED = ("from", "date", "x-unsent", "return-path", "sender")


class UnfitMailError(ValueError):
    """Bytes that must not leave; the message says why and names nobody."""


def ready_mail(
    content: bytes,
    recipient: str,
    message_id: str,
    sender: str,
    sender_name: str,
    now: dt.datetime,
) -> bytes:
    """Return the bytes of the mail as they go to the server, without the final dot.

    Line ends become CRLF, so that no line end of another kind can end the mail early; lines that
    open with a dot get a second one (RFC 5321, 4.5.2).

    Args:
        content: the `.eml` of the draft.
        recipient: to whom it goes; its `To` must say the same and nobody else.
        message_id: its `Message-ID` must be this.
        sender: address of `From`. Another one in the draft becomes `Reply-To`.
        sender_name: the name beside it.
        now: the moment, for `Date`.

    Raises:
        UnfitMailError: it is not the mail that was decided, or not plain seven-bit text.
    """
    try:
        mail_address(recipient)
    except UnsafeHeaderError:
        raise UnfitMailError("the recipient is not one plain mail address") from None
    if not content.isascii() or b"\0" in content:
        raise UnfitMailError("the draft is not seven-bit text")
    lines = _LINE_END.sub(b"\r\n", content)
    head, separator, body = lines.partition(b"\r\n\r\n")
    if not separator:
        raise UnfitMailError("the draft has no end of its headers")
    fields = _fields(head)
    values = {name: _value(raw) for name, raw in fields}
    names = [name for name, _ in fields]
    if values.get("message-id") != message_id or names.count("message-id") != 1:
        raise UnfitMailError("the draft's Message-ID is not that of the message")
    addressed = [address.lower() for _, address in getaddresses([values.get("to", "")])]
    if addressed != [recipient.lower()] or names.count("to") != 1 or {"cc", "bcc"} & set(names):
        raise UnfitMailError("the draft is not addressed to the message's recipient alone")
    kept = [raw for name, raw in fields if name not in _DROPPED]
    headers = [*_sender_fields(sender, sender_name, values, now), *kept]
    mail = b"\r\n".join([*headers, b"", body])
    mail = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", mail)


def _sender_fields(
    sender: str, sender_name: str, values: dict[str, str], now: dt.datetime
) -> list[bytes]:
    headers = EmailMessage(policy=SMTP)
    headers["From"] = Address(sender_name, addr_spec=sender)
    headers["Date"] = format_datetime(now.astimezone(dt.UTC))
    fields = headers.as_bytes().rstrip(b"\r\n").split(b"\r\n")
    drafted = getaddresses([values.get("from", "")])
    if drafted and "reply-to" not in values and drafted[0][1].lower() not in ("", sender.lower()):
        fields.append(b"Reply-To: " + values["from"].encode("ascii"))
    return fields


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    fields: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b"\r\n" + line)
            continue
        name, colon, _ = line.partition(b":")
        if not colon or not re.fullmatch(rb"[!-9;-~]+", name):
            raise UnfitMailError("the draft has a line among its headers that is none")
        fields.append((name.decode("ascii").lower(), line))
    return fields


def _value(raw: bytes) -> str:
    return re.sub(r"\r\n[ \t]", " ", raw.decode("ascii").partition(":")[2]).strip()
