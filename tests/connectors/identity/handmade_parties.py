"""Parties written by hand, resolved in a warehouse in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from connectors.identity import IdentitySettings, PartySource, Resolution, resolve

LEDGERS = ("files", "sql", "fec", "stripe")
TEXTS = pa.list_(pa.string())


def party(
    party_id: str,
    name: str | None = None,
    *domains: str,
    vat: str | None = None,
    number: str | None = None,
    country: str | None = None,
    ids: Sequence[str] = (),
) -> dict:
    return {
        "party_id": party_id,
        "party_name": name,
        "email_domains": list(domains),
        "vat_number": vat,
        "company_number": number,
        "country": country,
        "external_ids": list(ids),
    }


SHAPE = pa.schema(
    [
        (name, TEXTS if name in ("email_domains", "external_ids") else pa.string())
        for name in party("")
    ]
)


@dataclass
class Rig:
    """A warehouse and what was last resolved in it."""

    connection: duckdb.DuckDBPyConnection
    resolution: Resolution | None = None

    def resolve(self, settings: IdentitySettings | None = None, **systems: list[dict]) -> "Rig":
        """Resolve systems given in order of precedence."""
        sources = []
        for name, rows in systems.items():
            self.connection.register("given", pa.Table.from_pylist(rows, SHAPE))
            self.connection.execute(f"create or replace table {name}_parties as from given")
            sources.append(PartySource(name, name in LEDGERS, f"select * from {name}_parties"))
        self.resolution = resolve(self.connection, sources, settings or IdentitySettings())
        return self

    @property
    def customers(self) -> dict[str, str]:
        """The customer of each party that has one."""
        return dict(self.rows("select party_id, customer_id from identity.customer_links"))

    @property
    def methods(self) -> dict[str, str]:
        """The method that linked each party that is not its own customer."""
        return dict(
            self.rows(
                "select party_id, method from identity.customer_links where method <> 'own_id'"
            )
        )

    @property
    def doubts(self) -> dict[tuple[str, str], str]:
        """The reason of each doubtful pair."""
        return {
            (party_id, candidate): reason
            for party_id, candidate, reason in self.rows(
                "select party_id, candidate_customer_id, reason from identity.doubtful"
            )
        }

    @property
    def unmatched(self) -> dict[str, str]:
        """The reason of each party without customer or candidate."""
        return dict(self.rows("select party_id, reason from identity.unmatched"))

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()
