internal import Basics
internal import LogTesting
internal import Paxos

@testable internal import WriteAheadLog

/// The first segment of a log, as a disk may bring it back. The first byte says whether the rest is the file itself,
/// or what its batches hold: then headers and checksums are made right, for else hardly an input would get behind
/// them.
enum SegmentInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let file = mode & 1 == 0 ? SegmentMaker.assemble(rest) : Array(rest)
        let disk = ForgetfulDisk()
        disk.replace(1, with: SegmentMaker.padded(file))
        guard let first = try recover(disk) else { return }
        guard let second = try recover(disk) else { throw Breach("it cannot be read again") }
        try Breach.unless(first == second, "what is read again differs")
        try goOn(disk, with: first)
    }

    /// What came of a recovery.
    private struct Outcome: Equatable {
        let state: DurableState
        let end: Int
        let delivered: [DecidedValue]
    }

    private static func recover(_ disk: ForgetfulDisk) throws(Breach) -> Outcome? {
        var delivered: [DecidedValue] = []
        let recovered = try? LogRecovery.run(
            disk: disk, identity: SegmentMaker.identity, deliver: { delivered.append($0) })
        guard let recovered else { return nil }
        for (value, next) in zip(delivered, delivered.dropFirst()) {
            try Breach.unless(next.slot == value.slot.next, "\(next.slot) behind \(value.slot)")
        }
        return Outcome(state: recovered.state, end: recovered.end, delivered: delivered)
    }

    /// A process writes behind what it found, and the next one finds both.
    private static func goOn(_ disk: ForgetfulDisk, with found: Outcome) throws(Breach) {
        let recovered = try? LogRecovery.run(
            disk: disk, identity: SegmentMaker.identity, deliver: { _ in })
        guard let recovered, recovered.boot.rawValue < .max else { return }
        let log = WriteAheadLog(
            disk: disk, identity: SegmentMaker.identity, recovered: recovered, nonce: 77,
            options: LogOptions(segmentBytes: Limits.segmentBytesMin))
        log.start()
        while disk.completeNext() { log.drainCompletions(nowMilliseconds: 1) }
        guard let after = try recover(disk) else { throw Breach("a start makes it unreadable") }
        try Breach.unless(
            after.delivered == found.delivered && after.state.promised == found.state.promised,
            "a start changes what was there")
    }
}
