"""Requests written by hand about members, alarms, versions and hashes, and what comes of wrong bytes. They run at the
end: some of them change who the members are."""

import time

import rpc
from targets import Drawn, Exchange

MAINTENANCE, MEMBER = "/v3/maintenance/", "/v3/cluster/member/"
UNKNOWN_MEMBER = 5
# etcd 3.5.1 gives no answer to an order about members that comes while it still applies the one before.
PAUSE_SECONDS = 0.2
# Bytes that are no message, or one with more than is known: cut short, with wrong tags, numbers and groups. A known field
# of another wire type is left out: that etcd refuses, and Synod skips it as protobuf says.
WRONG_BYTES = (
    b"\x00", b"\x0a", b"\x0a\x05a", b"\x0c", b"\x80", b"\xff" * 11, b"\x0a\x01a\xf8\x07\x01", b"\x0a\x01a\xfa\x07\x01x",
    b"\x0a\x01a\xfb\x07\xfc\x07", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x0a\x01a\x18", b"\x0a\x01a\x0a\x01b",
    b"\x0f", b"\x0a\x01a\xfd\x07\0\0\0\0", b"\x0a\x01a\xfd\x07\0\0\0", b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01a",
)
METHODS_OF_BYTES = (
    "/v3/kv/range", "/v3/kv/put", "/v3/kv/deleterange", "/v3/auth/user/get", "/v3/lock/unlock", "/v3/election/leader",
)
VERSIONS = ("", "x", "3", "3.6.0", "3.6", "4.0.0", "3.3.0", "-1.0.0")
ALARMS = ("NOSPACE", "CORRUPT")


class Upkeep:
    def __init__(self, report, exchange):
        self.report, self.exchange = report, exchange
        self.alone = Exchange([each for each in exchange.targets if len(each.nodes) == 1], exchange.texts)

    def run(self):
        for is_rpc in (False, True):
            self.way = ", gRPC" if is_rpc else ""
            self.is_rpc = is_rpc
            self.own = self.members()
            self.alarms()
            self.versions()
            self.hashes()
            self.refused_members()
            self.metadata()
        for path in METHODS_OF_BYTES:
            for body in WRONG_BYTES:
                self.check(f"bytes {body.hex()} for {path}", path, body)
        self.learners()

    def check(self, name, path, request, **options):
        if path.startswith(MEMBER):
            time.sleep(PAUSE_SECONDS)
        answer, complaints = self.exchange.compare(path, request, is_rpc=self.is_rpc, **options)
        self.report.count(name + self.way, complaints)
        return answer

    def members(self):
        """Of each target: the first member's id and address."""
        answers = self.exchange.ask(MEMBER + "list", {}, is_rpc=self.is_rpc)
        first = [each.body["members"][0] for each in answers]
        self.address = Drawn([each["peerURLs"][0] for each in first])
        return self.exchange.draw(answers, lambda each: int(each.body["members"][0]["ID"]), "member 1")

    def alarms(self):
        put = {"key": b"alarm", "value": b"1"}
        self.check("no alarms", MAINTENANCE + "alarm", {"action": "GET"})
        for alarm in ALARMS:
            order = {"memberID": self.own, "alarm": alarm}
            self.check(f"{alarm} begins", MAINTENANCE + "alarm", {"action": "ACTIVATE", **order})
            self.check(f"{alarm} begins again", MAINTENANCE + "alarm", {"action": "ACTIVATE", **order})
            for name in ("NONE", "NOSPACE", "CORRUPT"):
                self.check(f"{alarm}, {name} is listed", MAINTENANCE + "alarm", {"action": "GET", "alarm": name})
            self.check(f"{alarm}: put", "/v3/kv/put", put)
            self.check(f"{alarm}: put in a transaction", "/v3/kv/txn", {"success": [{"request_put": put}]})
            self.check(f"{alarm}: lease", "/v3/lease/grant", {"ID": 77, "TTL": 100})
            self.check(f"{alarm}: revoke", "/v3/lease/revoke", {"ID": 77})
            if alarm == "NOSPACE":  # A range that meets CORRUPT is refused by Synod alone.
                self.check(f"{alarm}: range", "/v3/kv/range", {"key": b"alarm"})
            self.check(f"{alarm}: delete", "/v3/kv/deleterange", {"key": b"alarm"})
            self.check(f"{alarm}: lock", "/v3/lock/lock", {"name": b"alarm"})
            self.check(f"{alarm} ends", MAINTENANCE + "alarm", {"action": "DEACTIVATE", **order})
            self.check(f"{alarm} ends again", MAINTENANCE + "alarm", {"action": "DEACTIVATE", **order})
            self.check(f"{alarm} is over", "/v3/kv/put", put)

    def versions(self):
        for version in VERSIONS:
            for action in ("VALIDATE", "ENABLE", "CANCEL", 7):
                request = {"action": action, "version": version}
                self.check(f"downgrade {request}", MAINTENANCE + "downgrade", request)

    def hashes(self):
        self.check("defragment", MAINTENANCE + "defragment", {})
        if self.is_rpc:  # The gateway of etcd 3.5.1 has no path for it.
            self.check("hash of the future", MAINTENANCE + "hashkv", {"revision": 1 << 40})
            self.check("hash of what is compacted", MAINTENANCE + "hashkv", {"revision": 2})
        # A member of a cluster that does not lead says that first.
        for target in (0, 1, UNKNOWN_MEMBER):
            request = {"targetID": target}
            _, complaints = self.alone.compare(MAINTENANCE + "transfer-leadership", request, is_rpc=self.is_rpc)
            self.report.count(f"leadership to {target}{self.way}", complaints)

    def refused_members(self):
        for urls in (["x"], [], ["http://localhost"], ["ftp://127.0.0.1:1"], ["http://127.0.0.1:1/path"], ["127.0.0.1:1"]):
            self.check(f"a member at {urls}", MEMBER + "add", {"peerURLs": urls})
        self.check("a member whose address is taken", MEMBER + "add", {"peerURLs": [self.address]})
        self.check("an unknown member goes", MEMBER + "remove", {"ID": UNKNOWN_MEMBER})
        self.check("an unknown member moves", MEMBER + "update", {"ID": UNKNOWN_MEMBER, "peerURLs": ["http://127.0.0.1:9"]})
        self.check("an unknown member is promoted", MEMBER + "promote", {"ID": UNKNOWN_MEMBER})
        self.check("a voter is promoted", MEMBER + "promote", {"ID": self.own})
        self.check("no such path of members", MEMBER + "nothing", {}) if not self.is_rpc else None

    def metadata(self):
        """Whether there must be a leader, and who the client says it is."""
        if not self.is_rpc:
            return
        for pairs in ([("hasleader", "true")], [("hasleader", "no")], [("client-api-version", "3.5.1")],
                      [("client-api-version", "")], [("grpc-timeout", "9S")]):
            channels = [target.channels[0] for target in self.exchange.targets]
            answers = rpc.call_all(channels, rpc.KV + "Range", [{"key": b"a"}] * len(channels), [pairs] * len(channels))
            self.report.count(f"metadata {pairs}", self.exchange.complaints(answers, "/v3/kv/range", {"key": b"a"}, True))
            for target, answer in zip(self.exchange.targets, answers):
                self.exchange.texts.note_answer(target, answer)

    def learners(self):
        """A learner that never comes; then it goes again."""
        add = {"peerURLs": ["http://127.0.0.1:7"], "isLearner": True}
        time.sleep(PAUSE_SECONDS)
        answers = self.exchange.ask(MEMBER + "add", add, is_rpc=True)
        complaints = [f"{each}" for each in answers if each.status != 200]
        self.report.count("a learner is added", complaints)
        if complaints:
            return
        learner = self.exchange.draw(answers, lambda each: int(each.body["member"]["ID"]), "learner")
        self.check("a second learner", MEMBER + "add", {"peerURLs": ["http://127.0.0.1:8"], "isLearner": True})
        urls = {"peerURLs": [*add["peerURLs"], "http://127.0.0.1:9"]}
        self.check("a learner's address is taken", MEMBER + "add", {**add, **urls})
        self.check("a learner is promoted that never came", MEMBER + "promote", {"ID": learner})
        time.sleep(PAUSE_SECONDS)
        answers = self.exchange.ask(MEMBER + "remove", {"ID": learner}, is_rpc=True)
        self.report.count("a learner goes", [f"{each}" for each in answers if each.status != 200])
        self.check("a learner that has gone is promoted", MEMBER + "promote", {"ID": learner})
