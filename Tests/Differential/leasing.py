"""Random requests about leases, few enough of them that grants meet leases that are there and puts meet both kinds."""

IDS = (1, 7, -7, 42, 1 << 40, (1 << 63) - 1)
# Long enough that none ends during a run; one lasts as long as a lease may.
SECONDS = (3600, 7200, 86_400, 1_000_000, 9_000_000_000)
SECONDS_TOO_MANY = (9_000_000_001, (1 << 63) - 1)
DRAWN_MAX = 24
GRANT, REVOKE, TIME, LIST = "/v3/lease/grant", "/v3/lease/revoke", "/v3/lease/timetolive", "/v3/lease/leases"
KEEP_ALIVE = "/v3/lease/keepalive"
ALIASES = {REVOKE: "/v3/kv/lease/revoke", TIME: "/v3/kv/lease/timetolive", LIST: "/v3/kv/lease/leases"}


class LeaseGenerator:
    """Makes requests about leases; knows those that were granted without an id by what the targets named them."""

    def __init__(self, random):
        self.random = random
        self.drawn = []
        self.drawn_count = 0

    def given_id(self):
        return self.random.choice(IDS)

    def any_id(self):
        """A lease that may be there, or no longer."""
        if self.drawn and self.random.random() < 0.2:
            return self.random.choice(self.drawn)
        return self.random.choice(IDS)

    def next(self):
        """(path, request)"""
        kind = self.random.random()
        if kind < 0.35:
            return GRANT, self.grant()
        path, request = self.about_one(kind)
        if path in ALIASES and self.random.random() < 0.2:
            path = ALIASES[path]
        return path, request

    def grant(self):
        request = {"ID": self.random.choice(IDS), "TTL": self.random.choice(SECONDS)}
        if self.random.random() < 0.1:
            request["TTL"] = self.random.choice(SECONDS_TOO_MANY)
        if self.random.random() < 0.1 and self.drawn_count < DRAWN_MAX:
            self.drawn_count += 1
            del request["ID"]
        return request

    def about_one(self, kind):
        identifier = self.any_id() if self.random.random() < 0.9 else self.random.choice((0, 5, -1))
        if kind < 0.55:
            return REVOKE, {"ID": identifier}
        if kind < 0.80:
            request = {"ID": identifier}
            if self.random.random() < 0.7:
                request["keys"] = True
            return TIME, request
        if kind < 0.95:
            return KEEP_ALIVE, {"ID": identifier}
        return LIST, {}

    def note(self, exchange, path, request, answers):
        """Remembers a lease that the targets named."""
        if path == GRANT and "ID" not in request:
            name = f"lease {len(self.drawn) + 1}"
            drawn = exchange.draw(answers, lambda each: int(each.body["ID"]) if "ID" in each.body else None, name)
            if drawn:
                self.drawn.append(drawn)
