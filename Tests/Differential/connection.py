"""HTTP/1.1 with keep-alive, spoken over a socket: the same request goes to several servers before
the first answer is awaited."""

import functools
import json
import re
import socket

ANSWER_SECONDS_MAX = 20
# In the header of an answer, which comes first.
REVISION = re.compile(rb'"revision":"(\d+)"')


class Broken(Exception):
    """The server closed the connection, or spoke no HTTP."""


class Closed(Exception):
    """The server closed the connection before it answered."""


class Answer:
    """One HTTP response."""

    def __init__(self, status, headers, payload):
        self.status, self.headers, self.payload = status, headers, payload

    @functools.cached_property
    def body(self):
        """The decoded JSON, or the text where there is none."""
        try:
            return json.loads(self.payload)
        except ValueError:
            return self.payload.decode(errors="replace")

    @property
    def is_json(self):
        return isinstance(self.body, dict)

    @property
    def revision(self):
        found = REVISION.search(self.payload)
        return int(found.group(1)) if found else 0

    def __str__(self):
        return f"{self.status} {self.payload.decode(errors='replace').strip()}"


class Connection:
    """A connection to one server; opened again after the server closed it between two requests."""

    def __init__(self, port):
        self.port = port
        self.socket = None

    def open(self):
        self.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS_MAX)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb", 1 << 16)

    def close(self):
        if self.socket:
            self.reader.close()
            self.socket.close()
            self.socket = None

    def send(self, method, path, body, headers=()):
        self.last, self.is_fresh = (method, path, body, headers), not self.socket
        if not self.socket:
            self.open()
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        head = "\r\n".join(lines + ["", ""]).encode("latin-1")
        try:
            self.socket.sendall(head + body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # A server may answer before it has read all; the answer is still to be had.

    def receive(self):
        try:
            return self.read_answer()
        except (Closed, ConnectionResetError) as error:
            self.close()
            if self.is_fresh:
                raise Broken(f"port {self.port}: {error}") from error
            self.send(*self.last)  # It was closed because nothing was asked for long.
            return self.receive()
        except (OSError, ValueError) as error:
            self.close()
            raise Broken(f"port {self.port}: {error}") from error

    def read_answer(self):
        line = self.reader.readline()
        if not line:
            raise Closed("connection closed without an answer")
        status = int(line.split()[1])
        headers = {}
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        payload = self.read_payload(headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, payload)

    def read_payload(self, headers):
        if headers.get("transfer-encoding") != "chunked":
            return self.read_exactly(int(headers.get("content-length", 0)))
        payload = b""
        while size := int(self.reader.readline(), 16):
            payload += self.read_exactly(size)
            self.reader.readline()
        self.reader.readline()
        return payload

    def read_exactly(self, size):
        payload = self.reader.read(size)
        if len(payload) != size:
            raise ValueError("answer cut short")
        return payload


def ask(connections, method, path, bodies, headers):
    """Sends a request to all servers at once; returns their answers. Body and headers may differ between servers."""
    for connection, body, each in zip(connections, bodies, headers):
        connection.send(method, path, body, each)
    try:
        return [connection.receive() for connection in connections]
    except Broken as error:
        raise Broken(f"{path} {bodies[0][:200]}: {error}") from error
