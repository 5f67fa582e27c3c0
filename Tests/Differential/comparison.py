"""What two servers must agree on, and what they may differ in."""

import copy
import json
import re

# What names a member or counts its elections.
HEADER_OF_MEMBER = ("cluster_id", "member_id", "raft_term")
MEMBER_IN_JSON = re.compile(rb'"(?:cluster_id|member_id|raft_term)":"\d+",?|,(?="raft_term")')
# Texts that clients compare; all others come from a JSON parser or an HTTP library.
TEXTS_OF_THE_API = ("etcdserver: ", "grpc: ")
# Of bytes that are no message; what follows are the parser's own words.
UNREADABLE = "grpc: error unmarshalling request: "
# How far apart two servers may be, in seconds, when they say how long a lease still lasts.
SECONDS_APART_MAX = 5
SORT_FIELD = {"VERSION": "version", "CREATE": "create_revision", "MOD": "mod_revision", "VALUE": "value"}


def difference(path, request, expected, actual, names=({}, {}), is_led_anew=False):
    """What is wrong with `actual`, an answer to `request`, if `expected` is right; None if nothing is. `names` are what
    the servers call what they have named themselves. `is_led_anew`: another leader has taken over the second."""
    if expected.status != actual.status:
        return "the HTTP status differs"
    if expected.status == 200 and is_equal_text(expected, actual):
        return None
    if not expected.is_json:
        return None
    if not actual.is_json:
        return "the answer is no JSON object"
    if expected.status >= 400:
        return error_difference(expected.body, actual.body)
    if expected.headers.get("content-type") != actual.headers.get("content-type"):
        return "the content type differs"
    bodies = [comparable(path, request, renamed(each.body, its)) for each, its in zip((expected, actual), names)]
    settle_time(path, *bodies, is_led_anew)
    return "the answer differs" if bodies[0] != bodies[1] else None


def renamed(body, names):
    """A copy of a body with common names."""
    if not names:
        return copy.deepcopy(body)
    text = json.dumps(body)
    for own, common in names.items():
        text = text.replace(f'"{own}"', f'"{common}"')
    return json.loads(text)


def settle_time(path, expected, actual, is_led_anew):
    """Takes what is left of a lease for equal when it nearly is. A new leader gives each lease its whole time."""
    if path.endswith("/timetolive"):
        left, other = (int(each.get("TTL", 0)) for each in (expected, actual))
        more = int(actual.get("grantedTTL", 0)) if is_led_anew else left + SECONDS_APART_MAX
        if left > 0 and max(1, left - SECONDS_APART_MAX) <= other <= more:
            actual["TTL"] = expected["TTL"]


def is_equal_text(expected, actual):
    """Whether two answers are equal letter by letter, apart from the header's ids: most are."""
    kinds = [each.headers.get("content-type") for each in (expected, actual)]
    texts = [MEMBER_IN_JSON.sub(b"", each.payload, 4) for each in (expected, actual)]
    return kinds[0] == kinds[1] and texts[0] == texts[1]


def error_difference(expected, actual):
    if expected.get("code") != actual.get("code"):
        return "the error code differs"
    text = expected.get("message", "")
    if not text.startswith(TEXTS_OF_THE_API):
        return None
    if text.startswith(UNREADABLE) and actual.get("message", "").startswith(UNREADABLE):
        return None
    if any(expected.get(name) != actual.get(name) for name in ("error", "message")):
        return "the error text differs"
    return None


def comparable(path, request, body):
    """An answer's body without what may differ."""
    body = body.get("result", body)
    for name in HEADER_OF_MEMBER:
        body.get("header", {}).pop(name, None)
    if path.endswith("/range"):
        settle_ties(request, body)
    elif path.endswith("/txn"):
        settle_txn(request, body)
    elif path.endswith("/leases"):
        body.get("leases", []).sort(key=lambda each: each["ID"])
    elif path.endswith("/timetolive"):
        body.get("keys", []).sort()
    elif path.endswith("/role/get"):
        # etcd orders permissions by their keys only.
        body.get("perm", []).sort(key=lambda each: (each.get("key", ""), each.get("range_end", "")))
    return body


def settle_txn(request, response):
    branch = request.get("success" if response.get("succeeded") else "failure", [])
    for operation, answer in zip(branch, response.get("responses", [])):
        if "request_range" in operation:
            settle_ties(operation["request_range"], answer.get("response_range", {}))
        elif "request_txn" in operation:
            settle_txn(operation["request_txn"], answer.get("response_txn", {}))


def settle_ties(request, response):
    """Puts pairs that sort alike, which etcd leaves in any order, into the order of their keys. Where a
    limit cut through such pairs, only their number is left."""
    field = SORT_FIELD.get(request.get("sort_target", "KEY"))
    pairs = response.get("kvs")
    if not field or not pairs:
        return
    if request.get("keys_only") and field == "value":
        groups = [pairs]
    else:
        groups = []
        for pair in pairs:
            if groups and groups[-1][0].get(field) == pair.get(field):
                groups[-1].append(pair)
            else:
                groups.append([pair])
    for group in groups:
        group.sort(key=lambda pair: pair["key"])
    if response.get("more"):
        last = groups[-1]
        value = None if request.get("keys_only") and field == "value" else last[0].get(field)
        groups[-1] = [{"cut": len(last), field: value}]
    response["kvs"] = groups


def for_etcd(path, request, ranges):
    """The request whose answer by etcd is the one to expect of Synod: etcd cuts at the limit before it
    sorts when the order is not named."""
    if not any(is_cut_before_sorting(each) for each in ranges(path, request)):
        return request
    request = copy.deepcopy(request)
    for each in ranges(path, request):
        if is_cut_before_sorting(each):
            each["sort_order"] = "ASCEND"
    return request


def is_cut_before_sorting(request):
    is_default_order = request.get("sort_order", "NONE") == "NONE"
    return is_default_order and request.get("sort_target", "KEY") != "KEY" and request.get("limit", 0) > 0


def for_cluster(path, request, ranges):
    """The request without reads that may be stale: its answer may come from any member."""
    if not any(each.get("serializable") for each in ranges(path, request)):
        return request
    request = copy.deepcopy(request)
    for each in ranges(path, request):
        each["serializable"] = False
    return request


def escapes_etcd(transaction):
    """Whether a transaction writes a key twice in a way that etcd's check may miss: a put of a nested
    transaction under a delete of a later one, or a put under a delete of everything from a key on."""
    return any(level_escapes(transaction.get(branch, [])) for branch in ("success", "failure"))


def level_escapes(operations):
    written = [writes(operation) for operation in operations]
    for index, operation in enumerate(operations):
        if "request_txn" in operation and escapes_etcd(operation["request_txn"]):
            return True
        if not written[index][1]:
            continue
        for other, (puts, _) in enumerate(written):
            if other == index:
                continue
            is_later = "request_txn" in operation and "request_txn" in operations[other] and other < index
            deletes = [each for each in written[index][1] if is_later or each.get("range_end") == b"\0"]
            if any(covers(delete, key) for delete in deletes for key in puts):
                return True
    return False


def writes(operation):
    """The keys that an operation puts and the delete requests in it, in any branch."""
    if "request_put" in operation:
        return [operation["request_put"].get("key", b"")], []
    if "request_delete_range" in operation:
        return [], [operation["request_delete_range"]]
    puts, deletes = [], []
    for branch in ("success", "failure"):
        for inner in operation.get("request_txn", {}).get(branch, []):
            inner_puts, inner_deletes = writes(inner)
            puts += inner_puts
            deletes += inner_deletes
    return puts, deletes


def covers(delete, key):
    low, high = delete.get("key", b""), delete.get("range_end", b"")
    if not high:
        return key == low
    return key >= low and (high == b"\0" or key < high)
