"""HTTP/2 as far as a gRPC client needs it, over a socket, so that one thread can ask many servers at once and send
what no library would. Header blocks are read by libnghttp2, which Synod itself needs."""

import ctypes
import ctypes.util
import select
import socket
import struct
import time

from connection import Broken

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACKNOWLEDGED, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 32
INITIAL_WINDOW_SIZE = 4
WINDOW_MAX = (1 << 31) - 1
# When so much was read, the connection's window is opened again.
WINDOW_STEP = 1 << 29
WINDOW_DEFAULT = 65_535
FRAME_BYTES_MAX = 16_384
CANCEL = 8
READ_BYTES = 1 << 18
INFLATE_EMIT, INFLATE_FINAL = 2, 1


class Pair(ctypes.Structure):
    """nghttp2_nv"""

    _fields_ = [("name", ctypes.c_void_p), ("value", ctypes.c_void_p), ("name_size", ctypes.c_size_t),
                ("value_size", ctypes.c_size_t), ("flags", ctypes.c_uint8)]


LIBRARY = ctypes.CDLL(ctypes.util.find_library("nghttp2") or "libnghttp2.so.14")
LIBRARY.nghttp2_hd_inflate_hd2.restype = ctypes.c_ssize_t
LIBRARY.nghttp2_hd_inflate_hd2.argtypes = [
    ctypes.c_void_p, ctypes.POINTER(Pair), ctypes.POINTER(ctypes.c_int), ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


class Inflater:
    """Reads header blocks of one connection."""

    def __init__(self):
        self.handle = ctypes.c_void_p()
        LIBRARY.nghttp2_hd_inflate_new(ctypes.byref(self.handle))
        self.pair, self.flags = Pair(), ctypes.c_int()

    def close(self):
        LIBRARY.nghttp2_hd_inflate_del(self.handle)

    def read(self, block):
        """The headers of a block."""
        buffer = ctypes.create_string_buffer(block, len(block))
        at, headers = 0, {}
        while True:
            used = LIBRARY.nghttp2_hd_inflate_hd2(
                self.handle, ctypes.byref(self.pair), ctypes.byref(self.flags), ctypes.addressof(buffer) + at,
                len(block) - at, 1)
            if used < 0:
                raise Broken("a header block that cannot be read")
            at += used
            if self.flags.value & INFLATE_EMIT:
                name = ctypes.string_at(self.pair.name, self.pair.name_size).decode("latin-1")
                headers[name] = ctypes.string_at(self.pair.value, self.pair.value_size).decode("latin-1")
            if self.flags.value & INFLATE_FINAL:
                LIBRARY.nghttp2_hd_inflate_end_headers(self.handle)
                return headers


def header(name, value):
    """A header, spelled out: never in a table, never compressed."""
    name, value = name.encode(), value.encode("latin-1")
    return b"\x10" + size_prefix(len(name)) + name + size_prefix(len(value)) + value


def size_prefix(size):
    if size < 127:
        return bytes([size])
    out, size = bytearray([127]), size - 127
    while size > 127:
        out.append(size & 127 | 128)
        size >>= 7
    out.append(size)
    return bytes(out)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


class Stream:
    """One HTTP/2 stream: what has come of it, and what still has to go."""

    def __init__(self, session, identifier):
        self.session, self.identifier = session, identifier
        self.headers, self.trailers, self.data = None, None, bytearray()
        self.reset = None
        self.is_over = self.wants_end = False
        self.window = session.window_of_streams
        self.waiting = b""

    def send(self, data, ends=False):
        self.waiting += data
        self.wants_end = self.wants_end or ends
        self.session.push(self)

    def cancel(self):
        if not self.is_over:
            self.session.write(frame(RST_STREAM, 0, self.identifier, struct.pack(">I", CANCEL)))
            self.session.forget(self)


class Session:
    """One HTTP/2 connection to a server."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inflater, self.unread = Inflater(), b""
        self.streams, self.next_identifier = {}, 1
        self.window, self.window_of_streams, self.read_bytes = WINDOW_DEFAULT, WINDOW_DEFAULT, 0
        self.block, self.block_of, self.broken = b"", None, None
        settings = struct.pack(">HI", INITIAL_WINDOW_SIZE, WINDOW_MAX)
        self.write(PREFACE + frame(SETTINGS, 0, 0, settings)
                   + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", WINDOW_MAX - WINDOW_DEFAULT)))

    def close(self):
        self.broken = self.broken or "closed"
        self.socket.close()
        self.inflater.close()

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            self.fail(str(error))

    def open(self, block, data=b"", ends=False):
        """A new stream with these headers, and what is sent at once."""
        if self.broken:
            raise Broken(f"port {self.port}: {self.broken}")
        stream = Stream(self, self.next_identifier)
        self.next_identifier += 2
        self.streams[stream.identifier] = stream
        head = frame(HEADERS, END_HEADERS, stream.identifier, block)
        small = ends and len(data) <= min(self.window, stream.window, FRAME_BYTES_MAX)
        if not small:
            self.write(head)
            stream.send(data, ends)
            return stream
        self.window -= len(data)
        self.write(head + frame(DATA, END_STREAM, stream.identifier, data))
        return stream

    def push(self, stream):
        """Sends of a stream what the windows allow."""
        while stream.waiting and not stream.is_over:
            size = min(len(stream.waiting), self.window, stream.window, FRAME_BYTES_MAX)
            if size <= 0:
                return
            part, stream.waiting = stream.waiting[:size], stream.waiting[size:]
            self.window -= size
            stream.window -= size
            ends = stream.wants_end and not stream.waiting
            stream.wants_end = stream.wants_end and not ends
            self.write(frame(DATA, END_STREAM if ends else 0, stream.identifier, part))
        if stream.wants_end and not stream.waiting and not stream.is_over:
            stream.wants_end = False
            self.write(frame(DATA, END_STREAM, stream.identifier))

    def forget(self, stream):
        stream.is_over = True
        self.streams.pop(stream.identifier, None)

    def fail(self, reason):
        self.broken = self.broken or reason
        for stream in list(self.streams.values()):
            stream.reset = "connection: " + reason
            self.forget(stream)

    def receive(self):
        """Reads once, and deals with all frames that are complete."""
        try:
            data = self.socket.recv(READ_BYTES)
        except OSError as error:
            return self.fail(str(error))
        if not data:
            return self.fail("closed by the server")
        data = self.unread + data if self.unread else data
        at, end = 0, len(data)
        while end - at >= 9:
            size = int.from_bytes(data[at:at + 3], "big")
            if end - at < 9 + size:
                break
            identifier = int.from_bytes(data[at + 5:at + 9], "big")
            self.take(data[at + 3], data[at + 4], identifier, data[at + 9:at + 9 + size])
            at += 9 + size
        self.unread = data[at:]

    def take(self, kind, flags, identifier, payload):
        stream = self.streams.get(identifier)
        if kind == DATA:
            self.take_data(stream, flags, payload)
        elif kind in (HEADERS, CONTINUATION):
            self.take_headers(stream, kind, flags, payload)
        elif kind == RST_STREAM and stream:
            stream.reset = f"reset {int.from_bytes(payload, 'big')}"
            self.forget(stream)
        elif kind == SETTINGS and not flags & ACKNOWLEDGED:
            self.take_settings(payload)
        elif kind == PING and not flags & ACKNOWLEDGED:
            self.write(frame(PING, ACKNOWLEDGED, 0, payload))
        elif kind == GOAWAY:
            self.fail("GOAWAY " + payload[8:].decode("latin-1"))
        elif kind == WINDOW_UPDATE:
            self.widen(stream, identifier, int.from_bytes(payload, "big"))

    def take_data(self, stream, flags, payload):
        self.read_bytes += len(payload)
        if self.read_bytes > WINDOW_STEP:
            self.write(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", self.read_bytes)))
            self.read_bytes = 0
        if stream:
            stream.data += payload
            if flags & END_STREAM:
                self.forget(stream)

    def take_headers(self, stream, kind, flags, payload):
        if kind == HEADERS:
            if flags & PADDED:
                payload = payload[1:len(payload) - payload[0]]
            payload = payload[5:] if flags & PRIORITY else payload
            self.block, self.block_of = b"", flags & END_STREAM
        self.block += payload
        if not flags & END_HEADERS:
            return
        headers = self.inflater.read(self.block)
        if not stream:
            return
        if stream.headers is None:
            stream.headers = headers
        if self.block_of:
            stream.trailers = headers
            self.forget(stream)

    def take_settings(self, payload):
        for at in range(0, len(payload), 6):
            name, value = struct.unpack(">HI", payload[at:at + 6])
            if name == INITIAL_WINDOW_SIZE:
                for stream in self.streams.values():
                    stream.window += value - self.window_of_streams
                self.window_of_streams = value
        self.write(frame(SETTINGS, ACKNOWLEDGED, 0))

    def widen(self, stream, identifier, size):
        if identifier == 0:
            self.window += size
            for each in list(self.streams.values()):
                self.push(each)
        elif stream:
            stream.window += size
            self.push(stream)


def wait(sessions, seconds):
    """Reads whatever comes at some of the connections within a time; whether there was anything."""
    alive = {each.socket: each for each in sessions if not each.broken}
    ready = select.select(list(alive), [], [], max(0, seconds))[0] if alive else []
    for each in ready:
        alive[each].receive()
    return bool(ready)


def wait_until(sessions, condition, seconds):
    """Reads until a condition holds; whether it does."""
    end = time.monotonic() + seconds
    while not condition():
        rest = end - time.monotonic()
        if rest <= 0 or all(each.broken for each in sessions):
            return condition()
        wait(sessions, min(rest, 0.5))
    return True
