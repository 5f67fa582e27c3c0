internal import Observability
internal import Paxos
internal import Rows

/// Pulls a snapshot from a peer, piece by piece, into a directory beside the base, and has it put in the place of
/// the base when all of it is there and verified (P34). What is lost on the way is asked for again; what is there
/// from an earlier try is not. A peer that gives nothing, or something wrong, or falls silent, is left for another one.
final class SnapshotTaker {
    /// What is under way.
    private enum Phase {
        case idle
        /// Waiting for a peer's offer.
        case asked
        /// The base is making room, or finds what is there already.
        case beginning(SnapshotDescription)
        case pulling(Pull)
        /// All bytes are there.
        case complete(SnapshotDescription)
        /// The base is being replaced.
        case finishing
    }

    /// Where the pulling stands, in bytes from the beginning of the first file: those that were asked for, those
    /// that have come, those that are on the disk.
    private struct Pull {
        let description: SnapshotDescription
        var asked: UInt64
        var taken: UInt64
        var written: UInt64

        /// The file and the offset of a byte; the place behind the last file at the end.
        func place(of byte: UInt64) -> (file: Int, offset: UInt64) {
            var left = byte
            for (file, described) in description.files.enumerated() {
                if left < described.byteCount { return (file, left) }
                left -= described.byteCount
            }
            return (description.files.count, 0)
        }
    }

    private let desk: BaseDesk
    private let logger: Logger
    private let send: (SnapshotMessage, ReplicaID) -> Void
    /// The peers to which there is a connection.
    private let heard: () -> [ReplicaID]
    private var phase = Phase.idle
    private var source = ReplicaID(0)
    private var sources = SnapshotSources()
    /// The slot that a snapshot must have.
    private var neededSlot: UInt64 = 0
    /// How often a source was left for another one.
    private(set) var changesOfSource = 0
    /// Bytes that came in this process life.
    private(set) var takenBytes: UInt64 = 0
    private var lastProgressMilliseconds: UInt64 = 0
    private var lastAskMilliseconds: UInt64 = 0
    /// When the source was asked first.
    private var askedAtMilliseconds: UInt64 = 0
    /// How many bytes may be asked for now, so that the transfer leaves room for others.
    private var budgetBytes: Double = 0
    private var lastTickMilliseconds: UInt64 = 0
    /// Nobody is asked before this.
    private var restsUntilMilliseconds: UInt64 = 0

    init(
        _ desk: BaseDesk, logger: Logger, heard: @escaping () -> [ReplicaID],
        send: @escaping (SnapshotMessage, ReplicaID) -> Void
    ) {
        self.desk = desk
        self.logger = logger
        self.heard = heard
        self.send = send
    }

    var isIdle: Bool {
        if case .idle = phase { return true }
        return false
    }

    /// Whether the base is being replaced: nothing may be applied or flushed meanwhile.
    var isFinishing: Bool {
        if case .finishing = phase { return true }
        return false
    }

    /// All bytes are there: the slot of the snapshot, which waits for `finish` or `abandon`.
    var completeSlot: UInt64? {
        if case .complete(let description) = phase { return description.slot }
        return nil
    }

    /// How many bytes of the snapshot that is on its way have not come; nil if none is.
    var missingBytes: UInt64? {
        guard case .pulling(let pull) = phase else { return nil }
        return pull.description.byteCount - pull.taken
    }

    // MARK: What happens

    /// A snapshot of at least `slot` is needed, and `peer` should have one; nothing changes if one is on its way.
    func ask(_ peer: ReplicaID, atLeast slot: UInt64, nowMilliseconds now: UInt64) {
        guard isIdle, now >= restsUntilMilliseconds else { return }
        neededSlot = slot
        let choice = sources.choice(preferring: peer, among: heard(), nowMilliseconds: now)
        if choice != peer { changesOfSource += 1 }
        ask(choice, now)
    }

    private func ask(_ peer: ReplicaID, _ now: UInt64) {
        source = peer
        phase = .asked
        lastProgressMilliseconds = now
        lastAskMilliseconds = now
        askedAtMilliseconds = now
        send(.ask(atLeast: neededSlot), peer)
    }

    /// The source is at work on the snapshot that was asked for.
    func noteMaking(by peer: ReplicaID, nowMilliseconds now: UInt64) {
        if case .asked = phase, peer == source { lastProgressMilliseconds = now }
    }

    func receive(_ offer: SnapshotDescription?, from peer: ReplicaID, nowMilliseconds now: UInt64) {
        guard case .asked = phase, peer == source else { return }
        guard let offer else { return fail("it has none", now) }
        if let problem = offer.problem { return fail(problem, now) }
        phase = .beginning(offer)
        lastProgressMilliseconds = now
        logger.info(
            "taking a snapshot",
            [
                "peer": "\(hexadecimal(peer.rawValue))", "slot": .integer(Int(offer.slot)),
                "bytes": .integer(Int(offer.byteCount)),
            ])
        desk.submit(.beginInstallation(offer)) { [self] outcome in
            if case .installationFailed(let reason) = outcome { return rest(reason) }
            guard case .installationBegun(let bytesThere) = outcome else {
                preconditionFailure("an installation begins otherwise: \(outcome)")
            }
            begin(offer, bytesThere)
        }
    }

    func receive(
        slot: UInt64, file: Int, offset: UInt64, bytes: [UInt8]?, from peer: ReplicaID,
        nowMilliseconds now: UInt64
    ) {
        guard case .pulling(var pull) = phase, peer == source, slot == pull.description.slot
        else { return }
        guard let bytes, !bytes.isEmpty else { return fail("it has gone there", now) }
        // What does not follow was asked for twice, or something before it was lost.
        guard pull.place(of: pull.taken) == (file, offset) else { return }
        guard UInt64(bytes.count) <= pull.description.files[file].byteCount - offset else {
            return fail("more bytes came than were described", now)
        }
        lastProgressMilliseconds = now
        pull.taken += UInt64(bytes.count)
        takenBytes += UInt64(bytes.count)
        phase = .pulling(pull)
        desk.submit(.installBytes(file: file, offset: offset, bytes)) { [self] outcome in
            if case .installationFailed(let reason) = outcome { return rest(reason) }
            written(UInt64(bytes.count))
        }
    }

    private func written(_ count: UInt64) {
        guard case .pulling(var pull) = phase else { return }
        pull.written += count
        let isComplete = pull.written == pull.description.byteCount
        phase = isComplete ? .complete(pull.description) : .pulling(pull)
        askForMore()
    }

    /// The rest of the time: asks again, gives up.
    func tick(nowMilliseconds now: UInt64) {
        let elapsed = now - min(now, lastTickMilliseconds)
        lastTickMilliseconds = now
        let perTick = Double(elapsed) * Double(Limits.snapshotBytesPerSecond) / 1000
        budgetBytes = min(budgetBytes + perTick, Double(Limits.snapshotWindowBytes))
        switch phase {
        case .idle, .complete, .finishing, .beginning: return
        case .asked, .pulling: break
        }
        if now > lastProgressMilliseconds + Limits.snapshotSilenceMilliseconds {
            return fail("nothing comes from it", now)
        }
        if case .asked = phase, now > askedAtMilliseconds + Limits.snapshotMakingMilliseconds {
            return fail("it does not get it ready", now)
        }
        let lastSign = max(lastProgressMilliseconds, lastAskMilliseconds)
        if now > lastSign + Limits.snapshotRetryMilliseconds { askAgain(now) }
        askForMore()
    }

    /// Something may have been lost on the way.
    private func askAgain(_ now: UInt64) {
        lastAskMilliseconds = now
        guard case .pulling(var pull) = phase else {
            return send(.ask(atLeast: neededSlot), source)
        }
        pull.asked = pull.taken
        phase = .pulling(pull)
    }

    /// Has the snapshot put in the place of the base.
    func finish(then: @escaping () -> Void) {
        guard case .complete(let description) = phase else {
            preconditionFailure("a snapshot of which bytes are missing")
        }
        phase = .finishing
        desk.submit(.finishInstallation) { [self] outcome in
            phase = .idle
            switch outcome {
            case .installed:
                sources.forgetFailures()
                then()
            case .installationFailed(let reason):
                // The copy may have rotted where it lies: nobody shall be given it again.
                send(.damaged(slot: description.slot), source)
                fail(reason, lastTickMilliseconds)
            default: preconditionFailure("an installation ended otherwise: \(outcome)")
            }
        }
    }

    /// It is of no use any more; another one may be asked for.
    func giveUp() { phase = .idle }

    /// It cannot be had from this peer: another one that is heard is asked at once. If there is none, whoever needs
    /// the snapshot will ask again.
    private func fail(_ reason: String, _ now: UInt64) {
        logger.warning(
            "a snapshot was not taken",
            ["peer": "\(hexadecimal(source.rawValue))", "why": "\(reason)"])
        sources.noteFailure(of: source, nowMilliseconds: now)
        phase = .idle
        guard let next = sources.untried(among: heard(), nowMilliseconds: now) else { return }
        changesOfSource += 1
        ask(next, now)
    }

    /// This node cannot keep what comes, most likely for want of room: that is no fault of the source, and to ask
    /// another one at once would be of no use. Chunks behind the first that was lost come to the same.
    private func rest(_ reason: String) {
        switch phase {
        case .beginning, .pulling: break
        case .idle, .asked, .complete, .finishing: return
        }
        logger.warning("a snapshot cannot be kept", ["why": "\(reason)"])
        restsUntilMilliseconds = lastTickMilliseconds + Limits.snapshotRestMilliseconds
        phase = .idle
    }

    // MARK: Pulling

    /// Files are filled one after another: what is there is a beginning of all bytes.
    private func begin(_ description: SnapshotDescription, _ bytesThere: [UInt64]) {
        guard case .beginning = phase else { return }
        let there = bytesThere.reduce(0, +)
        let isComplete = there == description.byteCount
        phase =
            isComplete
            ? .complete(description)
            : .pulling(Pull(description: description, asked: there, taken: there, written: there))
        askForMore()
    }

    /// Asks for further chunks as far as window and budget allow.
    private func askForMore() {
        guard case .pulling(var pull) = phase else { return }
        // What was asked for before `askAgain` may have come after it.
        pull.asked = max(pull.asked, pull.taken)
        while pull.asked < pull.description.byteCount, budgetBytes > 0,
            pull.asked - pull.written < UInt64(Limits.snapshotWindowBytes)
        {
            let (file, offset) = pull.place(of: pull.asked)
            let left = pull.description.files[file].byteCount - offset
            let count = min(left, UInt64(Limits.snapshotChunkBytes))
            send(
                .read(
                    slot: pull.description.slot, file: file, offset: offset, bytesMax: Int(count)),
                source)
            budgetBytes -= Double(count)
            pull.asked += count
        }
        phase = .pulling(pull)
    }
}
