"""Text from data made harmless for where it goes: spreadsheet, chat, header, file name.

Belongs here: escaping and refusing, one function a destination. Does not belong here: wording;
HTML, which the templates escape.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Spreadsheet programs run a cell that opens with one of these; the last four are the full-width
# forms that East Asian editions also accept.
FORMULA_OPENINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Slack draws formatting from these; look-alikes keep a name readable and inert.
_SLACK_LOOKALIKES = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ", "@": "＠"})
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Bounded, or a long name without a space would take quadratic time.
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class UnsafeHeaderError(ValueError):
    """Text that must not become a mail header: a line break or an encoded word."""


def one_line(text: str) -> str:
    """Return the text on one line: control and direction characters gone, white space single."""
    kept = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text
        if character not in _BIDI_CONTROLS
    )
    return " ".join(kept.split())


def spreadsheet_text(text: str) -> str:
    """Return a text cell that no spreadsheet program runs: a leading quote where it would."""
    return f"'{text}" if text.startswith(FORMULA_OPENINGS) else text


def slack_text(text: str, limit: int = 300, escape: bool = True) -> str:
    """Return text without mentions, links, formatting or e-mail addresses, cut to `limit`.

    `escape` is for mrkdwn; Slack shows plain text (headers) as it is.
    """
    plain = _EMAIL.sub("[e-mail]", one_line(text)).translate(_SLACK_LOOKALIKES)
    if len(plain) > limit:
        plain = plain[: limit - 1] + "…"
    if not escape:
        return plain
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def header_text(text: str) -> str:
    """Return text fit for a mail header, unchanged.

    Raises:
        UnsafeHeaderError: it holds a control character or an encoded word, with which Python 3.11
            would let a second header through.
    """
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise UnsafeHeaderError(f"control character in {text!r}")
    if "=?" in text:
        raise UnsafeHeaderError(f"encoded word in {text!r}")
    return text


def mail_address(text: str) -> str:
    """Return one plain mail address, unchanged.

    Raises:
        UnsafeHeaderError: it is not exactly one plain address.
    """
    if not _ADDRESS.fullmatch(text):
        raise UnsafeHeaderError(f"not one plain mail address: {text!r}")
    return text


def file_stem(*parts: str) -> str:
    """Return a file name without extension: readable, of safe characters, unique by a hash."""
    joined = "-".join(parts)
    ascii_text = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9]+", "-", ascii_text).strip("-").lower()[:60]
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else digest
