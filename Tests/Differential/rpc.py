"""gRPC calls whose answers look like those of the JSON gateway, so that both are compared in the same way."""

import functools
import struct
import urllib.parse

import http2
import protobuf
from connection import ANSWER_SECONDS_MAX, Broken

HTTP_STATUS = {0: 200, 1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400,
               12: 501, 13: 500, 14: 503, 15: 500, 16: 401}
# The gateway's path of each method; those of a service that has one name for all its methods are made from it.
KV, LEASE, WATCH, LOCK = "/etcdserverpb.KV/", "/etcdserverpb.Lease/", "/etcdserverpb.Watch/", "/v3lockpb.Lock/"
CLUSTER, MAINTENANCE, AUTH = "/etcdserverpb.Cluster/", "/etcdserverpb.Maintenance/", "/etcdserverpb.Auth/"
ELECTION = "/v3electionpb.Election/"
METHODS = {
    "/v3/kv/range": KV + "Range", "/v3/kv/put": KV + "Put", "/v3/kv/deleterange": KV + "DeleteRange",
    "/v3/kv/txn": KV + "Txn", "/v3/kv/compaction": KV + "Compact", "/v3/watch": WATCH + "Watch",
    "/v3/lease/grant": LEASE + "LeaseGrant", "/v3/lease/revoke": LEASE + "LeaseRevoke",
    "/v3/kv/lease/revoke": LEASE + "LeaseRevoke", "/v3/kv/lease/timetolive": LEASE + "LeaseTimeToLive",
    "/v3/kv/lease/leases": LEASE + "LeaseLeases", "/v3/lease/keepalive": LEASE + "LeaseKeepAlive",
    "/v3/lease/timetolive": LEASE + "LeaseTimeToLive", "/v3/lease/leases": LEASE + "LeaseLeases",
    **{f"/v3/cluster/member/{name.lower()}": CLUSTER + "Member" + name
       for name in ("Add", "Remove", "Update", "List", "Promote")},
    **{f"/v3/maintenance/{name.lower()}": MAINTENANCE + name
       for name in ("Alarm", "Status", "Defragment", "Hash", "HashKV", "Snapshot", "Downgrade")},
    "/v3/maintenance/transfer-leadership": MAINTENANCE + "MoveLeader",
    "/v3/auth/enable": AUTH + "AuthEnable", "/v3/auth/disable": AUTH + "AuthDisable",
    "/v3/auth/status": AUTH + "AuthStatus", "/v3/auth/authenticate": AUTH + "Authenticate",
    **{f"/v3/auth/user/{path}": AUTH + "User" + name for path, name in (
        ("add", "Add"), ("get", "Get"), ("list", "List"), ("delete", "Delete"), ("changepw", "ChangePassword"),
        ("grant", "GrantRole"), ("revoke", "RevokeRole"))},
    **{f"/v3/auth/role/{path}": AUTH + "Role" + name for path, name in (
        ("add", "Add"), ("get", "Get"), ("list", "List"), ("delete", "Delete"), ("grant", "GrantPermission"),
        ("revoke", "RevokePermission"))},
    "/v3/lock/lock": LOCK + "Lock", "/v3/lock/unlock": LOCK + "Unlock",
    **{f"/v3/election/{name.lower()}": ELECTION + name
       for name in ("Campaign", "Proclaim", "Leader", "Observe", "Resign")},
}


def framed(message):
    return b"\0" + struct.pack(">I", len(message)) + message


class RPCAnswer:
    """What a call came to, in the form of an answer of the gateway."""

    def __init__(self, kind, code, text, message):
        self.kind, self.code, self.text, self.message = kind, code, text, message
        self.status = HTTP_STATUS.get(code, 500)
        self.headers = {}
        self.is_json = True

    @functools.cached_property
    def body(self):
        if self.code != 0:
            return {"error": self.text, "message": self.text, "code": self.code}
        return protobuf.decode(self.kind, self.message)

    @property
    def revision(self):
        return int(self.body.get("header", {}).get("revision", 0)) if self.code == 0 else 0

    @functools.cached_property
    def payload(self):
        """What two answers that say the same have in common: the message, with the header's revision only."""
        if self.code != 0 or not self.message or self.message[0] != 0x0A:
            return repr((self.code, self.text, self.message)).encode()
        size, at = protobuf.read_varint(self.message, 1)
        header = protobuf.decode("ResponseHeader", self.message[at:at + size])
        return header.get("revision", "").encode() + b" " + self.message[at + size:]

    def __str__(self):
        return f"gRPC {self.code} {self.body}"


class Call:
    """A call under way: its messages as they come, and its end."""

    def __init__(self, channel, method, message=None, metadata=(), ends=True):
        self.channel, self.kinds = channel, protobuf.SCHEMA.methods[method]
        self.at = 0
        self.stream = channel.session.open(
            channel.block(method, metadata), b"" if message is None else framed(self.encoded(message)), ends)

    def encoded(self, message):
        return message if isinstance(message, bytes) else protobuf.encode(self.kinds[0], message)

    def send(self, message):
        self.stream.send(framed(self.encoded(message)))

    def half_close(self):
        self.stream.send(b"", ends=True)

    def cancel(self):
        self.stream.cancel()

    @property
    def is_over(self):
        return self.stream.is_over

    def messages(self):
        """The messages that came since the last time, undecoded."""
        data, found = self.stream.data, []
        while len(data) - self.at >= 5:
            size = int.from_bytes(data[self.at + 1:self.at + 5], "big")
            if len(data) - self.at < 5 + size:
                break
            found.append(bytes(data[self.at + 5:self.at + 5 + size]))
            self.at += 5 + size
        if self.at == len(data):
            del data[:]
            self.at = 0
        return found

    @property
    def outcome(self):
        """(code, text) at the end."""
        if self.stream.reset:
            return self.stream.reset, ""
        trailers = self.stream.trailers or self.stream.headers or {}
        if "grpc-status" not in trailers:
            return f"no status: {trailers}", ""
        return int(trailers["grpc-status"]), urllib.parse.unquote(trailers.get("grpc-message", ""))

    def answer(self):
        """The answer of a call that has one."""
        messages = self.messages()
        code, text = self.outcome
        return RPCAnswer(self.kinds[1], code, text, messages[-1] if messages else b"")


class Channel:
    """A connection for gRPC to one server; opened again after it broke."""

    def __init__(self, port):
        self.port, self.blocks, self.held = port, {}, None

    @property
    def session(self):
        if not self.held or self.held.broken:
            self.held = http2.Session(self.port)
        return self.held

    def block(self, method, metadata):
        if method not in self.blocks:
            fields = [(":method", "POST"), (":scheme", "http"), (":path", method),
                      (":authority", f"127.0.0.1:{self.port}"), ("content-type", "application/grpc"), ("te", "trailers")]
            self.blocks[method] = b"".join(http2.header(*each) for each in fields)
        return self.blocks[method] + b"".join(http2.header(*each) for each in metadata)

    def close(self):
        if self.held:
            self.held.close()
            self.held = None


def call_all(channels, method, messages, metadata=((),) * 9):
    """One call at several servers at once; their answers."""
    calls = [Call(channel, method, message, each) for channel, message, each in zip(channels, messages, metadata)]
    sessions = [each.channel.held for each in calls]
    if not http2.wait_until(sessions, lambda: all(each.is_over for each in calls), ANSWER_SECONDS_MAX):
        late = [str(each.channel.port) for each in calls if not each.is_over]
        raise Broken(f"{method}: no answer from port {', '.join(late)}")
    return [each.answer() for each in calls]
