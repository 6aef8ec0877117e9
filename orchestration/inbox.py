"""The company's inbox: what lies in it, and reading it with what the newest publication knows.

Belongs here: the lookup of customers and their open invoices, what a reader of the run is told. Does
not belong here: files, their meaning, their entries (`outreach.inbox.reading`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from orchestration.config import Company
from orchestration.desk_lookup import open_invoices
from orchestration.publishing import Publication, current_publication
from orchestration.warehouse import reading
from outreach.desk.store import desk
from outreach.inbox.drops import is_to_be_read
from outreach.inbox.meaning import AccountLine
from outreach.inbox.reading import InboxReport, read_inbox

INBOX_AUTHOR = "inbox"


@dataclass(frozen=True)
class InboxRead:
    """One look into the inbox.

    Attributes:
        report: What became of each file.
        waits: Why files stay where they are; None where nothing keeps them.
    """

    report: InboxReport
    waits: str | None = None

    @property
    def metadata(self) -> dict[str, int | str]:
        """Counts for the history of runs; no names."""
        counts: dict[str, int] = {}
        for outcome in self.report.files:
            for entry, count in outcome.counts.items():
                counts[entry] = counts.get(entry, 0) + count
        return {
            "files": len(self.report.files),
            "files with problems": sum(bool(outcome.problems) for outcome in self.report.files),
            "messages stopped": len(self.report.stopped),
            **{f"new {entry}": count for entry, count in sorted(counts.items())},
            **({"waits": self.waits} if self.waits else {}),
        }


def waiting_files(company: Company) -> list[tuple[str, int]]:
    """Names and sizes of the files in the inbox that are to be read, by name."""
    if not company.inbox.is_dir():
        return []
    return sorted(
        (entry.name, entry.lstat().st_size)
        for entry in company.inbox.iterdir()
        if is_to_be_read(entry.name) and not entry.is_dir()
    )


def read_company_inbox(
    company: Company, business_date: date, now: datetime, author: str = INBOX_AUTHOR
) -> InboxRead:
    """Read what lies in the inbox into the desk; each file once, then it is moved.

    Args:
        company: The company.
        business_date: The day the files are read on.
        now: The moment, aware.
        author: Who looks.

    Raises:
        OSError: The inbox cannot be listed or written.
        sqlite3.Error: The desk cannot be written; the file at hand stays and changed nothing.
    """
    publication = current_publication(company.published)
    company.inbox.mkdir(parents=True, exist_ok=True)
    if not waiting_files(company):
        return InboxRead(InboxReport(()))
    if publication is None:
        return InboxRead(InboxReport(()), "no day has run yet that could say whose they are")
    if business_date < publication.as_of_date:
        return InboxRead(InboxReport(()), "a past day reads nothing: what comes in is of today")
    with desk(company.desk) as connection:
        report = read_inbox(
            company.inbox,
            connection,
            account_lines(publication),
            business_date,
            company.config.company.locale,
            author,
            now,
        )
    return InboxRead(report)


def account_lines(publication: Publication) -> dict[str, list[AccountLine]]:
    """Every known customer with its open invoices, oldest due first."""
    with reading(publication.database) as connection:
        customers = connection.execute("select customer_id from marts.dim_customers").fetchall()
    lines: dict[str, list[AccountLine]] = {customer_id: [] for (customer_id,) in customers}
    for row in open_invoices(publication):
        lines.setdefault(row.customer_id, []).append(
            AccountLine(
                row.invoice_id, row.invoice_number, row.currency, row.open_amount, row.is_past_due
            )
        )
    return lines
