/// One change: which key, when, and the key's state before it. The state after it is the state
/// before the key's next change, or the newest one: nothing is stored twice.
struct HistoryEntry {
    /// The changed key; nil once the entry is dropped.
    var record: KeyRecord?
    /// The key's state before the change.
    var previous: KeyState
    /// Main revision of the change.
    var main: Int64
    /// What all earlier entries ever counted, dropped ones too.
    var bytesBefore: Int
    /// The key's change before this one; may be dropped, or `History.none`.
    var previousEntry: Int
    /// An older change of the key, farther back, that makes searches logarithmic.
    var jumpEntry: Int
    /// The place of the change within its request.
    var sub: UInt32
    /// The length of the key's chain up to here, modulo 2^32: only differences count.
    var depth: UInt32
    /// Whether the change is a delete.
    var isDelete: Bool

    /// What stands in the place of an entry that is no more.
    static var dropped: HistoryEntry {
        HistoryEntry(
            record: nil, previous: .absent, main: 0, bytesBefore: 0,
            previousEntry: History.none,
            jumpEntry: History.none, sub: 0, depth: 0, isDelete: false)
    }
}
