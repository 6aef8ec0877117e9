"""`encours desk`: what waits to leave, and who lets it. List, approve, send, reconcile, stop.

Belongs here: the commands and what they print. Does not belong here: states (`outreach.desk`),
transport (`outreach.delivery`).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.cli.common import ConfigOption, explained_errors, out
from orchestration.cli.desk_entries import AuthorOption, Desk, at_the_desk
from orchestration.config import ConfigError, default_config_path, load_company
from orchestration.delivering import listed as listed_messages
from orchestration.delivering import send as deliver
from orchestration.delivering import write_letters
from orchestration.desk_lookup import find_customer
from outreach.day import Locale
from outreach.delivery.sending import Event, SendReport
from outreach.desk import approvals, outcomes
from outreach.desk.approvals import Waiting
from outreach.desk.reasons import Reason, reason_words

NumbersArgument = Annotated[
    list[int] | None, typer.Argument(help="Message numbers of `encours desk list`.")
]
CustomerOption = Annotated[
    str | None, typer.Option("--customer", help="All pending messages of this customer.")
]
_HAPPENED = {
    "sent": ("sent", "green"),
    "refused": ("refused", "red"),
    "retry": ("to be tried again", "yellow"),
    "unknown": ("UNKNOWN: may have left", "red"),
    "cancelled": ("cancelled", "yellow"),
    "waiting": ("waits", "yellow"),
    "recovered": ("UNKNOWN: the sender died", "red"),
    "would_send": ("would be sent", "green"),
    "would_cancel": ("would be cancelled", "yellow"),
}


def show(config: ConfigOption = None) -> None:
    """Every message that waits, with what it waits for, and every unknown outcome."""
    with at_the_desk(config, None) as here:
        locale = here.company.config.company.locale
        listed = listed_messages(here.company, here.connection, here.now)
    if not listed:
        out.print("✓ nothing waits to leave")
        return
    days = ", ".join(sorted({row.business_date.isoformat() for row in listed}))
    table = Table(box=None, pad_edge=False, header_style="bold", title=f"Messages of {days}")
    table.add_column("no", justify="right")
    for heading in ("customer", "by", "step", "asks for", "state"):
        table.add_column(heading)
    for row in listed:
        words = _words(row.reason, locale)
        state = row.state if row.state != "pending" else "ready" if not words else "waits"
        table.add_row(
            str(row.message_no),
            escape(row.customer_name or row.customer_id or "–"),
            row.channel,
            row.step.replace("_", " "),
            _amounts(row.asked_amounts),
            escape(f"{state}: {words}" if words else state) + _revision(row),
        )
    out.print(table)
    unknown = [str(row.message_no) for row in listed if row.state in ("unknown", "claimed")]
    if unknown:
        out.print(
            f"[red]✗[/] {len(unknown)} may have left: look in the mailbox or channel, then"
            " `encours desk reconcile NUMBER --sent` or `--not-sent`"
        )


def approve(
    numbers: NumbersArgument = None,
    customer: CustomerOption = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="The day's batch, where it is unusually large.")
    ] = False,
    content: Annotated[
        str | None,
        typer.Option(
            help="Content of the one message as `desk list` named it; another is refused."
        ),
    ] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Approve messages that need a person: by number, by customer, or an unusual batch as a whole."""
    with at_the_desk(config, author) as here:
        if batch:
            size = approvals.approve_batch(here.connection, here.author, here.now)
            out.print(f"✓ batch of {size} messages approved by {escape(here.author)}")
        chosen = _chosen(here, numbers, customer, is_optional=batch)
        if content and len(chosen) != 1:
            raise ConfigError("--content goes with one message. Name its number.")
        revisions = {chosen[0]: content} if content else None
        done = approvals.approve(here.connection, chosen, here.author, here.now, revisions)
        letters = write_letters(here.company, here.connection, chosen)
    if chosen:
        out.print(f"✓ {len(done)} approved, {len(chosen) - len(done)} needed none or had it")
    for path in letters:
        out.print(escape(f"  to print and post: {path}"), highlight=False, soft_wrap=True)


def refuse(
    numbers: NumbersArgument = None,
    customer: CustomerOption = None,
    why: Annotated[str | None, typer.Option(help="In a few words.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep messages from leaving today; a later day decides anew."""
    with at_the_desk(config, author) as here:
        chosen = _chosen(here, numbers, customer)
        approvals.refuse(here.connection, chosen, here.author, why, here.now)
    out.print(f"✓ {len(chosen)} refused")


def send(config: ConfigOption = None) -> None:
    """Send what may leave; in a dry run, which is the default, say what would."""
    with explained_errors():
        company = load_company(config or default_config_path())
        report = deliver(company, lambda: datetime.now(UTC))
    _print_report(report, company.config.company.locale)
    if any(report.count(what) for what in ("unknown", "recovered", "refused")):
        raise typer.Exit(1)


def reconcile(
    number: Annotated[int, typer.Argument(help="Message number of `encours desk list`.")],
    was_sent: Annotated[
        bool, typer.Option("--sent/--not-sent", help="What you found out.", show_default=False)
    ],
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Say whether a message of unknown outcome has left; the machine never sends it again."""
    with at_the_desk(config, author) as here:
        outcomes.reconcile(here.connection, number, was_sent, here.author, here.now)
    out.print(f"✓ message {number}: {'had left' if was_sent else 'had not left'}")


def posted(
    numbers: Annotated[list[int], typer.Argument(help="Letters that went to the post.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of posting.")
    ] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Approved letters were printed and posted: tomorrow's decisions know."""
    with at_the_desk(config, author) as here:
        day = on.date() if on else here.today
        for number in numbers:
            outcomes.mark_posted(here.connection, number, here.author, here.now, day)
    out.print(f"✓ {len(numbers)} posted on {day}")


def stop(
    why: Annotated[str | None, typer.Option(help="In a few words.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Stop all sending at once, until `encours desk start`."""
    with at_the_desk(config, author) as here:
        approvals.stop(here.connection, here.author, why, here.now)
    out.print("✓ nothing leaves until `encours desk start`")


def start(
    why: Annotated[str | None, typer.Option(help="In a few words.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Let messages leave again."""
    with at_the_desk(config, author) as here:
        approvals.start(here.connection, here.author, why, here.now)
        mode = here.company.config.delivery.mode
    out.print("✓ messages may leave again" + (" (still a dry run)" if mode != "live" else ""))


def _chosen(
    here: Desk, numbers: list[int] | None, customer: str | None, is_optional: bool = False
) -> list[int]:
    chosen = list(numbers or [])
    if customer:
        known = find_customer(here.publication, customer)
        chosen += approvals.numbers_of(here.connection, known.customer_id)
        if not chosen:
            raise ConfigError(
                f"No message to {known.customer_name} waits. See `encours desk list`."
            )
    if not chosen and not is_optional:
        raise ConfigError("Name message numbers of `encours desk list`, or --customer.")
    return sorted(set(chosen))


def _revision(row: Waiting) -> str:
    """What names the content to be approved; nothing for the others."""
    return f" [dim]({row.revision})[/]" if row.reason == Reason.APPROVAL else ""


def _words(reason: str | None, locale: Locale) -> str:
    return reason_words(reason, locale) if reason in set(Reason) else reason or ""


def _amounts(text: str) -> str:
    return " + ".join(f"{part['amount']} {part['currency']}" for part in json.loads(text))


def _print_report(report: SendReport, locale: Locale) -> None:
    if report.is_rehearsal:
        line = 'Dry run: nothing leaves. [delivery] mode = "live" in encours.toml sends.'
        out.print(escape(line), highlight=False)
    for channel, why in report.not_ready.items():
        out.print(escape(f"! {channel}: {why}"), highlight=False, soft_wrap=True)
    if report.blocked:
        out.print(escape(f"! nothing leaves: {reason_words(report.blocked, locale)}"))
    for (what, detail), numbers in _grouped(report.events, locale).items():
        label, colour = _HAPPENED[what]
        line = f"{len(numbers)} {label}" + (f": {detail}" if detail else "")
        out.print(f"[{colour}]·[/] {escape(line)} ({_few(numbers)})", highlight=False)
    if not report.events and not report.blocked:
        out.print("✓ nothing waits to leave")


def _grouped(events: list[Event], locale: Locale) -> dict[tuple[str, str], list[int]]:
    grouped: dict[tuple[str, str], list[int]] = {}
    for event in events:
        detail = "" if event.what == "sent" else _words(event.detail, locale)
        grouped.setdefault((event.what, detail), []).append(event.message_no)
    return grouped


def _few(numbers: list[int]) -> str:
    shown = ", ".join(f"no {number}" for number in numbers[:10])
    return f"{shown}, …" if len(numbers) > 10 else shown
