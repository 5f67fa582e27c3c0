/// Fetches decided slots that this replica missed, from any peer, chunk by chunk; and remembers for whom the
/// log is being read.
struct CatchUp: Equatable, Sendable {
    struct Pull: Equatable, Sendable {
        let peer: Int
        let fromSlot: Slot
        let sentAt: UInt64
    }

    // MARK: State

    private(set) var pull: Pull?
    /// The peer that let the last request go unanswered, or had nothing: another one is asked first.
    private var avoided: Int?
    /// The decided prefix when it was last seen to move, and when that was, in running milliseconds.
    private var seenPrefix = Slot.zero
    private var seenAt: UInt64 = 0
    /// The next request waits until fewer fetched values are on their way to the disk.
    private(set) var isHeldByDisk = false
    /// Since when the log is being read for each peer, by place.
    private var logReads: [UInt64?]

    init(peerCount: Int) { logReads = Array(repeating: nil, count: peerCount) }

    // MARK: Inputs

    /// How long the prefix has not moved.
    mutating func stalledMilliseconds(prefix: Slot, running: UInt64) -> UInt64 {
        if prefix > seenPrefix {
            seenPrefix = prefix
            seenAt = running
        }
        return running - seenAt
    }

    /// The decided prefix is what all others know too: a stall begins only after this.
    mutating func noteLevel(running: UInt64) { seenAt = running }

    /// The peer to ask next: one that is heard and knows at least half of what is missing above `prefix`. Of
    /// several, replicas that lag ask different ones, by their own place among all: else all of them would
    /// wait for the disk of one.
    func source(in peers: PeerTable, prefix: Slot, ownPlace: Int) -> Int? {
        let heard = peers.indices.filter { $0 != avoided && peers[$0].isConnected }
        let furthest = heard.map { peers[$0].decidedUpTo }.max() ?? .zero
        guard furthest > prefix else {
            return avoided.flatMap { peers[$0].decidedUpTo > prefix ? $0 : nil }
        }
        let enough = Slot(prefix.rawValue + (furthest.rawValue - prefix.rawValue + 1) / 2)
        let sources = heard.filter { peers[$0].decidedUpTo >= enough }
        return sources[ownPlace % sources.count]
    }

    mutating func begin(peer: Int, fromSlot: Slot, running: UInt64) {
        pull = Pull(peer: peer, fromSlot: fromSlot, sentAt: running)
        isHeldByDisk = false
    }

    mutating func holdForDisk() { isHeldByDisk = true }

    /// An answer came from `peer`; `isUseful` if it moved the prefix.
    mutating func end(peer: Int, isUseful: Bool) {
        guard let current = pull, current.peer == peer else { return }
        pull = nil
        if isUseful {
            avoided = nil
        } else {
            avoided = peer
        }
    }

    /// The peer does not answer, or is gone.
    mutating func giveUp() {
        avoided = pull?.peer
        pull = nil
    }

    /// Whether the log may be read for this peer: one reading at a time, unless it was lost.
    mutating func beginLogRead(for peer: Int, running: UInt64, timeout: UInt64) -> Bool {
        if let since = logReads[peer], running - since < timeout { return false }
        logReads[peer] = running
        return true
    }

    mutating func endLogRead(for peer: Int) { logReads[peer] = nil }

    /// For fingerprints; `age` gives the age of a moment.
    func add(to fingerprint: inout StateFingerprint, age: (UInt64?) -> UInt64) {
        fingerprint.add(UInt64(pull?.peer ?? 0xff))
        fingerprint.add(pull?.fromSlot ?? .zero)
        fingerprint.add(age(pull?.sentAt))
        fingerprint.add(UInt64(avoided ?? 0xff))
        fingerprint.add(seenPrefix)
        fingerprint.add(age(seenAt))
        fingerprint.add(isHeldByDisk)
        for since in logReads { fingerprint.add(age(since)) }
    }
}
