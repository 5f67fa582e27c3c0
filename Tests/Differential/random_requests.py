"""Random requests about keys and leases, while watches see what comes of them."""

import random
import time

import comparison
import watching
from generator import Generator
from spelling import operations

REQUESTS_PER_CASE = 1000
# So often the watches are looked at, and others are asked for.
REQUESTS_PER_STEP = 125
STEPS_PER_STREAM = 8
DIFFERENCES_MAX = 5
RPC_SHARE = 0.5
FAILED_SHARE_MIN, NESTED_SHARE_MIN = 0.3, 0.1
EVERYTHING = {"key": b"\0", "range_end": b"\0"}


class Tally:
    """What kinds of requests were sent."""

    def __init__(self):
        self.sent = self.failed = self.transactions = self.nested = self.set_aside = 0

    def add(self, path, request, answer):
        self.sent += 1
        self.failed += answer.status != 200
        if path.endswith("/txn") and isinstance(request, dict):
            self.transactions += 1
            self.nested += any("request_txn" in each for each in operations(request))

    def __str__(self):
        share = 100 / max(1, self.sent)
        return (f"{self.sent} random requests: {self.failed * share:.0f} % failed as they should, "
                f"{self.transactions * share:.0f} % transactions, {self.nested * share:.0f} % with nested ones; "
                f"{self.set_aside} set aside")

    def complaints(self):
        if self.sent < REQUESTS_PER_CASE:
            return []
        enough = self.failed >= FAILED_SHARE_MIN * self.sent and self.nested >= NESTED_SHARE_MIN * self.sent
        return [] if enough else [f"too few failed requests or nested transactions: {self}"]


class RandomRequests:
    """Sends them, until there were enough, the time is up or too much differs."""

    def __init__(self, report, exchange, tally):
        self.report, self.exchange, self.tally = report, exchange, tally
        self.random = random.Random(report.seed + 1)
        self.generator = Generator(random.Random(report.seed))
        self.generator.revision = exchange.ask("/v3/kv/range", EVERYTHING)[0].revision
        self.generator.compacted = 5  # As the hand-written cases leave it.
        self.watching = watching.Watching(exchange, self.generator, report.seed + 2)
        self.differences = self.number = 0

    def run(self, count, deadline):
        while self.number < count and self.differences < DIFFERENCES_MAX and time.monotonic() < deadline:
            complaints, first = [], self.number + 1
            while self.number < min(count, first + REQUESTS_PER_CASE - 1) and time.monotonic() < deadline:
                complaints += [f"seed {self.report.seed}, request {self.number}: {each}" for each in self.batch(count)]
                if len(complaints) >= DIFFERENCES_MAX:
                    break
            self.differences += len(complaints)
            self.report.count(f"random requests {first} to {self.number}", complaints)
        self.report.count("the watches of the random requests", self.watching.close())
        streams = self.watching
        print(f"{streams.streams} streams of watches, {streams.watches} watches, {streams.events} events each")

    def batch(self, count):
        """Some requests; then a look at the watches."""
        step = self.number // REQUESTS_PER_STEP
        complaints = self.watching.renew() if step % STEPS_PER_STREAM == 0 else self.watching.step()
        # A compaction must meet no watch that lags: there nobody can say which of both is first.
        self.generator.may_compact = step % STEPS_PER_STREAM == STEPS_PER_STREAM - 1
        if self.generator.may_compact:
            complaints += self.watching.close()
        for _ in range(min(count - self.number, REQUESTS_PER_STEP)):
            self.number += 1
            complaints += self.one()
            if len(complaints) >= DIFFERENCES_MAX:
                break
        return complaints

    def one(self):
        """Sends the next request; returns the differences."""
        method, path, request = self.generator.next()
        is_message = isinstance(request, dict)
        if path.endswith("/txn") and is_message and comparison.escapes_etcd(request):
            self.tally.set_aside += 1
            return []
        is_rpc = is_message and method == "POST" and self.random.random() < RPC_SHARE
        answers = self.exchange.ask(path, request, method, self.number, is_rpc)
        self.tally.add(path, request, answers[0])
        self.generator.note(path, request, answers[0])
        if is_message:
            self.generator.leases.note(self.exchange, path, request, answers)
        return self.exchange.complaints(answers, path, request, is_rpc)
