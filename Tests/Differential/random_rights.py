"""Episodes of random requests about users: first without them, then with them."""

import random
import time

import comparison
from rights import AUTH, RightsGenerator, tame

REQUESTS_OFF, REQUESTS_ON = 120, 380
DIFFERENCES_MAX = 5
RPC_SHARE = 0.6
KV = ("put", "range", "deleterange", "txn")


class RandomRights:
    def __init__(self, report, exchange, tally, generator):
        self.report, self.exchange, self.tally, self.generator = report, exchange, tally, generator
        self.random = random.Random(report.seed + 3)
        self.rights = RightsGenerator(random.Random(report.seed + 4))
        self.differences = self.number = 0

    def run(self, count, deadline):
        while self.number < count and self.differences < DIFFERENCES_MAX and time.monotonic() < deadline:
            first = self.number + 1
            complaints = [f"seed {self.report.seed}, {each}" for each in self.episode()]
            self.differences += len(complaints)
            self.report.count(f"random requests of users {first} to {self.number}", complaints)

    def episode(self):
        complaints = []
        for step in self.steps():
            complaints += step
            if len(complaints) >= DIFFERENCES_MAX:
                break
        return complaints + self.turn_off()

    def steps(self):
        for _ in range(REQUESTS_OFF):
            if self.random.random() < 0.1:
                path, request = self.rights.log_in()
            else:
                path, request = self.rights.next()
            yield self.send(path, request)
        yield from self.turn_on()
        for _ in range(REQUESTS_ON):
            if "root" not in self.rights.tokens:
                yield self.send(AUTH + "authenticate", {"name": "root", "password": self.rights.passwords["root"]})
            yield self.one()

    def turn_off(self):
        complaints = []
        if "root" not in self.rights.tokens:
            complaints += self.send(AUTH + "authenticate", {"name": "root", "password": self.rights.passwords["root"]})
        return complaints + self.send(AUTH + "disable", {}, self.rights.tokens.get("root"))

    def turn_on(self):
        """Turns users on, in the order in which that fails first."""
        yield self.send(AUTH + "user/delete", {"name": "root"})
        yield self.send(AUTH + "enable", {})
        yield self.send(AUTH + "user/add", {"name": "root", "password": "p"})
        yield self.send(AUTH + "user/revoke", {"name": "root", "role": "root"})
        yield self.send(AUTH + "enable", {})
        yield self.send(AUTH + "role/add", {"name": "root"})
        yield self.send(AUTH + "user/grant", {"user": "root", "role": "root"})
        yield self.send(AUTH + "user/add", {"name": "all", "password": "p"})
        yield self.send(AUTH + "role/add", {"name": "all"})
        yield self.send(AUTH + "role/grant", {
            "name": "all", "perm": {"permType": "READWRITE", "key": b"\0", "range_end": b"\0"}})
        yield self.send(AUTH + "user/grant", {"user": "all", "role": "all"})
        yield self.send(AUTH + "enable", {})
        for name in ("root", "ann", "ben", "all"):
            yield self.send(AUTH + "authenticate", {"name": name, "password": self.rights.passwords.get(name, "p")})

    def one(self):
        """A request of somebody, while users count."""
        kind = self.random.random()
        if kind < 0.12:
            return self.send(*self.rights.log_in())
        name, token = self.rights.bearer()
        if kind < 0.40:
            path, request = self.rights.next()
            # Who may ask for the status is a difference that is meant.
            token = self.rights.tokens.get("root") if path.endswith("status") else token
            return self.send(path, request, token)
        if kind < 0.48:
            path, request = self.generator.leases.next()
            # Of leases etcd 3.5.1 asks nothing but whether the keys of one that is revoked may be written.
            token = self.rights.valid_token() if path.endswith("revoke") else self.rights.tokens.get("root")
            return self.send(path, request, token)
        return self.key_request(name, token)

    def key_request(self, name, token):
        wrong = self.random.random() < 0.1
        what = self.random.choice(KV)
        path = "/v3/kv/" + what
        if what == "txn":
            request = self.generator.txn(self.random.choice((0, 0, 1, 2)), 128, wrong)
            if comparison.escapes_etcd(request):
                return []
        else:
            request = getattr(self.generator, what.removesuffix("range") if what != "range" else what)(wrong)
        return self.send(path, tame(request, path, name), token)

    def send(self, path, request, token=None):
        self.number += 1
        is_rpc = self.random.random() < RPC_SHARE
        answers = self.exchange.ask(path, request, spelling=self.number, is_rpc=is_rpc, token=token)
        self.tally.add(path, request, answers[0])
        if path.startswith(AUTH):
            self.rights.note(self.exchange, path, request, answers)
        else:
            self.generator.note(path, request, answers[0])
            self.generator.leases.note(self.exchange, path, request, answers)
        return [f"request {self.number} of users: {each}"
                for each in self.exchange.complaints(answers, path, request, is_rpc)]
