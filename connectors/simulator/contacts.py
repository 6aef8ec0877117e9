"""The people at each customer: roles, missing addresses, opt-outs, addresses that bounce.

Belongs here: the `contacts` entity and what makes a message reach nobody. Does not belong here:
messages (dunning.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns, words
from connectors.simulator.customers import LANGUAGES, Customers, _slug
from connectors.simulator.days import NEVER
from connectors.simulator.spec import SimulationSpec, Timeline

ROLES = ("accounts_payable", "executive", "other")
CHANNELS = ("email", "call", "letter")


@dataclass(frozen=True)
class Reach:
    """One row per customer: whether the payable contact can be reached by e-mail.

    Attributes: `has_email`, `is_opted_out`; `bounce_from` is the day from which mail bounces.
    """

    has_email: np.ndarray
    is_opted_out: np.ndarray
    bounce_from: np.ndarray


def draw_reach(spec: SimulationSpec, timeline: Timeline, customers: Customers) -> Reach:
    """6 % have no address on file, 2 % opted out, 4 % have an address that dies one day."""
    random, count = spec.stream("reach"), len(customers)
    dies = random.random(count) < 0.04
    death = random.integers(timeline.run_in, timeline.end, count)
    return Reach(
        has_email=random.random(count) >= 0.06,
        is_opted_out=random.random(count) < 0.02,
        bounce_from=np.where(dies, death, NEVER),
    )


def contact_table(
    spec: SimulationSpec, customers: Customers, domains: list[str], reach: Reach
) -> pa.Table:
    """The `contacts` entity: one payable contact each, further people by segment."""
    random, count = spec.stream("contacts"), len(customers)
    has_executive = random.random(count) < np.array([0.3, 0.6, 0.95])[customers.segment]
    has_other = random.random(count) < np.array([0.1, 0.3, 0.6])[customers.segment]
    extra = [np.flatnonzero(has_executive), np.flatnonzero(has_other)]
    owner = np.concatenate([np.arange(count), *extra])
    role = np.repeat([0, 1, 2], [count, len(extra[0]), len(extra[1])])
    order = np.lexsort((role, owner))
    owner, role = owner[order], role[order]
    is_payable = role == 0
    names = _person_names(random, customers.language[owner])
    has_email = np.where(is_payable, reach.has_email[owner], random.random(len(owner)) < 0.9)
    emails = [
        f"{_slug(name).replace('-', '.')}@{domains[customer]}" if has else None
        for name, customer, has in zip(names, owner, has_email, strict=True)
    ]
    # Numbers of a range kept for fiction: no exchange begins with 555-01.
    line = random.integers(0, 100, len(owner))
    phones = [
        f"+00 555 01{digits:02d} {customer % 10_000:04d}"
        for digits, customer in zip(line, owner, strict=True)
    ]
    has_phone = random.random(len(owner)) < 0.85
    preferred = random.choice(4, len(owner), p=(0.55, 0.12, 0.03, 0.30))
    opted_out = np.where(is_payable, reach.is_opted_out[owner], random.random(len(owner)) < 0.03)
    recorded = columns.office_seconds(random, customers.created[owner])
    return columns.table(
        {
            "contact_id": columns.identifiers("CON", np.arange(len(owner))),
            "customer_id": columns.identifiers("CUS", owner),
            "contact_name": pa.array(names),
            "role": columns.labels(ROLES, role),
            "email": pa.array(emails, pa.string()),
            "phone": pa.array(phones, mask=~has_phone),
            "language": columns.labels(LANGUAGES, customers.language[owner]),
            "preferred_channel": columns.labels((*CHANNELS, None), preferred),
            "is_opted_out": pa.array(opted_out),
            "recorded_at": columns.timestamps(recorded),
        }
    )


def _person_names(random: np.random.Generator, language: np.ndarray) -> list[str]:
    first, last = random.integers(0, 1 << 30, (2, len(language)))
    names = []
    for code, one, two in zip(language, first, last, strict=True):
        given, families = words.PEOPLE[LANGUAGES[code]]
        names.append(f"{given[one % len(given)]} {families[two % len(families)]}")
    return names
