"""Random requests, many of them wrong in some way."""

from leasing import IDS, LeaseGenerator
from spelling import COMPARE_RESULTS, COMPARE_TARGETS, SORT_ORDERS, SORT_TARGETS, encode

KEYS = [
    b"\0", b"\0\0", b"a", b"a\0", b"aa", b"ab", b"b", b"b/1", b"b/2", b"b/3", b"c", b"c\xff", b"c\xff\xff", b"d",
    b"key/01", b"key/02", b"key/03", b"key/04", b"key/05", b"key/06", b"key/07", b"key/08", b"key/09", b"key/10",
    b"key/11", b"key/12", b"key/13", b"key/14", b"key/15", b"key/16", b"z", b"\xff", b"\xff\xff", "größe".encode(),
]
PREFIXES = [(b"b/", b"b0"), (b"key/", b"key0"), (b"c", b"d"), (b"\xff", b"\0"), (b"key/0", b"key/1")]
OPERATIONS_MAX = 128
WRONG_SHARE = 0.3
LONG_VALUE_BYTES = 5000
TOO_LARGE_BYTES = (1_600_000, 2_200_000)
OLD_REVISIONS = 40

WRONG_BODIES = [
    b"{", b"[]", b"nothing", b'"text"', b"{}", b"", b"null", b'{"key":', b'{"key":"%%%"}', b'{"key":5}',
    b'{"key":"YQ==","limit":"many"}', b'{"key":"YQ==","limit":true}', b'{"key":"YQ==","limit":"9223372036854775808"}',
    b'{"key":"YQ==","limit":1.5}', b'{"key":"YQ==","sort_order":"UPWARDS"}', b'{"key":"YQ==","sort_target":"2"}',
    b'{"key":"YQ==","serializable":"true"}', b'{"key":"YQ==","prev_kv":1,"keys_only":1}', b'{"compare":{}}',
    b'{"success":[1]}', b'{"compare":[{"target":"SIZE"}]}', b'{"revision":"-"}', b'{"key" "YQ=="}', b"\xff\xfe",
]
WRONG_PATHS = ["/v3/kv/ranges", "/v3/kv", "/v3/", "/v4/kv/range", "/kv/range", "/v3/kv/range/", "/v3/kv/Range"]


class Generator:
    """Makes one request after the other; `note` tells it what came of the last one."""

    def __init__(self, random):
        self.random = random
        self.revision = 1
        self.compacted = 0
        self.leases = LeaseGenerator(random)
        # Whether a compaction may come now: not while watches may lag.
        self.may_compact = True

    def note(self, path, request, answer):
        if answer.status != 200:
            return
        # Of a body that is no message, too: some are read as one, and what was a revision to come has come then.
        self.revision = max(self.revision, answer.revision)
        if path.endswith("/compaction") and isinstance(request, dict):
            self.compacted = request.get("revision", 0)

    def next(self):
        """(method, path, request or raw body)"""
        wrong = self.random.random() < WRONG_SHARE
        kind = self.random.random()
        if kind < 0.19:
            return "POST", "/v3/kv/put", self.put(wrong)
        if kind < 0.42:
            return "POST", "/v3/kv/range", self.range(wrong)
        if kind < 0.48:
            return "POST", "/v3/kv/deleterange", self.delete(wrong)
        if kind < 0.92:
            depth = self.random.choice((0, 1, 1, 2, 3))
            return "POST", "/v3/kv/txn", self.txn(depth, OPERATIONS_MAX, wrong)
        if kind < 0.94:
            return "POST", "/v3/kv/compaction", self.compaction(wrong or not self.may_compact)
        if kind < 0.97:
            return "POST", *self.leases.next()
        return self.nonsense()

    def chance(self, share):
        return self.random.random() < share

    def key(self):
        return self.random.choice(KEYS)

    def interval(self):
        """A key and a range end of any kind."""
        kind = self.random.random()
        if kind < 0.45:
            return {"key": self.key()}
        if kind < 0.70:
            key, end = self.random.choice(PREFIXES)
            return {"key": key, "range_end": end}
        if kind < 0.80:
            return {"key": b"\0", "range_end": b"\0"}
        if kind < 0.85:
            return {"key": self.key(), "range_end": b"\0"}
        return {"key": self.key(), "range_end": self.key()}

    def value(self):
        kind = self.random.random()
        if kind < 0.7:
            return self.random.choice((b"", b"0", b"1", b"2", b"3", b"10"))
        if kind < 0.98:
            return self.random.randbytes(self.random.randrange(40))
        return self.random.randbytes(LONG_VALUE_BYTES)

    def past_revision(self):
        return self.random.randint(max(1, self.compacted), self.revision)

    def wrong_revision(self):
        if self.compacted > 1 and self.chance(0.5):
            return self.random.randrange(1, self.compacted)
        return self.revision + self.random.choice((1, 1, 2, 1000, 1 << 62))

    def put(self, wrong):
        request = {"key": self.key(), "value": self.value()}
        if self.chance(0.3):
            request["prev_kv"] = True
        if self.chance(0.12):
            del request["value"]
            request["ignore_value"] = True
        if self.chance(0.12):
            request["ignore_lease"] = True
        elif self.chance(0.12):
            # Not one that the servers have named: compares by order would tell them apart.
            request["lease"] = self.leases.given_id()
        if wrong:
            self.spoil_put(request)
        return request

    def spoil_put(self, request):
        kind = self.random.randrange(5)
        if kind == 0:
            request["key"] = b""
        elif kind == 1:
            request.update(ignore_value=True, value=b"x")
        elif kind == 2:
            request.update(ignore_lease=True, lease=7)
        else:
            request["lease"] = self.random.choice((5, -1, *IDS))

    def range(self, wrong):
        request = self.interval()
        if self.chance(0.35):
            request["revision"] = self.random.choice((0, -1, self.revision, self.past_revision(), self.past_revision()))
        if self.chance(0.4):
            request["limit"] = self.random.choice((0, 1, 1, 2, 3, 5, 8, 13, 1000, -1, (1 << 63) - 1))
        if self.chance(0.4):
            request["sort_order"] = self.random.choice(SORT_ORDERS)
        if self.chance(0.4):
            request["sort_target"] = self.random.choice(SORT_TARGETS)
        for name, share in (("serializable", 0.2), ("keys_only", 0.1), ("count_only", 0.1)):
            if self.chance(share):
                request[name] = True
        if self.chance(0.2):
            for name in ("min_mod_revision", "max_mod_revision", "min_create_revision", "max_create_revision"):
                if self.chance(0.5):
                    request[name] = max(-1, self.revision - self.random.randrange(-2, OLD_REVISIONS))
        if wrong:
            request.update(self.random.choice(({"key": b""}, {"revision": self.wrong_revision()},
                                               {"revision": self.wrong_revision()})))
        return request

    def delete(self, wrong):
        request = self.interval()
        # A store that is emptied all the time says little about ranges.
        if request.get("range_end") and self.chance(0.6):
            request = {"key": self.key()}
        if self.chance(0.4):
            request["prev_kv"] = True
        if wrong:
            request["key"] = b""
        return request

    def compaction(self, wrong):
        revision = self.random.randint(self.compacted + 1, max(self.compacted + 1, self.revision - OLD_REVISIONS))
        if wrong:
            revision = self.random.choice((self.compacted, -1, self.revision + 1, self.revision + 100))
        request = {"revision": revision}
        if self.chance(0.3):
            request["physical"] = True
        return request

    def compare(self):
        target = self.random.choice(COMPARE_TARGETS)
        request = {"key": self.key(), "result": self.random.choice(COMPARE_RESULTS), "target": target}
        if self.chance(0.3):
            request.update(self.interval())
        member = target.lower() + ("_revision" if target in ("CREATE", "MOD") else "")
        if self.chance(0.04):
            member = self.random.choice(("version", "lease", "value", "mod_revision"))
        if self.chance(0.96):
            request[member] = self.compared(member)
        return request

    def compared(self, member):
        if member == "value":
            return self.value()
        if member == "version":
            return self.random.randrange(-1, 8)
        if member == "lease":
            return self.random.choice((0, 0, 7, -7, self.leases.given_id()))
        return self.random.choice((0, self.past_revision(), self.revision, self.revision - self.random.randrange(20)))

    def txn(self, depth, budget, wrong):
        """A transaction; if it is to be nested, `depth` levels deep."""
        request = {}
        compares = self.random.choice((0, 0, 1, 1, 2))
        if compares:
            request["compare"] = [self.compare() for _ in range(compares)]
        for branch in ("success", "failure"):
            size = self.random.choice((0, 1, 1, 2, 3, 4))
            if size:
                request[branch] = [self.operation(depth) for _ in range(size)]
        if depth > 0:
            inner = {"request_txn": self.txn(depth - 1, budget - 4, wrong and self.chance(0.5))}
            branch = request.setdefault(self.random.choice(("success", "failure")), [])
            branch.insert(self.random.randint(0, len(branch)), inner)
        if wrong:
            self.spoil_txn(request, budget)
        return request

    def operation(self, depth):
        kind = self.random.random()
        if kind < 0.40:
            return {"request_range": self.range(False)}
        if kind < 0.75:
            return {"request_put": self.put(False)}
        if kind < 0.90 or depth == 0:
            return {"request_delete_range": self.delete(False)}
        return {"request_txn": self.txn(depth - 1, OPERATIONS_MAX - 4, False)}

    def spoil_txn(self, request, budget):
        operations = request.setdefault(self.random.choice(("success", "failure")), [])
        kind = self.random.randrange(12)
        if kind == 0:
            request.setdefault("compare", []).append({"key": b"", "version": 0})
        elif kind == 1:
            operations.append({})
        elif kind == 2:
            operations += [{"request_range": {"key": b"a"}}] * (budget + 1 - len(operations))
        elif kind == 3:
            operations.append(self.nested_beyond(budget - len(operations)))
        elif kind < 6:
            operations += [{"request_put": {"key": b"d"}}, {"request_put": {"key": b"d", "value": b"2"}}]
        elif kind < 8:
            operations += [{"request_put": {"key": b"b/2"}}, {"request_delete_range": {"key": b"b/", "range_end": b"b0"}}]
        elif kind < 10:
            operations.append({"request_put": self.put(True)})
        else:
            operations.append({self.random.choice(("request_range",)): self.range(True)})
        self.random.shuffle(operations)

    def nested_beyond(self, rest):
        """A transaction with one operation more than what its parent leaves to it."""
        return {"request_txn": {"compare": [{"key": b"a", "version": 0}] * max(rest, 1)}}

    def nonsense(self):
        """Requests that are not well-formed, or too long."""
        kind = self.random.random()
        path = "/v3/kv/" + self.random.choice(("range", "put", "deleterange", "txn", "compaction"))
        if kind < 0.70:
            body = self.random.choice(WRONG_BODIES)
            # An empty message is a compaction to revision 0, which may succeed.
            is_empty = body in (b"{}", b"", b"null")
            return "POST", "/v3/kv/put" if is_empty and path.endswith("/compaction") else path, body
        if kind < 0.85:
            return "POST", self.random.choice(WRONG_PATHS), encode({"key": b"a"})
        if kind < 0.98:
            return self.random.choice(("GET", "PUT", "DELETE")), path, encode({"key": b"a"})
        value = bytes(self.random.choice(TOO_LARGE_BYTES))
        return "POST", "/v3/kv/put", {"key": b"a", "value": value}
