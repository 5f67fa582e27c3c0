"""The differences that are meant. Random requests go round them; docs/decisions/0011 has the same list, with all rows."""

EXPLAINED = (
    ("keys written twice", "a put below a delete to the end, or of a nested transaction before a later nested delete: "
     "etcd's own rule forbids it, its check misses it"),
    ("numbers without a name", "as sort target, sort order or alarm: etcd dies, or takes them for another"),
    ("limits cut before sorting", "with a sort target and no order; pairs that sort alike come in any order"),
    ("the gateway", "follows etcd 3.6: paths, details, base64, JSON's numbers, and the words of parsers"),
    ("wire types", "a known field of a wrong wire type is skipped, as protobuf says, and a name must be UTF-8"),
    ("rights", "as in later versions, or stricter: what etcd 3.5.1 does not ask, asks late, or shows otherwise"),
    ("contests", "a second call for a lock or a campaign with the same lease writes its key again; nobody leads whose key has gone"),
    ("watches", "a delete at the compacted revision is told; a negative start is refused; progress is never ahead of events"),
    ("alarms and the quota", "CORRUPT refuses ranges, too; of two reasons to refuse, etcd tells NOSPACE first"),
    ("members and versions", "addresses are looked at in updates, too; downgrades and learners are those of 3.6; what cannot be done for want of "
     "members or a leader is said to be so"),
)
