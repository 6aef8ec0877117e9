"""What a database refuses, in one line without URL, password or row.

Belongs here: the words for what a driver raises. Does not belong here: mistakes of the configuration
that are found before the database is asked (`database`, `statements`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import SourceError
from connectors.sql.declaration import SqlSource

# What went wrong, by the SQLSTATE classes and codes that every database shares, else by the words of
# a driver that gives none. A message is never passed on whole: it may hold the password or a row.
_STATES = {
    "28": ("refused the user or the password", "Correct the URL in {env}."),
    "3D": ("does not exist on that server", "Correct the URL in {env}."),
    "42501": ("does not allow its user to read this", "Grant SELECT on it to the user of {env}."),
    "25006": ("was asked to write", "Write a query that only reads."),
    "53": (
        "has no room for the load",
        "Wait, or ask its administrator for connections and memory.",
    ),
    "57014": ("stopped the query: it took too long", "Raise its statement timeout for the user."),
    "57": ("went away", "Start it again, then run again: nothing was loaded."),
    "unreachable": ("cannot be reached", "Check host and port in {env}, and that it runs."),
    "08": ("went away", "Start it again, then run again: nothing was loaded."),
    "40": ("broke off the snapshot", "Run again: nothing was loaded."),
}
_WORDS = {
    "password authentication failed": "28",
    "no password supplied": "28",
    "access denied": "28",
    "login failed": "28",
    "unknown database": "3D",
    "does not exist": "3D",
    "unable to open database file": "3D",
    "connection refused": "unreachable",
    "could not translate host name": "unreachable",
    "name or service not known": "unreachable",
    "timeout expired": "unreachable",
    "timed out": "unreachable",
    "server closed the connection": "08",
    "connection already closed": "08",
    "terminating connection": "08",
    "attempt to write a readonly database": "25006",
}


@contextmanager
def named_errors(source: SqlSource, place: str = "") -> Iterator[None]:
    """Turn what the driver raises into one line without URL, password or row.

    Args:
        source: The configured source.
        place: What was read; empty while connecting.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        raise explained(source, error, place) from None


def explained(source: SqlSource, error: BaseException, place: str = "") -> SourceError:
    """The named error for what a driver raised."""
    original = getattr(error, "orig", None) or error
    state = getattr(original, "pgcode", None) or getattr(original, "sqlstate", None) or ""
    words = str(original).lower()
    if not state:
        state = next((code for text, code in _WORDS.items() if text in words), "")
    what, remedy = _STATES.get(state) or _STATES.get(state[:2]) or _unknown(original, state)
    subject = f"The database of {source.url_env}"
    whole = f"{subject} {what}, reading {place}." if place else f"{subject} {what}."
    return SourceError(whole, remedy.format(env=source.url_env))


def _unknown(error: BaseException, state: str) -> tuple[str, str]:
    if state.startswith("42"):
        # A mistake in the statement: its first line quotes the configuration, not a row.
        first = str(error).splitlines()[0]
        return f"does not understand the statement ({first})", "Correct the table or the query."
    code = f", code {state}" if state else ""
    return f"answered with {type(error).__name__}{code}", "Try the statement in its own client."
