"""Random calls of Lock and Election, many of which wait for each other."""

import random
import time

import http2
import protobuf
import rpc

NAMES = (b"lock", b"election", b"other")
LEASES = (11, 12, 13, 14, 15)
WAITING_MAX = 6
QUIET_SECONDS, SECONDS_MAX = 0.03, 10
STEPS_PER_EPISODE = 40


class Waiting:
    """One call at all targets that may take its time."""

    def __init__(self, exchange, path, request):
        self.path, self.request = path, request
        self.channels = [target.channels[0] for target in exchange.targets]
        self.calls = [rpc.Call(channel, rpc.METHODS[path], request) for channel in self.channels]
        self.messages = [[] for _ in self.calls]

    def read(self):
        for call, messages in zip(self.calls, self.messages):
            messages += call.messages()

    def state(self, index):
        """What one target has answered so far."""
        call = self.calls[index]
        said = [protobuf.decode(call.kinds[1], each) for each in self.messages[index]]
        for each in said:
            header = each.get("header", {})
            for name in ("cluster_id", "member_id", "raft_term"):
                header.pop(name, None)
            if self.path.endswith("/observe"):
                header.pop("revision", None)  # Of when it was sent, at etcd.
        return said, call.outcome if call.is_over else "open"

    @property
    def is_over(self):
        return all(call.is_over for call in self.calls)

    def cancel(self):
        for call in self.calls:
            call.cancel()


class RandomContests:
    """Locks, campaigns and the ends of leases, and what those who wait are told."""

    def __init__(self, report, exchange, tally):
        self.report, self.exchange, self.tally = report, exchange, tally
        self.random = random.Random(report.seed + 5)
        self.number = 0

    def run(self, count, deadline):
        differences = 0
        while self.number < count and differences < 5 and time.monotonic() < deadline:
            first = self.number + 1
            complaints = [f"seed {self.report.seed}, {each}" for each in self.episode()]
            differences += len(complaints)
            self.report.count(f"random requests of locks {first} to {self.number}", complaints)

    def episode(self):
        """Some calls; at the end nobody waits any more, and no lease is left."""
        self.open, self.keys, self.leaders, self.done = [], [], [], []
        # A second call for a name with the same lease writes the key again at Synod, and not at etcd.
        self.used = set()
        complaints = []
        for lease in LEASES:
            complaints += self.send("/v3/lease/grant", {"ID": lease, "TTL": 3600})
        for _ in range(STEPS_PER_EPISODE):
            complaints += self.step()
            if complaints:
                break
        for each in self.open:
            self.cancel(each)
            complaints += self.keys_are_equal()
        for lease in LEASES:
            complaints += self.send("/v3/lease/revoke", {"ID": lease})
        complaints += self.keys_are_equal()
        return complaints + ["\n".join(self.done)] if complaints else []

    def keys_are_equal(self):
        """The key of a call that waits comes soon, and goes soon when it is cancelled."""
        end = time.monotonic() + SECONDS_MAX
        while complaints := self.send("/v3/kv/range", {"key": b"\0", "range_end": b"\0"}):
            if time.monotonic() > end:
                return complaints
            time.sleep(QUIET_SECONDS)
        return []

    def send(self, path, request):
        self.number += 1
        self.done.append(f"{path} {request}")
        answers = self.exchange.ask(path, request, is_rpc=True)
        self.tally.add(path, request, answers[0])
        return self.exchange.complaints(answers, path, request, True)

    def step(self):
        kind = self.random.random()
        name, lease = self.random.choice(NAMES), self.random.choice((*LEASES, *LEASES, 99))
        if kind < 0.50:
            if (name, lease) in self.used or len(self.open) >= WAITING_MAX:
                return []
            self.used.add((name, lease))
        if kind < 0.25:
            return self.begin("/v3/lock/lock", {"name": name, "lease": lease})
        if kind < 0.50:
            value = self.random.choice((b"", b"1", b"2"))
            return self.begin("/v3/election/campaign", {"name": name, "lease": lease, "value": value})
        if kind < 0.58 and len(self.open) < WAITING_MAX:
            return self.begin("/v3/election/observe", {"name": name})
        if kind < 0.66:
            return self.send("/v3/election/leader", {"name": name}) + self.settle()
        if kind < 0.74:
            return self.send("/v3/lock/unlock", {"key": self.random.choice((*self.keys, b"", b"nothing"))}) + self.settle()
        if kind < 0.82:
            leader = self.random.choice((*self.leaders, {"key": b"nothing", "rev": 3}, None))
            request = {"value": b"new"} if self.random.random() < 0.5 else {}
            path = "/v3/election/proclaim" if request else "/v3/election/resign"
            return self.send(path, {**request, **({"leader": leader} if leader else {})}) + self.settle()
        if kind < 0.90:
            lease = self.random.choice(LEASES)
            return self.revoke(lease) + self.send("/v3/lease/grant", {"ID": lease, "TTL": 3600})
        if self.open:
            each = self.open.pop(self.random.randrange(len(self.open)))
            self.cancel(each)
        return self.keys_are_equal() + self.settle()

    def cancel(self, waiting):
        self.done.append(f"cancel {waiting.path} {waiting.request}")
        waiting.cancel()
        time.sleep(QUIET_SECONDS)

    def revoke(self, lease):
        """The end of a lease that nobody waits with: etcd lets lead whose key has gone meanwhile, and Synod does not."""
        complaints = []
        for each in [each for each in self.open if each.request.get("lease") == lease]:
            self.open.remove(each)
            self.cancel(each)
            complaints += self.keys_are_equal()
        self.used -= {each for each in self.used if each[1] == lease}
        return complaints + self.send("/v3/lease/revoke", {"ID": lease}) + self.settle()

    def begin(self, path, request):
        self.number += 1
        self.done.append(f"begin {path} {request}")
        self.open.append(Waiting(self.exchange, path, request))
        time.sleep(QUIET_SECONDS)
        # Who waits has no answer yet, but a key.
        return self.keys_are_equal() + self.settle()

    def settle(self):
        """Waits until all targets have answered the same calls in the same way, and nothing more for a while."""
        end = time.monotonic() + SECONDS_MAX
        sessions = [target.channels[0].session for target in self.exchange.targets]
        while True:
            is_quiet = not http2.wait(sessions, QUIET_SECONDS)
            wrong = self.difference()
            if is_quiet and not wrong:
                self.take_ended()
                return []
            if time.monotonic() > end:
                return [wrong] if wrong else []

    def difference(self):
        for each in self.open:
            each.read()
            states = [each.state(index) for index in range(len(each.calls))]
            for target, state in zip(self.exchange.targets[1:], states[1:]):
                if state != states[0]:
                    return f"{target.name}: {each.path} {each.request}\netcd    {states[0]}\nsynod   {state}"
        return None

    def take_ended(self):
        """Learns keys and leaders from what has ended."""
        for each in [each for each in self.open if each.is_over]:
            self.open.remove(each)
            self.tally.sent += 1
            code, text = each.calls[0].outcome
            self.tally.failed += code != 0
            for target, call in zip(self.exchange.targets, each.calls):
                if call.outcome[0] != 0:
                    self.exchange.texts.note(target, call.outcome[1], call.outcome[0])
            if code == 0 and each.messages[0]:
                answer = protobuf.decode(each.calls[0].kinds[1], each.messages[0][0])
                self.learn(each.messages[0][0], each.path)

    def learn(self, message, path):
        fields = {number: value for number, _, value in protobuf.pieces(message)}
        if path.endswith("/lock"):
            self.keys.append(fields[2])
        elif path.endswith("/campaign"):
            parts = {number: value for number, _, value in protobuf.pieces(fields[2])}
            self.leaders.append({"name": parts.get(1, b""), "key": parts.get(2, b""), "rev": parts.get(3, 0),
                                 "lease": parts.get(4, 0)})
