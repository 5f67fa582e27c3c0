"""Protobuf from the project's own .proto files: requests as Python values in, answers as the JSON gateway spells
them out. Small on purpose: what the API uses, and no more."""

import base64
import functools
import pathlib
import re
import struct

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "protos"
FILES = ("kv.proto", "auth.proto", "rpc.proto", "v3lock.proto", "v3election.proto")
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
INTEGERS = ("int32", "int64", "uint32", "uint64", "bool")
TOKEN = re.compile(r"[A-Za-z_][\w.]*|\d+|\"[^\"]*\"|[{}=;()<>,\[\]]")


class Field:
    """One field of a message."""

    def __init__(self, name, number, kind, is_repeated):
        self.name, self.number, self.kind, self.is_repeated = name, number, kind, is_repeated


class Schema:
    """The messages, enumerations and methods of all files."""

    def __init__(self, texts):
        self.messages, self.enumerations, self.methods = {}, {}, {}
        for text in texts:
            tokens = iter(TOKEN.findall(re.sub(r"//[^\n]*", "", text)))
            self.read_file(tokens)

    def read_file(self, tokens):
        for token in tokens:
            if token == "package":
                self.package = next(tokens)
            elif token == "message":
                self.read_message(tokens)
            elif token == "enum":
                self.read_enumeration(tokens)
            elif token == "service":
                self.read_service(tokens)

    def read_message(self, tokens):
        fields = self.messages.setdefault(next(tokens), {})
        next(tokens)
        depth = 1
        while depth:
            token = next(tokens)
            if token == "}":
                depth -= 1
            elif token == "oneof":
                next(tokens)
                next(tokens)
                depth += 1
            elif token == "enum":
                self.read_enumeration(tokens)
            elif token == "message":
                self.read_message(tokens)
            else:
                self.read_field(token, tokens, fields)

    @staticmethod
    def read_field(token, tokens, fields):
        is_repeated = token == "repeated"
        kind = next(tokens) if is_repeated else token
        name = next(tokens)
        next(tokens)
        number = int(next(tokens))
        while next(tokens) != ";":
            pass
        fields[name] = Field(name, number, kind.rpartition(".")[2], is_repeated)

    def read_enumeration(self, tokens):
        values = self.enumerations.setdefault(next(tokens), {})
        next(tokens)
        while (name := next(tokens)) != "}":
            next(tokens)
            values[name] = int(next(tokens))
            while next(tokens) != ";":
                pass

    def read_service(self, tokens):
        service = f"/{self.package}.{next(tokens)}/"
        kinds = []
        while (token := next(tokens)) != "}":
            if token == "rpc":
                name, kinds = next(tokens), []
            elif token not in ("(", ")", "{", ";", "stream", "returns"):
                kinds.append(token.rpartition(".")[2])
                self.methods[service + name] = tuple(kinds)

    @functools.cache
    def by_number(self, message):
        return {field.number: field for field in self.messages[message].values()}


SCHEMA = Schema([(FOLDER / name).read_text() for name in FILES])


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def delimited(number, content):
    return varint(number << 3 | BYTES) + varint(len(content)) + content


def encode(message, request):
    """The bytes of a message. `_raw` stands for bytes to append as they are."""
    fields = SCHEMA.messages[message]
    out = []
    for name, value in request.items():
        if name == "_raw":
            out.append(value)
            continue
        field = fields[name]
        for each in value if field.is_repeated else (value,):
            out.append(encode_field(field, each))
    return b"".join(out)


def encode_field(field, value):
    if field.kind in ("bytes", "string"):
        return delimited(field.number, value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value)
    if field.kind in SCHEMA.messages:
        return delimited(field.number, encode(field.kind, value))
    if isinstance(value, str) and field.kind in SCHEMA.enumerations:
        value = SCHEMA.enumerations[field.kind][value]
    return varint(field.number << 3 | VARINT) + varint(int(value))


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def pieces(data):
    """(number, wire type, value) of each field of a message."""
    at, end = 0, len(data)
    while at < end:
        tag, at = read_varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = read_varint(data, at)
        elif kind == BYTES:
            size, at = read_varint(data, at)
            value = data[at:at + size]
            at += size
        else:
            size = 8 if kind == FIXED64 else 4
            value = struct.unpack("<Q" if size == 8 else "<I", data[at:at + size])[0]
            at += size
        yield tag >> 3, kind, value


def decode(message, data):
    """A message as the JSON gateway spells it; fields that the schema lacks by their number."""
    fields = SCHEMA.by_number(message)
    out = {}
    for number, _, value in pieces(data):
        field = fields.get(number)
        if field is None:
            out[f"field {number}"] = value
        elif not field.is_repeated:
            out[field.name] = decoded_value(field, value)
        elif isinstance(value, bytes) and (field.kind in INTEGERS or field.kind in SCHEMA.enumerations):
            out.setdefault(field.name, []).extend(packed(field, value))
        else:
            out.setdefault(field.name, []).append(decoded_value(field, value))
    return out


def packed(field, data):
    at = 0
    while at < len(data):
        value, at = read_varint(data, at)
        yield decoded_value(field, value)


def decoded_value(field, value):
    kind = field.kind
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind == "string":
        return value.decode("utf-8", "backslashreplace")
    if kind in SCHEMA.messages:
        return decode(kind, value)
    if kind in SCHEMA.enumerations:
        names = {number: name for name, number in SCHEMA.enumerations[kind].items()}
        return names.get(value, value)
    if kind == "bool":
        return bool(value)
    if kind in ("int64", "int32"):
        value = value - (1 << 64) if value >> 63 else value
    return value if kind in ("int32", "uint32") else str(value)
