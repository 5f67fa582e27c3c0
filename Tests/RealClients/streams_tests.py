"""The gateway's streams from plain sockets: requests whose messages come while they are answered, and WebSockets."""

import base64
import hashlib
import json
import os
import socket
import struct
import unittest

import cluster

ANSWER_SECONDS_MAX = 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Stream:
    """A connection to a node, and the JSON that comes on it."""

    def __init__(self, node, head):
        self.socket = socket.create_connection(("127.0.0.1", node.port), ANSWER_SECONDS_MAX)
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        self.reader = self.socket.makefile("rb")
        self.headers = None

    def read_head(self):
        """The status; the headers are kept."""
        status = int(self.reader.readline().split()[1])
        lines = iter(self.reader.readline, b"\r\n")
        self.headers = {name.lower(): value.strip() for name, value in
                        (line.decode().split(":", 1) for line in lines)}
        return status

    def close(self):
        self.reader.close()
        self.socket.close()


class Chunked(Stream):
    """A request whose body is not ended: each message is a chunk, each chunk of the answer a line."""

    def __init__(self, node, path):
        super().__init__(node, [f"POST {path} HTTP/1.1", "host: synod", "transfer-encoding: chunked"])

    def send(self, message):
        text = json.dumps(message).encode()
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(text), text))

    def end(self):
        self.socket.sendall(b"0\r\n\r\n")

    def receive(self):
        """The next line; None at the end."""
        if self.headers is None:
            assert self.read_head() == 200
        size = int(self.reader.readline(), 16)
        line = self.reader.read(size + 2)
        return json.loads(line) if size else None


class WebSocket(Stream):
    """A client's end of a WebSocket."""

    def __init__(self, node, path, *headers):
        key = base64.b64encode(os.urandom(16)).decode()
        super().__init__(node, [f"GET {path} HTTP/1.1", "host: synod", "connection: Upgrade", "upgrade: websocket",
                                "sec-websocket-version: 13", f"sec-websocket-key: {key}", *headers])
        assert self.read_head() == 101
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept

    def send_frame(self, first, payload):
        mask, count = os.urandom(4), len(payload)
        size = bytes([128 | count]) if count < 126 else struct.pack(">BH", 254, count) if count < 1 << 16 \
            else struct.pack(">BQ", 255, count)
        masked = bytes(byte ^ mask[index & 3] for index, byte in enumerate(payload))
        self.socket.sendall(bytes([first]) + size + mask + masked)

    def send(self, message):
        self.send_frame(0x81, json.dumps(message).encode())

    def receive_frame(self):
        first, size = self.reader.read(2)
        if size == 126:
            size = struct.unpack(">H", self.reader.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.reader.read(8))[0]
        return first, self.reader.read(size)

    def receive(self):
        """The next message; None at the end."""
        first, payload = self.receive_frame()
        assert first in (0x81, 0x88), first
        return json.loads(payload) if first == 0x81 else None


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class StreamsTests(unittest.TestCase):
    def setUp(self):
        self.prefix = cluster.prefix()
        self.open = []

    def tearDown(self):
        for stream in self.open:
            stream.close()

    def stream(self, kind, node, path):
        self.open.append(kind(cluster.nodes[node], path))
        return self.open[-1]

    def put(self, key, value):
        request = {"key": encoded(self.prefix + key), "value": encoded(value)}
        call = self.stream(WebSocket, 0, "/v3/kv/put")
        call.send(request)
        self.assertIn("revision", call.receive()["header"])
        self.assertIsNone(call.receive())

    def create(self, key, watch):
        return {"create_request": {"key": encoded(self.prefix + key), "watch_id": watch}}

    def watches(self, kind, node):
        """Watches come and go on one stream, at a node that need not lead."""
        stream = self.stream(kind, node, "/v3/watch")
        # Keys of its own: a node that lags may still tell what was put to those of the watches before.
        self.prefix = cluster.prefix()
        for watch, key in ((1, "a"), (2, "b")):
            stream.send(self.create(key, watch))
            self.assertTrue(stream.receive()["result"]["created"])
        large = "x" * 100_000
        self.put("b", large)
        found = stream.receive()["result"]
        self.assertEqual((found["watch_id"], found["events"][0]["kv"]["value"]), ("2", encoded(large)))
        stream.send({"cancel_request": {"watch_id": 2}})
        self.assertTrue(stream.receive()["result"]["canceled"])
        self.put("b", "2")
        self.put("a", "3")
        found = stream.receive()["result"]
        self.assertEqual((found["watch_id"], found["events"][0]["kv"]["value"]), ("1", encoded("3")))
        stream.send({"create_request": 5})
        self.assertEqual(stream.receive()["error"]["code"], 3)
        self.assertIsNone(stream.receive())

    def test_watches_on_one_request(self):
        for node in range(3):
            self.watches(Chunked, node)

    def test_watches_by_websocket(self):
        for node in range(3):
            self.watches(WebSocket, node)

    def test_leases_are_renewed(self):
        grant = self.stream(WebSocket, 0, "/v3/lease/grant")
        grant.send({"TTL": 60})
        lease = grant.receive()["ID"]
        for kind in (Chunked, WebSocket):
            stream = self.stream(kind, 1, "/v3/lease/keepalive")
            for _ in range(3):
                stream.send({"ID": lease})
                self.assertEqual(stream.receive()["result"]["TTL"], "60")
            if kind is Chunked:
                stream.end()
                self.assertIsNone(stream.receive())

    def test_the_manners_of_websockets(self):
        stream = self.stream(WebSocket, 2, "/v3/watch")
        stream.send_frame(0x89, b"hello")
        self.assertEqual(stream.receive_frame(), (0x8a, b"hello"))
        text = json.dumps(self.create("a", 1)).encode()
        for index, byte in enumerate(text):
            first = (0x01 if index == 0 else 0) | (0x80 if index == len(text) - 1 else 0)
            stream.send_frame(first, bytes([byte]))
        self.assertTrue(stream.receive()["result"]["created"])
        stream.send_frame(0x88, struct.pack(">H", 4000) + b"bye")
        self.assertEqual(stream.receive_frame(), (0x88, struct.pack(">H", 4000)))
        self.assertEqual(stream.reader.read(), b"")
