"""A client of the feed that keeps a copy, as a partner's system would."""

from tests.api.conftest import Api


class Puller:
    """``pull`` applies one page; ``copy`` is what the client has; ``cursor`` where it stands."""

    def __init__(self, api: Api, **query):
        self.api, self.query = api, query
        self.cursor, self.copy, self.seen = "", {}, []

    def pull(self, **query) -> list[tuple[str, str]]:
        """One page; returns its (type, resource), and applies it."""
        page = self.api.json("changes", after=self.cursor, **self.query, **query)
        for change in page["results"]:
            key = (change["resource"], change["id"])
            if change["type"] == "deleted":
                assert change["data"] is None
                self.copy.pop(key, None)
            else:
                self.copy[key] = change["data"]
        self.cursor = page["cursor"]
        self.seen = [(change["type"], change["id"]) for change in page["results"]]
        return self.seen

    def all(self, **query) -> "Puller":
        while self.pull(**query):
            pass
        return self
