"""Requests written by hand: every error text that the KV service can give, and what clients trip over.

They run in this order on empty stores. `error` is what the contract of the API asks for; it is asserted
of every server, so these cases judge Synod even where no etcd can be had.
"""

KV = "/v3/kv/"
MANY_KEYS = 2560
INVALID, NOT_FOUND, OUT_OF_RANGE, EXHAUSTED = (400, 3), (404, 5), (400, 11), (429, 8)

NO_KEY = (*INVALID, "etcdserver: key is not provided")
KEY_NOT_FOUND = (*INVALID, "etcdserver: key not found")
VALUE_PROVIDED = (*INVALID, "etcdserver: value is provided")
LEASE_PROVIDED = (*INVALID, "etcdserver: lease is provided")
TOO_MANY = (*INVALID, "etcdserver: too many operations in txn request")
DUPLICATE = (*INVALID, "etcdserver: duplicate key given in txn request")
BAD_SORT = (*INVALID, "etcdserver: invalid sort option")
TOO_LARGE = (*INVALID, "etcdserver: request is too large")
COMPACTED = (*OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted")
FUTURE = (*OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision")
NO_LEASE = (*NOT_FOUND, "etcdserver: requested lease not found")
BAD_JSON = (*INVALID, None)


class Case:
    """One request. `answer` holds members that the answer's body must have; `etcd` is False where
    etcd 3.5.1 is known to answer otherwise, or to die."""

    def __init__(self, name, path, request, error=None, answer=None, etcd=True, method="POST", is_rpc=False):
        self.name, self.path, self.request, self.method = name, path, request, method
        self.error, self.answer, self.etcd, self.is_rpc = error, answer, etcd, is_rpc


def put(key, value=b"", **options):
    return {"request_put": {"key": key, "value": value, **options}}


def get(key, **options):
    return {"request_range": {"key": key, **options}}


def delete(key, **options):
    return {"request_delete_range": {"key": key, **options}}


def txn(success=(), failure=(), compare=()):
    return {"compare": list(compare), "success": list(success), "failure": list(failure)}


def nested(*arguments, **options):
    return {"request_txn": txn(*arguments, **options)}


def revisions():
    yield Case("the empty store is at revision 1", KV + "range", {"key": b"a"}, answer={"header": {"revision": "1"}})
    yield Case("a delete of nothing makes no revision", KV + "deleterange", {"key": b"a"},
               answer={"header": {"revision": "1"}})
    yield Case("the first put makes revision 2", KV + "put", {"key": b"a", "value": b"1"},
               answer={"header": {"revision": "2"}})
    yield Case("an equal put makes a revision", KV + "put", {"key": b"a", "value": b"1", "prev_kv": True},
               answer={"header": {"revision": "3"}})
    yield Case("a transaction has one revision", KV + "txn", txn([put(b"b"), put(b"c"), put(b"d")]),
               answer={"header": {"revision": "4"}, "succeeded": True})
    yield Case("a transaction that writes nothing has none", KV + "txn", txn([get(b"a"), delete(b"nothing")]),
               answer={"header": {"revision": "4"}})
    yield Case("a delete has one revision", KV + "deleterange", {"key": b"c", "range_end": b"e", "prev_kv": True},
               answer={"header": {"revision": "5"}, "deleted": "2"})
    yield Case("a deleted key begins again", KV + "txn", txn([put(b"c"), get(b"c")]),
               answer={"header": {"revision": "6"}})
    yield Case("everything", KV + "range", {"key": b"\0", "range_end": b"\0"}, answer={"count": "3"})
    yield Case("a range end below the key", KV + "range", {"key": b"b", "range_end": b"a"})
    yield Case("a range end equal to the key", KV + "range", {"key": b"b", "range_end": b"b"})
    yield Case("from a key on", KV + "range", {"key": b"b", "range_end": b"\0"}, answer={"count": "2"})
    yield Case("an old revision", KV + "range", {"key": b"a", "range_end": b"e", "revision": 4}, answer={"count": "4"})
    yield Case("limit", KV + "range", {"key": b"\0", "range_end": b"\0", "limit": 2}, answer={"count": "3", "more": True})
    yield Case("limit that cuts nothing", KV + "range", {"key": b"\0", "range_end": b"\0", "limit": 3})
    yield Case("count ignores the filters", KV + "range",
               {"key": b"\0", "range_end": b"\0", "min_mod_revision": 6}, answer={"count": "3"})
    yield Case("keys only", KV + "range", {"key": b"a", "keys_only": True})
    yield Case("count only", KV + "range", {"key": b"\0", "range_end": b"\0", "count_only": True}, answer={"count": "3"})


def refused():
    yield Case("range without key", KV + "range", {"range_end": b"a"}, NO_KEY)
    yield Case("put without key", KV + "put", {"value": b"a"}, NO_KEY)
    yield Case("delete without key", KV + "deleterange", {"range_end": b"a"}, NO_KEY)
    yield Case("compare without key", KV + "txn", txn(compare=[{"version": 1}]), NO_KEY)
    for name, operation in (("range", get(b"")), ("put", put(b"")), ("delete", delete(b""))):
        yield Case(f"{name} without key in a transaction", KV + "txn", txn([operation]), NO_KEY)
        yield Case(f"{name} without key in the branch not taken", KV + "txn", txn(failure=[operation]), NO_KEY)
        yield Case(f"{name} without key in a nested transaction", KV + "txn", txn([nested([operation])]), NO_KEY)
    yield Case("ignored value given", KV + "put", {"key": b"a", "value": b"x", "ignore_value": True}, VALUE_PROVIDED)
    yield Case("ignored lease given", KV + "put", {"key": b"a", "lease": 7, "ignore_lease": True}, LEASE_PROVIDED)
    yield Case("ignore_value without the key", KV + "put", {"key": b"nothing", "ignore_value": True}, KEY_NOT_FOUND)
    yield Case("ignore_lease without the key", KV + "put", {"key": b"nothing", "ignore_lease": True}, KEY_NOT_FOUND)
    yield Case("ignore_value keeps the value", KV + "put", {"key": b"a", "ignore_value": True, "prev_kv": True})
    yield Case("unknown lease", KV + "put", {"key": b"a", "lease": 7}, NO_LEASE)
    yield Case("unknown negative lease", KV + "put", {"key": b"a", "lease": -7}, NO_LEASE)
    yield Case("unknown lease before missing key", KV + "put", {"key": b"nothing", "lease": 7, "ignore_value": True}, NO_LEASE)
    yield Case("missing key before unknown lease, in a transaction", KV + "txn",
               txn([put(b"nothing", lease=7, ignore_value=True)]), KEY_NOT_FOUND)
    yield Case("unknown lease in a transaction", KV + "txn", txn([put(b"q"), put(b"a", lease=7)]), NO_LEASE)
    yield Case("and it left no trace", KV + "range", {"key": b"q"}, answer={"header": {"revision": "7"}})
    yield Case("unknown lease in the branch not taken", KV + "txn", txn(failure=[put(b"a", lease=7)]))
    yield Case("an operation without a request", KV + "txn", txn([{}]), KEY_NOT_FOUND)
    yield Case("too large", KV + "put", {"key": b"a", "value": bytes(1_600_000)}, TOO_LARGE)
    yield Case("too large together", KV + "txn", txn([put(b"a", bytes(800_000)), put(b"b", bytes(800_000))]), TOO_LARGE)
    yield Case("nearly too large", KV + "put", {"key": b"large", "value": bytes(1_570_000)})
    yield Case("too large for gRPC", KV + "put", {"key": b"a", "value": bytes(2_097_152)},
               (*EXHAUSTED, "grpc: received message larger than max (2097160 vs. 2097152)"))
    yield Case("a read may be large", KV + "range", {"key": bytes(1_700_000)})


def transactions():
    yield Case("128 operations", KV + "txn", txn([put(b"o/%d" % index) for index in range(128)]))
    yield Case("a transaction of one delete", KV + "txn", txn([delete(b"o/", range_end=b"o0")]))
    yield Case("129 operations", KV + "txn", txn([get(b"a")] * 129), TOO_MANY)
    yield Case("129 compares", KV + "txn", txn(compare=[{"key": b"a"}] * 129), TOO_MANY)
    yield Case("a nested transaction has the rest", KV + "txn", txn([get(b"a")] * 99 + [nested([get(b"a")] * 28)]))
    yield Case("and not more", KV + "txn", txn([get(b"a")] * 99 + [nested([get(b"a")] * 29)]), TOO_MANY)
    yield Case("two puts of a key", KV + "txn", txn([put(b"a"), put(b"a")]), DUPLICATE)
    yield Case("put in a deleted range", KV + "txn", txn([put(b"b"), delete(b"a", range_end=b"c")]), DUPLICATE)
    yield Case("put of a deleted key", KV + "txn", txn([delete(b"a"), put(b"a")]), DUPLICATE)
    yield Case("two puts in the branch not taken", KV + "txn", txn(failure=[put(b"a"), put(b"a")]), DUPLICATE)
    yield Case("put and nested put", KV + "txn", txn([put(b"a"), nested(failure=[put(b"a")])]), DUPLICATE)
    yield Case("puts of two nested transactions", KV + "txn", txn([nested([put(b"a")]), nested([put(b"a")])]), DUPLICATE)
    yield Case("nested delete and later nested put", KV + "txn", txn([nested([delete(b"a")]), nested([put(b"a")])]), DUPLICATE)
    yield Case("nested put and later nested delete", KV + "txn", txn([nested([put(b"a")]), nested([delete(b"a")])]),
               DUPLICATE, etcd=False)
    yield Case("put below a delete of everything", KV + "txn", txn([put(b"b"), delete(b"a", range_end=b"\0")]),
               DUPLICATE, etcd=False)
    yield Case("puts of a key in two branches of one transaction", KV + "txn", txn([nested([put(b"a")], [put(b"a")])]))
    yield Case("two deletes of a key", KV + "txn", txn([delete(b"b"), delete(b"a", range_end=b"c")]))
    yield Case("put after the deletes", KV + "txn", txn([put(b"a", b"new"), put(b"b", b"new")]))
    yield Case("reads see writes, compares do not", KV + "txn", txn(
        [put(b"n", b"1"), get(b"n"), nested([put(b"m")], [get(b"n")], [{"key": b"n", "target": "VERSION", "version": 1}])]))
    missing = {"key": b"nothing"}
    for result, holds in (("EQUAL", False), ("NOT_EQUAL", False), ("GREATER", False), ("LESS", False)):
        yield Case(f"value {result} of a missing key", KV + "txn",
                   txn(compare=[{**missing, "target": "VALUE", "result": result, "value": b"1"}]))
    yield Case("version of a missing key", KV + "txn", txn(compare=[{**missing, "target": "VERSION", "version": 0}]),
               answer={"succeeded": True})
    for version in (0, 1):
        yield Case(f"version {version} of an empty range", KV + "txn",
                   txn(compare=[{"key": b"x", "range_end": b"y", "target": "VERSION", "version": version}]))
    yield Case("a compare must hold for all keys", KV + "txn",
               txn(compare=[{"key": b"a", "range_end": b"c", "target": "VALUE", "value": b"new"}]), answer={"succeeded": True})
    yield Case("a compare without members", KV + "txn", txn(compare=[missing]), answer={"succeeded": True})
    yield Case("a compare whose value is of another target", KV + "txn",
               txn(compare=[{"key": b"a", "target": "MOD", "version": 1, "result": "GREATER"}]))
    yield Case("unknown target and result", KV + "txn", txn(compare=[{"key": b"a", "target": 9, "result": 9}]))
    yield Case("future revision in a transaction", KV + "txn", txn([get(b"a", revision=1 << 40)]), FUTURE)
    yield Case("future revision beside a put", KV + "txn", txn([put(b"q"), get(b"q", revision=1 << 40)]), FUTURE)
    yield Case("and it left no trace either", KV + "range", {"key": b"q"})
    yield Case("old revision beside a put", KV + "txn", txn([put(b"a", b"newer"), get(b"a", revision=2)]))
    yield Case("revision -1 in a transaction", KV + "txn", txn([get(b"a", revision=-1)]))
    yield Case("revision -2 in a transaction", KV + "txn", txn([get(b"a", revision=-2)]), COMPACTED)


def compactions():
    yield Case("future revision", KV + "range", {"key": b"a", "revision": 1 << 40}, FUTURE)
    yield Case("compaction of the future", KV + "compaction", {"revision": 1 << 40}, FUTURE)
    yield Case("compaction of the past", KV + "compaction", {"revision": -1}, COMPACTED)
    yield Case("compaction to 0", KV + "compaction", {})
    yield Case("compaction to 0 again", KV + "compaction", {}, COMPACTED)
    yield Case("revision -1 in a transaction after it", KV + "txn", txn([get(b"a", revision=-1)]), COMPACTED)
    yield Case("compaction", KV + "compaction", {"revision": 5, "physical": True})
    yield Case("compaction again", KV + "compaction", {"revision": 5}, COMPACTED)
    yield Case("the compacted revision is readable", KV + "range", {"key": b"\0", "range_end": b"\0", "revision": 5})
    yield Case("the one before is not", KV + "range", {"key": b"a", "revision": 4}, COMPACTED)
    yield Case("nor in a transaction", KV + "txn", txn([put(b"q"), get(b"a", revision=4)]), COMPACTED)
    yield Case("nor in one that reads", KV + "txn", txn([get(b"a", revision=4)]), COMPACTED)
    yield Case("unless in the branch not taken", KV + "txn", txn([get(b"a")], [get(b"a", revision=4)]))
    yield Case("a revision below 0 is the newest", KV + "range", {"key": b"a", "revision": -7})


def many_keys():
    """More keys than a server reads in one go."""
    everything = {"key": b"m/", "range_end": b"m0"}
    for part in range(MANY_KEYS // 128):
        keys = [b"m/%05d" % (7919 * (128 * part + index) % MANY_KEYS) for index in range(128)]
        yield Case(f"many keys, part {part}", KV + "txn", txn([put(key, key[-2:]) for key in keys]))
    yield Case("many keys are read", KV + "range", everything, answer={"count": str(MANY_KEYS)})
    yield Case("many keys are counted", KV + "range", {**everything, "count_only": True})
    yield Case("many keys are cut", KV + "range", {**everything, "limit": 1500}, answer={"more": True})
    yield Case("many keys, the last first", KV + "range", {**everything, "limit": 1500, "sort_order": "DESCEND"})
    for target in ("VERSION", "CREATE", "MOD", "VALUE"):
        for order in ("ASCEND", "DESCEND"):
            yield Case(f"many keys by {target}, {order}", KV + "range",
                       {**everything, "limit": 1100, "sort_target": target, "sort_order": order})
    yield Case("many keys are compared", KV + "txn", txn(compare=[{**everything, "target": "VERSION", "version": 1}]),
               answer={"succeeded": True})
    yield Case("many keys are deleted", KV + "deleterange", {**everything, "prev_kv": True},
               answer={"deleted": str(MANY_KEYS)})


def malformed():
    for name, body in (("half an object", b'{"key":'), ("an array", b"[]"), ("text", b'"a"'), ("no JSON", b"key=a"),
                       ("bytes", b"\xff\xfe"), ("a number for bytes", b'{"key":1}'), ("no base64", b'{"key":"&"}'),
                       ("a word for a number", b'{"key":"YQ==","limit":"one"}'),
                       ("a number beyond 64 bits", b'{"key":"YQ==","limit":9223372036854775808}'),
                       ("a fraction", b'{"key":"YQ==","limit":1.5}'),
                       ("a word for a bool", b'{"key":"YQ==","serializable":"true"}'),
                       ("an unknown order", b'{"key":"YQ==","sort_order":"UP"}')):
        yield Case(f"a body that is or has {name}", KV + "range", body, BAD_JSON)
    yield Case("no body", KV + "range", b"", NO_KEY)
    yield Case("null", KV + "range", b"null", NO_KEY)
    yield Case("more behind the object", KV + "range", b'{"key":"YQ=="} more')
    yield Case("a member twice", KV + "range", b'{"key":"YQ==","key":"Yg=="}')
    yield Case("unknown members", KV + "range", b'{"key":"YQ==","other":[1,{"a":null}]}')
    yield Case("base64 without padding", KV + "range", b'{"key":"YQ"}', answer={"count": "1"}, etcd=False)
    yield Case("base64 for URLs", KV + "range", b'{"key":"_-8="}', answer={}, etcd=False)
    yield Case("a whole number with a point", KV + "range", b'{"key":"YQ==","limit":1.0}', answer={"count": "1"}, etcd=False)
    yield Case("two operations in one", KV + "txn", b'{"success":[{"request_put":{"key":"YQ=="},"request_range":{"key":"YQ=="}}]}',
               BAD_JSON, etcd=False)
    yield Case("two values in one compare", KV + "txn", b'{"compare":[{"key":"YQ==","version":"1","value":"YQ=="}]}',
               BAD_JSON, etcd=False)
    yield Case("an unknown sort order", KV + "range", {"key": b"a", "sort_order": 7}, BAD_SORT, etcd=False)
    yield Case("an unknown sort target", KV + "range", {"key": b"a", "sort_target": 7}, BAD_SORT, etcd=False)
    yield Case("an unknown sort target in a transaction", KV + "txn", txn([get(b"a", sort_target=7)]), BAD_SORT, etcd=False)
    yield Case("an older name of the API", "/v3beta/kv/range", {"key": b"a"}, answer={"count": "1"})
    for path in ("/v3/kv/nothing", "/v3/", "/v4/kv/range", "/kv/range"):
        yield Case(f"no such path: {path}", path, {"key": b"a"}, (404, None, None))
    for method in ("GET", "PUT", "DELETE"):
        yield Case(f"{method} is not POST", KV + "range", {"key": b"a"}, (405, None, None), method=method)


def all_cases():
    for part in (revisions, refused, transactions, compactions, malformed):
        yield from part()


def complaint(case, answer):
    """What is wrong with an answer by the contract alone; None if nothing is."""
    if case.error:
        return error_complaint(case.error, answer)
    if answer.status != 200:
        return "expected an answer"
    for name, value in (case.answer or {}).items():
        actual = answer.body.get(name)
        if isinstance(value, dict):
            actual = {inner: (actual or {}).get(inner) for inner in value}
        if actual != value:
            return f"expected {name} to be {value}"
    return None


def error_complaint(error, answer):
    status, code, text = error
    if answer.status != status:
        return f"expected the HTTP status {status}"
    if code is not None and (not answer.is_json or answer.body.get("code") != code):
        return f"expected the code {code}"
    if text is not None and (answer.body.get("message"), answer.body.get("error")) != (text, text):
        return f"expected the text {text!r}"
    return None
