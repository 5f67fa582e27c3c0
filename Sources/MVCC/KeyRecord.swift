/// One key of the table: its newest state, and the newest entry of its chain in the `History`.
final class KeyRecord {
    let key: [UInt8]
    /// The newest state, the one of an open transaction included.
    @exclusivity(unchecked) var state = KeyState.absent
    /// The key's newest change in the `History`, or `History.none`.
    @exclusivity(unchecked) var newestEntry = History.none
    /// Whether the `KeyTree` counts the key. Only the tree changes it.
    @exclusivity(unchecked) var isLive = false
    /// Whether somebody asked for the key since the last look for keys that nobody needs in memory.
    @exclusivity(unchecked) var isUsed = true
    /// Whether it must stay in memory, because a command that is about to run needs it (P38).
    @exclusivity(unchecked) var isPinned = false

    init(key: [UInt8]) { self.key = key }
}
