/// Fetches decided slots that this replica missed, from any peer, chunk by chunk; and remembers for whom the
/// log is being read.
struct CatchUp: Equatable, Sendable {
    struct Pull: Equatable, Sendable {
        let replica: ReplicaID
        let fromSlot: Slot
        let sentAt: UInt64
    }

    // MARK: State

    /// Somebody who is no member, as far as is known here, and knows of more decisions: a member of a later
    /// configuration, or one that left and has not ended yet.
    struct Stranger: Equatable, Sendable {
        let replica: ReplicaID
        let decidedUpTo: Slot
    }

    private(set) var pull: Pull?
    /// Of all that were heard lately, the one that knew most.
    private(set) var stranger: Stranger?
    /// Who let the last request go unanswered, or had nothing: another one is asked first.
    private var avoided: ReplicaID?
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

    /// Somebody who is no member told how far its decisions go.
    mutating func note(_ heard: Stranger) {
        if heard.decidedUpTo >= stranger?.decidedUpTo ?? .zero { stranger = heard }
    }

    /// The peers are others now. A log that is being read for one may be read for it once more.
    mutating func resize(peerCount: Int) {
        logReads = Array(repeating: nil, count: peerCount)
        stranger = nil
    }

    /// The decided prefix is what all others know too: a stall begins only after this.
    mutating func noteLevel(running: UInt64) { seenAt = running }

    /// The peer to ask next: one that is heard and knows at least half of what is missing above `prefix`. Of
    /// several, replicas that lag ask different ones, by their own place among all: else all of them would
    /// wait for the disk of one.
    ///
    /// A stranger who knows as much as all peers is asked first: the peers may all have left long ago.
    func source(in peers: PeerTable, prefix: Slot, ownPlace: Int) -> ReplicaID? {
        let heard = peers.indices.filter { peers[$0].replica != avoided && peers[$0].isConnected }
        let furthest = heard.map { peers[$0].decidedUpTo }.max() ?? .zero
        if let stranger, stranger.decidedUpTo >= max(furthest, prefix.next),
            stranger.replica != avoided
        {
            return stranger.replica
        }
        guard furthest > prefix else { return avoided(in: peers, above: prefix) }
        let enough = Slot(prefix.rawValue + (furthest.rawValue - prefix.rawValue + 1) / 2)
        let sources = heard.filter { peers[$0].decidedUpTo >= enough }
        return peers[sources[ownPlace % sources.count]].replica
    }

    /// Better the one that did not answer than nobody.
    private func avoided(in peers: PeerTable, above prefix: Slot) -> ReplicaID? {
        guard let avoided else { return nil }
        if let stranger, stranger.replica == avoided {
            return stranger.decidedUpTo > prefix ? avoided : nil
        }
        return peers.index(of: avoided).flatMap { peers[$0].decidedUpTo > prefix ? avoided : nil }
    }

    mutating func begin(from replica: ReplicaID, fromSlot: Slot, running: UInt64) {
        pull = Pull(replica: replica, fromSlot: fromSlot, sentAt: running)
        isHeldByDisk = false
    }

    mutating func holdForDisk() { isHeldByDisk = true }

    /// An answer came; `isUseful` if it moved the prefix.
    mutating func end(from replica: ReplicaID, isUseful: Bool) {
        guard let current = pull, current.replica == replica else { return }
        pull = nil
        if isUseful {
            avoided = nil
        } else {
            avoided = replica
        }
    }

    /// Who was asked does not answer, or is gone.
    mutating func giveUp() {
        avoided = pull?.replica
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
        fingerprint.add(pull?.replica.rawValue ?? .max)
        fingerprint.add(pull?.fromSlot ?? .zero)
        fingerprint.add(age(pull?.sentAt))
        fingerprint.add(avoided?.rawValue ?? .max)
        fingerprint.add(stranger?.replica.rawValue ?? .max)
        fingerprint.add(stranger?.decidedUpTo ?? .zero)
        fingerprint.add(seenPrefix)
        fingerprint.add(age(seenAt))
        fingerprint.add(isHeldByDisk)
        for since in logReads { fingerprint.add(age(since)) }
    }
}
