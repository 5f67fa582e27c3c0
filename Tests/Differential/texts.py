"""Every error text of the API, how often it was seen of whom, and why some cannot be had here."""

import collections

PREFIX = "etcdserver: "
NEEDS_CLUSTER = "needs a leader that is lost in the midst of a request"
TEXTS = {
    3: ("key is not provided", "key not found", "value is provided", "lease is provided",
        "too many operations in txn request", "duplicate key given in txn request", "invalid client api version",
        "invalid sort option", "given member URLs are invalid", "request is too large", "user name is empty",
        "role name is empty", "authentication failed, invalid user ID or password", "permission not given",
        "invalid auth management", "revision of auth store is old", "wrong downgrade target version format",
        "invalid downgrade target version"),
    11: ("mvcc: required revision has been compacted", "mvcc: required revision is a future revision",
         "too large lease TTL"),
    8: ("mvcc: database space exceeded", "too many requests"),
    5: ("requested lease not found", "member not found"),
    9: ("lease already exists", "member ID already exist", "Peer URLs already exists",
        "re-configuration failed due to not enough started members", "can only promote a learner member",
        "can only promote a learner member which is in sync with leader", "too many learner members in cluster",
        "cluster ID mismatch", "root user does not exist", "root user does not have root role",
        "user name already exists", "user name not found", "role name already exists", "role name not found",
        "role is not granted to the user", "permission is not granted to the role", "authentication is not enabled",
        "not leader", "not capable", "rpc not supported for learner", "bad leader transferee",
        "cluster version not found during downgrade", "cluster has a downgrade job in progress",
        "no inflight downgrade job"),
    7: ("permission denied",),
    16: ("invalid auth token",),
    14: ("no leader", "leader changed", "server stopped", "request timed out",
         "request timed out, possibly due to previous leader failure",
         "request timed out, possibly due to connection lost",
         "request timed out, waiting for the applied index took too long", "unhealthy cluster"),
    15: ("corrupt cluster",),
    1: ("watch canceled", "request canceled"),
    4: ("context deadline exceeded",),
}
WITHOUT_PREFIX = ("context deadline exceeded",)
# Why a text is not seen of one or of both.
REASONS = {
    "too many requests": "needs 5,000 commands that wait for apply at once",
    "member ID already exist": "ids are drawn from the clock",
    "cluster ID mismatch": "said between members only",
    "cluster version not found during downgrade": "a cluster that serves has a version",
    "leader changed": NEEDS_CLUSTER,
    "re-configuration failed due to not enough started members": "would end a member's work",
    "invalid sort option": "etcd 3.5.1 does not say it, or dies of it",
    "invalid client api version": "etcd 3.5.1 dies of it",
    "not capable": "said by members older than 3.1",
    "cluster has a downgrade job in progress": "etcd 3.5.1 begins none",
    "request timed out, possibly due to previous leader failure": NEEDS_CLUSTER,
    "request timed out, possibly due to connection lost": NEEDS_CLUSTER,
    "request timed out, waiting for the applied index took too long": NEEDS_CLUSTER,
    "server stopped": "said while a server stops, by chance",
    "revision of auth store is old": "etcd 3.5.1 says `auth: revision in header is old`",
    "unhealthy cluster": "Synod says why: too few members have started, or there is no leader",
    "context deadline exceeded": "the client's own: the deadline is over on its side first",
    "request canceled": "nobody is there to read it",
    "watch canceled": "nobody is there to read it",
}


class Texts:
    """Counts the texts that each target said."""

    def __init__(self):
        self.seen = collections.Counter()
        self.codes = collections.defaultdict(set)

    def note_answer(self, target, answer):
        if answer.status != 200 and answer.is_json:
            body = answer.body
            body = body["error"] if isinstance(body.get("error"), dict) else body
            self.note(target, body.get("message", ""), body.get("code"))

    def note(self, target, text, code=None):
        """Notes a text wherever it stands: as an error, or as the reason for which a watch ended."""
        self.seen[target.name, text] += 1
        self.codes[text].add(code)

    def count(self, names, text):
        whole = text if text in WITHOUT_PREFIX else PREFIX + text
        return sum(times for (name, said), times in self.seen.items()
                   if name in names and (said == whole or said.endswith("desc = " + whole)))

    def table(self):
        """Lines: code, text, times seen at etcd, times at Synod, a reason where one of them is 0."""
        yield f"{'code':>4}  {'etcd':>7}  {'synod':>7}  text"
        for code, texts in TEXTS.items():
            for text in texts:
                at_etcd, at_synod = self.count(("etcd",), text), self.count(("synod", "cluster"), text)
                reason = "" if at_etcd and at_synod else f"  ({REASONS.get(text, 'not seen')})"
                yield f"{code:>4}  {at_etcd:>7}  {at_synod:>7}  {text}{reason}"

    def missing(self):
        """The texts that were to be seen of both and were not."""
        return [text for texts in TEXTS.values() for text in texts if text not in REASONS and not (
            self.count(("etcd",), text) and self.count(("synod", "cluster"), text))]
