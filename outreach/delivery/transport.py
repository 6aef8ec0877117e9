"""What a way out must do, and what it may say of a message.

Belongs here: the outcome of a try, text of a server made fit for a report. Does not belong here:
protocols (`smtp`, `slack`).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal, Protocol

from outreach.desk.outbox import Outgoing
from outreach.safe_text import one_line

_LONGEST_REPLY = 300
# Anything that may be an address, also where angle brackets or a comma stand beside it.
_ADDRESS = re.compile(r"[^\s<>@,;:\"'()]{1,64}@[^\s<>@,;\"'()]{1,255}")


class NotReadyError(Exception):
    """A way out that cannot be used now: one line that says why, without secrets or addresses.

    Nothing was claimed for it, so no message is the worse for it.
    """


@dataclass(frozen=True)
class Outcome:
    """What became of one try.

    Attributes:
        state: `sent`: the server has taken it. `refused`: it has not left and never will. `retry`:
            it has not left, for certain, and may be tried again. `unknown`: nobody knows.
        reply: the server's words, masked.
        retry_after: how long the server asks to wait.
        is_dead_address: refused since there is no such address, not for what or who we are.
    """

    state: Literal["sent", "refused", "retry", "unknown"]
    reply: str
    retry_after: dt.timedelta | None = None
    is_dead_address: bool = False


class Transport(Protocol):
    """A way out."""

    def ready(self) -> None:
        """Connect and log in, or make sure that it still is.

        Raises:
            NotReadyError: it cannot be used.
        """

    def deliver(self, message: Outgoing, now: dt.datetime) -> Outcome:
        """Try once; whatever happens is an outcome."""

    def close(self) -> None:
        """Let go of it; never fails."""


def masked(text: str | bytes, *secrets: str) -> str:
    """Return a server's words on one short line, without mail addresses and these secrets."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[secret]")
    return _ADDRESS.sub("[e-mail]", one_line(text))[:_LONGEST_REPLY]
