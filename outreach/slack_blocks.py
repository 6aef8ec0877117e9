"""The digest as Slack Block Kit blocks, within Slack's limits.

Belongs here: blocks and their limits. Does not belong here: what the digest says (digest), sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MAXIMUM_BLOCKS = 50
MAXIMUM_HEADER = 150
MAXIMUM_SECTION = 3000


def header(text: str) -> dict[str, Any]:
    """Return a header block; `text` is plain and is cut at Slack's limit."""
    shown = text[:MAXIMUM_HEADER]
    return {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": False}}


def section(lines: Sequence[str]) -> list[dict[str, Any]]:
    """Return as few section blocks as hold the lines, each within Slack's limit.

    `lines` are mrkdwn whose data was made harmless before; `verbatim` stops Slack from turning
    addresses and names into links.
    """
    blocks, current = [], ""
    for line in lines:
        line = line[:MAXIMUM_SECTION]
        if current and len(current) + 1 + len(line) > MAXIMUM_SECTION:
            blocks.append(_section(current))
            current = line
        else:
            current = f"{current}\n{line}" if current else line
    return [*blocks, _section(current)] if current else blocks


def divider() -> dict[str, Any]:
    """Return a divider block."""
    return {"type": "divider"}


def within_limit(blocks: Sequence[dict[str, Any]], note: str) -> list[dict[str, Any]]:
    """Return at most the number of blocks Slack takes; the last says so where some were left."""
    if len(blocks) <= MAXIMUM_BLOCKS:
        return list(blocks)
    return [*blocks[: MAXIMUM_BLOCKS - 1], *section([note])]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
