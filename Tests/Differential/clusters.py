"""What needs servers of its own: who does not lead, who has no leader, who only learns, and signed tokens. Answers are
compared by code and text."""

import time

import rpc
from connection import Broken
from servers import Node, free_ports

READY_SECONDS_MAX, LEADERLESS_SECONDS_MAX, PAUSE_SECONDS = 30, 20, 0.1
KEY = {"key": b"k"}
# etcd 3.5.1 gives its inner error away; later ones have a text for it.
OLD_REVISION_UNNAMED = "auth: revision in header is old"
OLD_REVISION = (3, "etcdserver: revision of auth store is old")
HAS_LEADER = [("hasleader", "true")]
# What is asked of a member without a leader: etcd's writes wait for their own deadline then and say so in words that
# no client knows, so they are left out.
WITHOUT_LEADER = (
    ("a read that needs a leader", rpc.KV + "Range", KEY, HAS_LEADER),
    ("a write that needs a leader", rpc.KV + "Put", KEY, HAS_LEADER),
    ("a read that may be old", rpc.KV + "Range", {**KEY, "serializable": True}, []),
    ("a read", rpc.KV + "Range", KEY, []),
    ("a lease is kept", rpc.LEASE + "LeaseKeepAlive", {"ID": 5}, []),
    ("a lease is looked at", rpc.LEASE + "LeaseTimeToLive", {"ID": 5}, []),
    ("the members", rpc.CLUSTER + "MemberList", {"linearizable": True}, []),
)
AT_LEARNER = (
    ("a read", rpc.KV + "Range", KEY), ("a write", rpc.KV + "Put", KEY), ("a compaction", rpc.KV + "Compact", {"revision": 1}),
    ("a transaction", rpc.KV + "Txn", {"success": [{"request_put": KEY}]}), ("a lease", rpc.LEASE + "LeaseGrant", {"TTL": 9}),
    ("a lease is kept", rpc.LEASE + "LeaseKeepAlive", {"ID": 5}), ("a user", rpc.AUTH + "UserAdd", {"name": "u"}),
    ("a lock", rpc.LOCK + "Lock", {"name": b"l"}), ("a read that may be old", rpc.KV + "Range", {**KEY, "serializable": True}),
    ("leadership", rpc.MAINTENANCE + "MoveLeader", {"targetID": 1}), ("no more room", rpc.MAINTENANCE + "Alarm", {}),
)


class Clusters:
    """`commands` say how to start a server of each kind, by its name; etcd's comes first."""

    def __init__(self, report, servers, commands, texts):
        self.report, self.servers, self.commands, self.texts = report, servers, commands, texts

    def run(self):
        self.without_leader()
        self.learners()
        self.signed_tokens()

    def without_leader(self):
        said = {}
        for name, command in self.commands.items():
            nodes = self.servers.start(command, name + "-of-three", count=3)
            place, ids, channels = self.leader(nodes)
            follower = (place + 1) % 3
            said[name] = [self.ask(name, channels[follower], rpc.MAINTENANCE + "MoveLeader", {"targetID": ids[place]}),
                          self.ask(name, channels[place], rpc.MAINTENANCE + "MoveLeader", {"targetID": 5})]
            for other in (follower, (place + 2) % 3):
                nodes[other].kill()
            self.until(channels[place], rpc.KV + "Range", HAS_LEADER, "etcdserver: no leader", LEADERLESS_SECONDS_MAX)
            said[name] += [self.ask(name, channels[place], *each[1:]) for each in WITHOUT_LEADER]
            nodes[place].kill()
        self.compare(["leadership from a follower", "leadership to nobody", *(each[0] for each in WITHOUT_LEADER)], said)

    def learners(self):
        said = {}
        for name, command in self.commands.items():
            first = self.servers.start(command, name + "-and-learner")[0]
            channel = rpc.Channel(first.port)
            member = rpc.call_all([channel], rpc.CLUSTER + "MemberList", [{}])[0].body["members"][0]
            learner = self.join(channel, command, name, member)
            own = rpc.Channel(learner.port)
            self.until(own, rpc.KV + "Put", [], "etcdserver: rpc not supported for learner", READY_SECONDS_MAX)
            said[name] = [self.ask(name, own, *each[1:]) for each in AT_LEARNER]
            learner.kill()
            first.kill()
        # Of the code that goes with a learner's text etcd 3.6 thinks otherwise, and Synod with it.
        said = {name: [text for _, text in answers] for name, answers in said.items()}
        self.compare(["a learner: " + each[0] for each in AT_LEARNER], said)

    def signed_tokens(self):
        """A signed token says at which revision of users it was made, and is refused at another one."""
        key = self.servers.folder / "key"
        key.write_bytes(bytes(range(64)))
        said = {}
        for name, command in self.commands.items():
            token = f"jwt,pub-key={key},priv-key={key},sign-method=HS256,ttl=10m"
            node = self.servers.start([*command, "--auth-token", token], name + "-with-signatures")[0]
            said[name] = list(self.answers_to_signed(name, rpc.Channel(node.port)))
            node.kill()
        names = [f"a signed token, {number}" for number in range(len(next(iter(said.values()))))]
        self.compare(names, said)

    def answers_to_signed(self, name, channel):
        for method, request in (
                ("UserAdd", {"name": "root", "password": "p"}), ("RoleAdd", {"name": "root"}),
                ("UserGrantRole", {"user": "root", "role": "root"}), ("AuthEnable", {})):
            yield self.ask(name, channel, rpc.AUTH + method, request)
        for _ in range(2):
            body = rpc.call_all([channel], rpc.AUTH + "Authenticate", [{"name": "root", "password": "p"}])[0].body
            bearer = [("token", body.get("token", ""))]
            yield self.ask(name, channel, rpc.KV + "Put", KEY, bearer)
            yield self.ask(name, channel, rpc.AUTH + "RoleAdd", {"name": "other"}, bearer)
            # Of reads of users etcd does not ask it.
            for method in ("Put", "Range", "DeleteRange"):
                yield self.ask(name, channel, rpc.KV + method, KEY, bearer)
        for wrong in ("a.b.c", "nonsense", bearer[0][1][:-3] + "AAA"):
            yield self.ask(name, channel, rpc.KV + "Put", KEY, [("token", wrong)])

    def join(self, channel, command, name, member):
        """Starts a learner beside a member."""
        client_port, peer_port = free_ports(2)
        url = f"http://127.0.0.1:{peer_port}"
        rpc.call_all([channel], rpc.CLUSTER + "MemberAdd", [{"peerURLs": [url], "isLearner": True}])
        initial = f"{member['name']}={member['peerURLs'][0]},{name}-learner={url}"
        node = Node([*command, "--initial-cluster-state", "existing"], self.servers.folder, name + "-learner",
                    client_port, peer_port, initial)
        self.servers.nodes.append(node)
        return node

    def leader(self, nodes):
        """(which node leads, the ids of all, channels to them)"""
        channels = [rpc.Channel(node.port) for node in nodes]
        states = [rpc.call_all([each], rpc.MAINTENANCE + "Status", [{}])[0].body for each in channels]
        ids = [int(each["header"]["member_id"]) for each in states]
        return ids.index(int(states[0]["leader"])), ids, channels

    def ask(self, name, channel, method, request, metadata=()):
        """(code, text) of an answer"""
        answer = rpc.call_all([channel], method, [request], [metadata])[0]
        if answer.code != 0:
            self.texts.seen[name, answer.text] += 1
        return OLD_REVISION if answer.text == OLD_REVISION_UNNAMED else (answer.code, answer.text)

    def until(self, channel, method, metadata, text, seconds):
        """Asks until a text is the answer, or the time is up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if rpc.call_all([channel], method, [KEY], [metadata])[0].text == text:
                    return
            except (Broken, OSError):
                pass
            time.sleep(PAUSE_SECONDS)

    def compare(self, names, said):
        kinds = list(said)
        for place, name in enumerate(names):
            answers = [said[kind][place] for kind in kinds]
            wrong = [f"{kind} {answer}" for kind, answer in zip(kinds, answers)] if len(set(answers)) > 1 else []
            self.report.count("clusters: " + name, ["\n".join(wrong)] if wrong else [])
