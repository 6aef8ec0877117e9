"""Whatever is committed before a claim wins, in every order that people, runs and a sender can take.

A model beside the desk keeps what was committed. A person and the emission write by one connection,
the sender by another; the sender dies at any point. What the model says may not leave must not be
claimed, and what it says may leave must be.
"""

import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from desk_rig import (
    DAY,
    NOW,
    add_dispute,
    add_hold,
    add_promise,
    facts_of,
    live,
    message,
    published,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from outreach.desk import approvals
from outreach.desk.enqueuing import enqueue
from outreach.desk.facts import sync_facts
from outreach.desk.outbox import claim_next
from outreach.desk.outcomes import (
    mark_refused,
    mark_retry,
    mark_sent,
    mark_unknown,
    reconcile,
    recover,
)
from outreach.desk.store import open_desk, transaction

CUSTOMERS = st.sampled_from("AB")
INVOICES = {"A": ("A-1", "A-2"), "B": ("B-1",)}
INVOICE = st.sampled_from([invoice for invoices in INVOICES.values() for invoice in invoices])
# Were each of them as often on as off, hardly a message would ever be free to leave.
RARELY = st.sampled_from([False, False, True])
SETTINGS = live(maximum_attempts=50)


@dataclass
class Left:
    """A claim that may have left, or has."""

    customer: str
    day: dt.date
    asked: frozenset[tuple[str, str]]
    invoice_set: frozenset[str]
    step: str
    state: str
    at: dt.datetime


@dataclass
class Model:
    """What was committed, kept without the desk."""

    stopped: bool = False
    promises: dict[str, bool] = field(default_factory=dict)
    disputes: dict[str, bool] = field(default_factory=dict)
    holds: dict[str, bool] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    approved: set[str] = field(default_factory=set)
    left: dict[int, Left] = field(default_factory=dict)
    not_before: dict[int, dt.datetime] = field(default_factory=dict)


class Desk(RuleBasedStateMachine):
    """One desk, its people, its runs and its sender."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="encours-"))
        self.people, self.sender = (open_desk(self.folder / "desk.sqlite") for _ in range(2))
        for connection in (self.people, self.sender):
            connection.execute("pragma synchronous = off")
        self.model = Model()
        self.day, self.now = DAY, NOW
        self.facts = self.synced_at = None
        self.known_at = NOW
        self.snapshot = set()
        self.claimed = None
        self.emit_day(False)

    def teardown(self):
        self.people.close()
        self.sender.close()
        shutil.rmtree(self.folder)

    def tick(self):
        self.now += dt.timedelta(minutes=1)
        return self.now

    # What people enter.

    @rule(invoice=INVOICE, is_live=st.booleans())
    def promise(self, invoice, is_live):
        """A promise, or its newest version cancelled."""
        values = {} if is_live else {"cancelled_date": "2026-03-11"}
        add_promise(self.people, invoice, "2026-12-31", f"p-{invoice}", **values)
        self.model.promises[invoice] = is_live

    @rule(invoice=INVOICE, is_open=st.booleans())
    def dispute(self, invoice, is_open):
        values = {} if is_open else {"resolved_date": "2026-03-11"}
        add_dispute(self.people, invoice, f"d-{invoice}", **values)
        self.model.disputes[invoice] = is_open

    @rule(customer=CUSTOMERS, is_held=RARELY)
    def hold(self, customer, is_held):
        end = "2026-12-31" if is_held else "2026-03-11"
        add_hold(self.people, customer, hold=f"h-{customer}", end_date=end)
        self.model.holds[customer] = is_held

    @rule(is_stopped=RARELY)
    def switch(self, is_stopped):
        act = approvals.stop if is_stopped else approvals.start
        act(self.people, "Zoé", None, self.tick())
        self.model.stopped = is_stopped

    @rule(customer=CUSTOMERS)
    def approve(self, customer):
        numbers = approvals.numbers_of(self.people, customer)
        approvals.approve(self.people, numbers, "Zoé", self.tick())
        for row in self.rows("pending"):
            if row["customer_id"] == customer:
                self.model.approved.add(row["message_id"])

    # What runs bring.

    @rule(invoice=INVOICE, is_paid=RARELY)
    def payment_sync(self, invoice, is_paid):
        (self.model.paid.add if is_paid else self.model.paid.discard)(invoice)
        self.sync()

    @rule(customer=CUSTOMERS, is_out=RARELY)
    def opt_out_sync(self, customer, is_out):
        (self.model.opted_out.add if is_out else self.model.opted_out.discard)(customer)
        self.sync()

    @rule()
    def clear(self):
        """Everything that keeps a message back ends."""
        self.switch(False)
        for customer, invoices in INVOICES.items():
            self.hold(customer, False)
            for invoice in invoices:
                self.promise(invoice, False)
                self.dispute(invoice, False)
        self.model.paid, self.model.opted_out = set(), set()
        self.emit_day(False)

    @rule()
    def begin_run(self):
        """A run copies the desk; what happens until it is emitted it cannot know."""
        self.known_at = self.tick()
        self.snapshot = {
            (row["invoice_id"], row["step"])
            for row in self.people.execute("select * from activities")
        }

    @rule(needs_approval=RARELY)
    def emit_day(self, needs_approval):
        """Emit the day, often not for the first time."""
        self.facts = facts_of(*self.decided(needs_approval), day=self.day)
        self.sync()
        wanted = [
            m for m in self.decided(needs_approval) if m.customer_id not in self.model.opted_out
        ]
        before = {row["message_id"]: row["content_sha256"] for row in self.rows()}
        enqueue(self.people, wanted, self.day, self.tick())
        for row in self.rows():
            if before.get(row["message_id"]) != row["content_sha256"]:
                self.model.approved.discard(row["message_id"])
                self.model.not_before.pop(row["message_no"], None)

    @precondition(lambda self: self.now.date() == self.day)
    @rule(hours=st.sampled_from([16, 20]))
    def midnight(self, hours):
        """The day ends, and no run comes."""
        self.now = max(self.now, NOW + (self.day - DAY) + dt.timedelta(hours=hours))

    @rule(needs_approval=RARELY, knows_little=RARELY)
    def next_day(self, needs_approval, knows_little):
        if not knows_little:
            self.begin_run()
        self.day += dt.timedelta(days=1)
        self.now = NOW + (self.day - DAY)
        self.emit_day(needs_approval)

    def decided(self, needs_approval):
        """The messages of the day by what the run knows: each customer's next step."""
        messages = []
        for customer, invoices in INVOICES.items():
            open_ones = [invoice for invoice in invoices if invoice not in self.model.paid]
            taken = [step for invoice, step in self.snapshot if invoice in open_ones]
            step = f"step_{1 + max((int(s[5:]) for s in taken), default=0)}"
            if open_ones:
                numbers = "".join(invoice[2:] for invoice in open_ones)
                body = f"Step {step} {numbers} {needs_approval}"
                messages.append(
                    message(
                        customer,
                        numbers,
                        step,
                        day=self.day,
                        needs_approval=needs_approval,
                        body=body,
                    )
                )
        return messages

    def sync(self):
        """Facts of the day, with what has been paid or opted out since."""
        changed = [
            f if f.customer_id not in self.model.opted_out else opted_out(f)
            for f in self.facts.customers
        ]
        still_open = [f for f in self.facts.invoices if f.invoice_id not in self.model.paid]
        self.synced_at = self.tick()
        facts = replace(
            self.facts, customers=changed, invoices=still_open, **published(self.synced_at)
        )
        facts = replace(facts, known_at=self.known_at)
        assert sync_facts(self.people, facts, self.synced_at)

    # What the sender does.

    @precondition(lambda self: self.claimed is None)
    @rule(end=st.sampled_from(["none", "sent", "sent", "refused", "retry", "unknown", "kill"]))
    def claim(self, end):
        self.claim_one()
        if self.claimed is not None and end == "kill":
            self.kill()
        elif self.claimed is not None and end != "none":
            self.finish(end)

    def claim_one(self):
        now = self.tick()
        free = {row["message_no"] for row in self.rows("pending") if self.may_leave(row, now)}
        claim = claim_next(self.sender, SETTINGS, now)
        if claim.message is None:
            assert not free
            return
        assert claim.message.message_no == min(free)
        self.claimed = claim.message.message_no
        self.model.left[self.claimed] = self.left_of(self.claimed, "claimed", now)

    @precondition(lambda self: self.claimed is not None)
    @rule(end=st.sampled_from(["sent", "refused", "retry", "unknown"]))
    def finish(self, end):
        number, now = self.claimed, self.tick()
        if end == "sent":
            mark_sent(self.sender, number, now)
        elif end == "unknown":
            mark_unknown(self.sender, number, now)
        elif end == "refused":
            mark_refused(self.sender, number, now)
        else:
            mark_retry(self.sender, number, SETTINGS, now)
            row = self.row(number)
            self.model.not_before[number] = dt.datetime.fromisoformat(row["not_before"])
        if end in ("refused", "retry"):
            del self.model.left[number]
        else:
            self.model.left[number].state, self.model.left[number].at = end, now
        self.claimed = None

    @precondition(lambda self: self.claimed is not None)
    @rule()
    def kill(self):
        """The sender dies with its claim; the next begins by looking for such."""
        self.sender.close()
        self.sender = open_desk(self.folder / "desk.sqlite")
        self.sender.execute("pragma synchronous = off")
        assert recover(self.sender, self.tick()) == [self.claimed]
        self.model.left[self.claimed].state = "unknown"
        self.claimed = None

    @precondition(lambda self: self.claimed is None)
    @rule()
    def kill_within_a_claim(self):
        """The sender dies before its transaction is committed: nothing was claimed."""
        with pytest.raises(KeyboardInterrupt), transaction(self.sender):
            self.sender.execute("update messages set state = 'claimed' where state = 'pending'")
            raise KeyboardInterrupt
        assert recover(self.sender, self.tick()) == []

    @rule(was_sent=st.booleans())
    def reconcile_one(self, was_sent):
        for number, left in list(self.model.left.items()):
            if left.state == "unknown":
                now = self.tick()
                reconcile(self.people, number, was_sent, "Zoé", now)
                if was_sent:
                    left.state, left.at = "sent", now
                else:
                    del self.model.left[number]
                return

    # What must be.

    def may_leave(self, row, now):
        """Whether the model lets a pending message leave."""
        model, customer, number = self.model, row["customer_id"], row["message_no"]
        invoices = set(self.asked(number))
        earlier = [
            left for no, left in model.left.items() if no != number and left.customer == customer
        ]
        asked = frozenset((invoice, row["step"]) for invoice in invoices)
        current = {f.customer_id: f.step for f in self.facts.customers}
        known_open = {f.invoice_id for f in self.facts.invoices} - model.paid
        return not (
            model.stopped
            or now.date() != self.day
            or row["business_date"] != self.day.isoformat()
            or model.holds.get(customer)
            or customer in model.opted_out
            or current.get(customer) != row["step"]
            or not invoices <= known_open
            or any(model.promises.get(i) or model.disputes.get(i) for i in invoices)
            or (row["needs_approval"] and row["message_id"] not in model.approved)
            or model.not_before.get(number, now) > now
            or any(left.state in ("unknown", "claimed") for left in earlier)
            or any(
                left.day >= self.day or left.at >= self.known_at or left.asked & asked
                for left in earlier
            )
        )

    def asked(self, number):
        return [
            row["invoice_id"]
            for row in self.people.execute(
                "select invoice_id from message_lines inner join messages using (message_id)"
                " where message_no = ?",
                (number,),
            )
        ]

    def left_of(self, number, state, now):
        row, invoices = self.row(number), self.asked(number)
        asked = frozenset((invoice, row["step"]) for invoice in invoices)
        return Left(
            row["customer_id"], self.day, asked, frozenset(invoices), row["step"], state, now
        )

    def row(self, number):
        return self.people.execute(
            "select * from messages where message_no = ?", (number,)
        ).fetchone()

    def rows(self, state=None):
        rows = self.people.execute("select * from messages order by message_no").fetchall()
        return [row for row in rows if state in (None, row["state"])]

    @invariant()
    def nothing_has_left_twice(self):
        asked = [pair for left in self.model.left.values() for pair in left.asked]
        assert len(asked) == len(set(asked))

    @invariant()
    def the_desk_holds_what_the_model_knows(self):
        states = {row["message_no"]: row["state"] for row in self.rows()}
        for number, left in self.model.left.items():
            assert states[number] == left.state
        may_have_left = {n for n, s in states.items() if s in ("claimed", "sent", "unknown")}
        assert may_have_left == set(self.model.left)


def opted_out(fact):
    return replace(fact, decision="hold", hold_reason="opt_out", step=None, channel=None)


TestInterleavings = Desk.TestCase
TestInterleavings.settings = settings(
    max_examples=100,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
