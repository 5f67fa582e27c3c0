"""Streams looked at one by one: fragments, leases that end, progress by itself, and the gateway's lines."""

import base64
import json
import time

import http2
from connection import Connection
from watching import Together, settle

LARGE_BYTES = 900_000
# The shortest lease, and when it must have ended.
LEASE_SECONDS, LEASE_SECONDS_MAX = 2, 12
LEASE = 901
NOTIFY_SECONDS_MAX = 10
LINES_SECONDS_MAX = 10


class Streams:
    def __init__(self, report, exchange):
        self.report, self.exchange = report, exchange

    def run(self):
        for name in ("fragments", "a_lease_that_ends", "a_lease_that_the_servers_name", "progress_by_itself", "half_closed", "the_gateway",
                     "watches_of_users"):
            complaints = getattr(self, name)()
            self.report.count("streams: " + name.replace("_", " "), complaints)

    def send(self, path, request):
        return self.exchange.compare(path, request, is_rpc=True)[1]

    def open(self, *requests):
        """A stream with these watches."""
        self.exchange.settle()
        together = Together(self.exchange, 0)
        return together, [each for request in requests for each in together.create(request, 0)]

    def end(self, together):
        wrong = settle([together])
        together.close()
        return wrong

    def fragments(self):
        """One revision with more than fits: in pieces for whom asks for that, else whole."""
        prefix = {"key": b"large/", "range_end": b"large0"}
        together, complaints = self.open({**prefix, "prev_kv": True, "fragment": True}, {**prefix, "prev_kv": True})
        for index in range(3):
            request = {"key": b"large/%d" % index, "value": bytes([65 + index]) * LARGE_BYTES}
            complaints += self.send("/v3/kv/put", request)
        complaints += self.send("/v3/kv/deleterange", prefix)
        together.lags = True
        complaints += self.end(together)
        for target, record in zip(self.exchange.targets, together.records):
            if record.fragments != {0}:
                complaints.append(f"{target.name}: fragments of the watches {record.fragments}, and not of 0 alone")
        return complaints

    def a_lease_that_ends(self):
        """Its keys go in one revision, not early, and watches see it."""
        together, complaints = self.open({"key": b"ends/", "range_end": b"ends0", "prev_kv": True})
        began = time.monotonic()
        complaints += self.send("/v3/lease/grant", {"ID": LEASE, "TTL": 1})
        for index in range(3):
            complaints += self.send("/v3/kv/put", {"key": b"ends/%d" % index, "lease": LEASE})
        complaints += self.send("/v3/lease/timetolive", {"ID": LEASE, "keys": True})
        ended = [0.0 for _ in together.calls]

        def has_ended(place):
            record = together.records[place]
            if not ended[place] and len(record.events[0]) >= 6:
                ended[place] = time.monotonic() - began
            return ended[place]

        def all_have_ended():
            together.read()
            return all([has_ended(place) for place in range(len(ended))])

        http2.wait_until([each.held for each in together.channels], all_have_ended, LEASE_SECONDS_MAX)
        for target, seconds in zip(self.exchange.targets, ended):
            if not LEASE_SECONDS <= seconds <= LEASE_SECONDS_MAX:
                complaints.append(f"{target.name}: the lease of {LEASE_SECONDS} s ended after {seconds:.2f} s")
        complaints += self.end(together)
        return complaints + self.send("/v3/lease/timetolive", {"ID": LEASE, "keys": True})

    def a_lease_that_the_servers_name(self):
        """Given by no id, attached, seen by a watch, and revoked."""
        together, complaints = self.open({"key": b"named", "prev_kv": True})
        answers = self.exchange.ask("/v3/lease/grant", {"TTL": 3600}, is_rpc=True)
        lease = self.exchange.draw(answers, lambda each: int(each.body["ID"]) if "ID" in each.body else None, "named")
        for path, request in (
                ("/v3/kv/put", {"key": b"named", "lease": lease}), ("/v3/kv/range", {"key": b"named"}),
                ("/v3/kv/put", {"key": b"named", "ignore_lease": True, "value": b"1", "prev_kv": True}),
                ("/v3/lease/timetolive", {"ID": lease, "keys": True}), ("/v3/lease/keepalive", {"ID": lease}),
                ("/v3/lease/grant", {"ID": lease, "TTL": 5}), ("/v3/lease/revoke", {"ID": lease}),
                ("/v3/lease/revoke", {"ID": lease}), ("/v3/lease/timetolive", {"ID": lease, "keys": True})):
            complaints += self.send(path, request)
        return complaints + self.end(together)

    def progress_by_itself(self):
        """Watches that ask for it are told the revision though nothing comes."""
        together, complaints = self.open({"key": b"idle", "progress_notify": True}, {"key": b"idle"})
        revisions = [record.created[0][1] for record in together.records]
        wanted = dict(zip(map(id, together.records), revisions))
        if not together.until(lambda record: record.notified.get(0, 0) >= wanted[id(record)], NOTIFY_SECONDS_MAX):
            complaints.append(f"not told: {[record.notified for record in together.records]}")
        for target, record in zip(self.exchange.targets, together.records):
            if 1 in record.notified:
                complaints.append(f"{target.name}: a watch is told that has not asked")
        return complaints + self.end(together)

    def watches_of_users(self):
        """Who may not read is told so, and the stream goes on for what may be read."""
        complaints = []
        for path, request in (
                ("user/delete", {"name": "root"}), ("user/add", {"name": "root", "password": "p"}), ("role/add", {"name": "root"}),
                ("user/grant", {"user": "root", "role": "root"}), ("user/add", {"name": "reader", "password": "p"}),
                ("role/add", {"name": "reads"}), ("user/grant", {"user": "reader", "role": "reads"}),
                ("role/grant", {"name": "reads", "perm": {"permType": "READ", "key": b"r", "range_end": b"s"}}),
                ("enable", {})):
            self.exchange.ask("/v3/auth/" + path, request, is_rpc=True)
        root, reader = self.token("root"), self.token("reader")
        together = Together(self.exchange, 0, reader)
        for key, end in ((b"r", b""), (b"r", b"s"), (b"q", b""), (b"r", b"t"), (b"\0", b"\0"), (b"r1", b"r2")):
            complaints += together.create({"key": key, "range_end": end}, 0)
        answers = self.exchange.ask("/v3/kv/put", {"key": b"r1", "value": b"1"}, is_rpc=True, token=root)
        complaints += self.exchange.complaints(answers, "/v3/kv/put", {}, True)
        together.until(lambda record: sum(len(each) for each in record.events.values()) >= 2)
        # The id of a refused watch is the one that was asked for at etcd 3.5.1, and -1 later.
        said = [([each[0].get("cancel_reason") for each in record.created],
                 sorted(event for events in record.events.values() for event in events)) for record in together.records]
        complaints += [f"etcd    {said[0]}\nsynod   {each}" for each in said[1:] if each != said[0]]
        together.close()
        self.exchange.ask("/v3/auth/disable", {}, is_rpc=True, token=root)
        return complaints

    def token(self, name):
        answers = self.exchange.ask("/v3/auth/authenticate", {"name": name, "password": "p"}, is_rpc=True)
        return self.exchange.draw(answers, lambda each: each.body.get("token"), f"token of {name}")

    def half_closed(self):
        """A client that has said all is still told of events."""
        together, complaints = self.open({"key": b"half"})
        for call in together.calls:
            call.half_close()
        complaints += self.send("/v3/kv/put", {"key": b"half", "value": b"1"})
        if not together.until(lambda record: len(record.events[0]) == 1):
            complaints.append("no event after the last request")
        return complaints + self.end(together)

    def the_gateway(self):
        """The lines of a stream: created, then what was, then what comes."""
        complaints = self.send("/v3/kv/put", {"key": b"line", "value": b"1"})
        revision = self.exchange.ask("/v3/kv/range", {"key": b"line"})[0].revision
        key = base64.b64encode(b"line").decode()
        body = json.dumps({"create_request": {"key": key, "start_revision": str(revision), "prev_kv": True}}).encode()
        readers = [Lines(target.nodes[0].port, "/v3/watch", body) for target in self.exchange.targets]
        found = [reader.until_events(1) for reader in readers]
        complaints += self.send("/v3/kv/deleterange", {"key": b"line"})
        found = [first + reader.until_events(1) for first, reader in zip(found, readers)]
        for reader in readers:
            reader.close()
        return complaints + [f"etcd    {found[0]}\nsynod   {each}" for each in found[1:] if each != found[0]]


class Lines:
    """The lines of a streaming answer of the gateway."""

    def __init__(self, port, path, body):
        self.connection = Connection(port)
        self.connection.send("POST", path, body)
        self.connection.socket.settimeout(LINES_SECONDS_MAX)
        while self.connection.reader.readline() not in (b"\r\n", b""):
            pass

    def until_events(self, count):
        """What comes until there were so many events: whether it was created, and the events."""
        found, events = [], 0
        while events < count:
            size = int(self.connection.reader.readline(), 16)
            line = json.loads(self.connection.reader.read(size + 2))["result"]
            del line["header"]
            events += len(line.get("events", []))
            found.append(line)
        return found

    def close(self):
        self.connection.close()
