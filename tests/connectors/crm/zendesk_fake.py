"""Zendesk with state: incremental exports by cursor and by time, and a plain list by cursor."""

import datetime as dt
from base64 import b64encode

from tests.connectors.crm.fake_api import FakeApi

EMAIL, TOKEN = "agent@seller.example", "zd-do-not-tell"
CURSOR_EXPORTS = ("users", "tickets")
TIME_EXPORTS = ("organizations", "ticket_metric_events")


def unix(text):
    return int(dt.datetime.fromisoformat(text).timestamp())


class ZendeskFake(FakeApi):
    """Two items a page; the exports give what changed at or after their start."""

    page_size = 2

    def __init__(self):
        super().__init__()
        self.objects = {name: {} for name in CURSOR_EXPORTS + TIME_EXPORTS}

    def put(self, kind, key, changed="2024-05-01T08:00:00Z", **fields):
        """Create or change an object; what the vendor always sends is there."""
        known = (
            self.objects[kind].get(key)
            or {
                "organizations": {
                    "name": f"Organisation {key}",
                    "external_id": None,
                    "domain_names": [],
                },
                "users": {
                    "role": "end-user",
                    "active": True,
                    "email": None,
                    "organization_id": None,
                },
                "tickets": {
                    "status": "open",
                    "priority": None,
                    "organization_id": None,
                    "requester_id": None,
                    "tags": [],
                    "subject": "My telephone is +33 6",
                    "description": "Private",
                    "satisfaction_rating": {"score": "unoffered", "comment": "Private"},
                    "metric_set": {"solved_at": None, "reply_time_in_minutes": {"calendar": 4}},
                },
                "ticket_metric_events": {"metric": "reply_time", "time": changed},
            }[kind]
        )
        own = {"id": key, "created_at": "2024-01-02T09:00:00Z", "updated_at": changed}
        self.objects[kind][key] = known | own | fields
        if kind == "tickets":
            self.objects[kind][key]["generated_timestamp"] = unix(changed)

    def remove(self, kind, key):
        del self.objects[kind][key]

    def is_allowed(self, headers):
        secret = b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        return headers.get("Authorization") == f"Basic {secret}"

    def answer(self, path, query):
        name = path.removeprefix("/api/v2/")
        if name == "organizations":
            return self.listed(query)
        kind = name.removeprefix("incremental/").removesuffix("/cursor")
        if kind not in self.objects or not name.startswith("incremental/"):
            return None
        return self.exported(kind, query, by_cursor=name.endswith("/cursor"))

    def listed(self, query):
        items = sorted(self.objects["organizations"].values(), key=lambda item: item["id"])
        items = [item for item in items if item["id"] > int(query.get("page[after]", 0))]
        page, rest = items[: self.page_size], items[self.page_size :]
        after = str(page[-1]["id"]) if page else None
        return {"organizations": page, "meta": {"has_more": bool(rest), "after_cursor": after}}

    def exported(self, kind, query, by_cursor):
        """By cursor (`<time>|<id>`) each item comes once; by time the last one of a page comes again."""

        def at(item):
            return item.get("generated_timestamp") or unix(item.get("time", item["updated_at"]))

        items = sorted(self.objects[kind].values(), key=lambda item: (at(item), item["id"]))
        if "cursor" in query:
            assert "start_time" not in query
            time, key = query["cursor"].split("|")
            items = [item for item in items if (at(item), item["id"]) > (int(time), int(key))]
        else:
            items = [item for item in items if at(item) >= int(query["start_time"])]
        page, rest = items[: self.page_size], items[self.page_size :]
        body = {kind: page, "end_of_stream": not rest}
        if by_cursor:
            body["after_cursor"] = (
                f"{at(page[-1])}|{page[-1]['id']}" if page else query.get("cursor")
            )
        else:
            body["end_time"] = at(page[-1]) if page else int(query["start_time"])
        return body
