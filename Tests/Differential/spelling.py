"""Requests as Python values, and the many ways in which JSON may spell them."""

import base64
import json

SORT_ORDERS = ("NONE", "ASCEND", "DESCEND")
SORT_TARGETS = ("KEY", "VERSION", "CREATE", "MOD", "VALUE")
COMPARE_RESULTS = ("EQUAL", "GREATER", "LESS", "NOT_EQUAL")
COMPARE_TARGETS = ("VERSION", "CREATE", "MOD", "VALUE", "LEASE")
ENUMERATIONS = {
    "permType": ("READ", "WRITE", "READWRITE"), "sort_order": SORT_ORDERS, "sort_target": SORT_TARGETS, "result": COMPARE_RESULTS, "target": COMPARE_TARGETS,
}
# How often a name is written as in JavaScript, a number as a number, an enum as its number, null for nothing.
CAMEL_SHARE, NUMBER_SHARE, ENUM_NUMBER_SHARE, NULL_SHARE = 0.05, 0.3, 0.1, 0.02


def encode(request, random=None):
    """The JSON of a request: bytes in base64, int64 as strings. With `random`, in other valid forms too."""
    return json.dumps(spelled(request, random)).encode()


def spelled(value, random, name=""):
    if isinstance(value, dict):
        members = {spelled_name(each, random): spelled(inner, random, each) for each, inner in value.items()}
        if random and random.random() < NULL_SHARE:
            members.setdefault("unknown_field", None)
        return members
    if isinstance(value, list):
        return [spelled(each, random) for each in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if name in ENUMERATIONS and value in ENUMERATIONS[name]:
        return ENUMERATIONS[name].index(value) if random and random.random() < ENUM_NUMBER_SHARE else value
    if name in ENUMERATIONS:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value if random and random.random() < NUMBER_SHARE else str(value)
    return value


def spelled_name(name, random):
    if not random or random.random() >= CAMEL_SHARE:
        return name
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def operations(transaction):
    """Every operation of a transaction, those of nested ones too."""
    for branch in ("success", "failure"):
        for operation in transaction.get(branch, []):
            yield operation
            if "request_txn" in operation:
                yield from operations(operation["request_txn"])


def ranges(path, request):
    """Every range request within a request."""
    if path.endswith("/range"):
        return [request]
    if path.endswith("/txn"):
        return [each["request_range"] for each in operations(request) if "request_range" in each]
    return []
