/// Fetches decided slots that this replica missed, from any peer, chunk by chunk; and remembers for whom the
/// log is being read.
struct CatchUp: Equatable, Sendable {
    struct Pull: Equatable, Sendable {
        let replica: ReplicaID
        let fromSlot: Slot
        let sentAt: UInt64
    }

    /// Somebody who is no member, as far as is known here, or another life of one, and has what is missing here:
    /// a member of a later configuration, or one that left and has not ended yet.
    struct Stranger: Equatable, Sendable {
        let replica: ReplicaID
        let decidedUpTo: Slot
    }

    // MARK: State

    /// A peer's log begins above this slot, as it said.
    struct Truncation: Equatable, Sendable {
        let replica: ReplicaID
        let upTo: Slot
        /// Whether it has a state to give.
        let hasState: Bool
    }

    /// A snapshot that was asked for, or would have been if anybody had one.
    struct Asked: Equatable, Sendable {
        let prefix: Slot
        let at: UInt64
        let hasSource: Bool
    }

    private(set) var pull: Pull?
    /// Those whose logs lack what is missing here, since a snapshot was last asked for.
    private var truncations: [Truncation] = []
    private var asked: Asked?
    /// How often a snapshot was asked for: another one is asked each time.
    private var askedCount = 0
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
        truncations = []
    }

    /// Somebody who was asked has what is missing in its state only.
    mutating func noteTruncated(by replica: ReplicaID, upTo slot: Slot, hasState: Bool) {
        truncations.removeAll { $0.replica == replica }
        truncations.append(Truncation(replica: replica, upTo: slot, hasState: hasState))
    }

    /// A snapshot was asked for: until it comes, or does not, nobody is asked for anything.
    mutating func noteAskedForSnapshot(prefix: Slot, running: UInt64, hasSource: Bool) {
        asked = Asked(prefix: prefix, at: running, hasSource: hasSource)
        askedCount += 1
        truncations = []
    }

    mutating func noteInstalled() {
        asked = nil
        truncations = []
        avoided = nil
        pull = nil
    }

    /// The decided prefix is what all others know too: a stall begins only after this.
    mutating func noteLevel(running: UInt64) { seenAt = running }

    /// The peer to ask next: one that is heard and knows at least half of what is missing above `prefix`. Of
    /// several, replicas that lag ask different ones, by their own place among all: else all of them would
    /// wait for the disk of one.
    ///
    /// A stranger who knows as much as all peers is asked first: the peers may all have left long ago.
    func source(in peers: PeerTable, prefix: Slot, ownPlace: Int) -> ReplicaID? {
        let heard = peers.indices.filter {
            peers[$0].replica != avoided && peers[$0].isConnected
                && !lacksLog(peers[$0].replica, above: prefix)
        }
        let furthest = heard.map { peers[$0].decidedUpTo }.max() ?? .zero
        if let stranger, stranger.decidedUpTo >= max(furthest, prefix.next),
            stranger.replica != avoided, !lacksLog(stranger.replica, above: prefix)
        {
            return stranger.replica
        }
        guard furthest > prefix else {
            // Who does not answer may be gone. If the others' logs lack what is missing, a snapshot does not wait.
            return isBelowLogs(above: prefix) ? nil : avoided(in: peers, above: prefix)
        }
        let enough = Slot(prefix.rawValue + (furthest.rawValue - prefix.rawValue + 1) / 2)
        let sources = heard.filter { peers[$0].decidedUpTo >= enough }
        return peers[sources[ownPlace % sources.count]].replica
    }

    /// Better the one that did not answer than nobody.
    private func avoided(in peers: PeerTable, above prefix: Slot) -> ReplicaID? {
        guard let avoided, !lacksLog(avoided, above: prefix) else { return nil }
        if let stranger, stranger.replica == avoided {
            return stranger.decidedUpTo > prefix ? avoided : nil
        }
        return peers.index(of: avoided).flatMap { peers[$0].decidedUpTo > prefix ? avoided : nil }
    }

    /// Whether it said that its log does not have what comes after `prefix`.
    func lacksLog(_ replica: ReplicaID, above prefix: Slot) -> Bool {
        truncations.contains { $0.replica == replica && $0.upTo > prefix }
    }

    // MARK: Snapshots

    /// Of those who said that their logs lack what is missing, another one each time.
    func snapshotSource(above prefix: Slot) -> Truncation? {
        let able = truncations.filter { $0.upTo > prefix && $0.hasState }
        return able.isEmpty ? nil : able[askedCount % able.count]
    }

    /// For a replica without a state: of those that are heard, another one each time. The members that it knows
    /// may all have left, or have other lives now: then strangers are all that it hears.
    func baseSource(in peers: PeerTable, prefix: Slot) -> Truncation? {
        var heard = peers.indices.filter { peers[$0].isConnected && peers[$0].heardAt != nil }
            .map { peers[$0].replica }
        if let stranger, !heard.contains(stranger.replica) { heard.append(stranger.replica) }
        guard !heard.isEmpty else { return nil }
        return Truncation(
            replica: heard[askedCount % heard.count], upTo: prefix, hasState: true)
    }

    /// Whether somebody's log lacks what is missing here.
    func isBelowLogs(above prefix: Slot) -> Bool { truncations.contains { $0.upTo > prefix } }

    /// Whether one was asked for so lately that it may still come.
    func awaitsSnapshot(running: UInt64, within pause: UInt64) -> Bool {
        asked.map { running - $0.at < pause } ?? false
    }

    /// Whether one was asked for lately, and nothing has come since.
    func isStranded(at prefix: Slot, running: UInt64, for duration: UInt64) -> Bool {
        asked.map { $0.hasSource && $0.prefix == prefix && running - $0.at < duration } ?? false
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

    /// Nothing can be asked of somebody to whom there is no connection.
    mutating func lose(_ replica: ReplicaID) {
        if stranger?.replica == replica { stranger = nil }
        if pull?.replica == replica { giveUp() }
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
        for truncation in truncations {
            fingerprint.add(truncation.replica.rawValue)
            fingerprint.add(truncation.upTo)
        }
        fingerprint.add(asked?.prefix ?? .zero)
        fingerprint.add(age(asked?.at))
        fingerprint.add(seenPrefix)
        fingerprint.add(age(seenAt))
        fingerprint.add(isHeldByDisk)
        for since in logReads { fingerprint.add(age(since)) }
    }
}
