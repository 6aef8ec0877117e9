"""HubSpot with state: CRM objects that page, and are archived, changed and merged."""

from tests.connectors.crm.fake_api import FakeApi

TOKEN = "pat-eu1-do-not-tell"
TYPE_NUMBERS = {"0-3": "deals"}
TYPES = ("companies", "contacts", "deals", "tickets", "calls", "emails", "notes")
SINGULAR = {"companies": "company", "contacts": "contact", "deals": "deal", "tickets": "ticket"}


class HubspotFake(FakeApi):
    """Lists in order of id, two a page, with the properties and associations that were asked for."""

    page_size = 2

    def __init__(self):
        super().__init__()
        self.objects = {name: {} for name in TYPES}
        self.setup = {"owners": [], "pipelines/deals": [], "pipelines/tickets": []}

    def put(self, kind, key, changed="2024-05-01T08:00:00Z", to=None, **properties):
        """Create or change an object; `to` maps a type to associated ids, the first one primary."""
        associations = {
            name: {
                "results": [
                    {
                        "id": str(id_),
                        "type": f"x_to_{SINGULAR[name]}{'' if primary else '_unlabeled'}",
                    }
                    for id_ in ids
                    for primary in ((True, False) if id_ == ids[0] else (False,))
                ]
            }
            for name, ids in (to or {}).items()
        }
        known = self.objects[kind].get(str(key), {})
        self.objects[kind][str(key)] = {
            "id": str(key),
            "properties": {**known.get("properties", {}), **properties},
            "createdAt": "2024-01-02T09:00:00Z",
            "updatedAt": changed,
            "archived": False,
            "associations": associations or known.get("associations", {}),
        }

    def archive(self, kind, key, changed="2024-06-01T08:00:00Z"):
        self.objects[kind][str(key)] |= {"archived": True, "updatedAt": changed}

    def merge(self, kind, winner, loser):
        """The loser's id leads nowhere any more: it is in no list, archived or not."""
        merged = self.objects[kind].pop(str(loser))
        self.objects[kind][str(winner)]["properties"]["hs_merged_object_ids"] = merged["id"]

    def is_allowed(self, headers):
        return headers.get("Authorization") == f"Bearer {TOKEN}"

    def answer(self, path, query):
        name = path.removeprefix("/crm/v3/").removeprefix("objects/")
        if name in self.setup:
            return {"results": self.setup[name]}
        kind = TYPE_NUMBERS.get(name, name)
        if kind not in self.objects:
            return None
        is_archived = query.get("archived") == "true"
        items = [o for o in self.objects[kind].values() if o["archived"] == is_archived]
        items.sort(key=lambda item: int(item["id"]))
        items = [item for item in items if int(item["id"]) > int(query.get("after", 0))]
        page, rest = items[: self.page_size], items[self.page_size :]
        body = {"results": [self.shown(item, query) for item in page]}
        if rest:
            body["paging"] = {
                "next": {"after": page[-1]["id"], "link": "https://elsewhere.example"}
            }
        return body

    @staticmethod
    def shown(item, query):
        wanted = [*query.get("properties", "").split(","), "hs_object_id"]
        kinds = query.get("associations", "").split(",")
        own = {
            **item["properties"],
            "hs_object_id": item["id"],
            "hs_lastmodifieddate": item["updatedAt"],
        }
        shown = {name: item[name] for name in ("id", "createdAt", "updatedAt", "archived")}
        # The dates come unasked, as with the vendor.
        shown["properties"] = {
            name: own.get(name) for name in (*wanted, "hs_lastmodifieddate") if name
        }
        found = {n: a for n, a in item["associations"].items() if n in kinds}
        return {**shown, "associations": found} if found else shown


def pipeline(key, label, **stages):
    """A pipeline whose stages are open unless they say how likely they win (1 or 0)."""
    return {
        "id": key,
        "label": label,
        "archived": False,
        "updatedAt": "2024-01-01T00:00:00Z",
        "stages": [
            {
                "id": name,
                "label": name.capitalize(),
                "metadata": {
                    "isClosed": str(odds is not None).lower(),
                    "probability": str(odds or "0.5"),
                }
                if odds is None or isinstance(odds, str)
                else {"ticketState": "CLOSED" if odds else "OPEN"},
            }
            for name, odds in stages.items()
        ],
    }
