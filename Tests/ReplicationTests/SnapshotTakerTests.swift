import Observability
import Paxos
import Rows
import Testing

@testable import Replication

/// Who takes a snapshot, while its own disk is slow or full.
@Suite("Takers of snapshots")
struct SnapshotTakerTests {
    private static let mebibyte: UInt64 = 1 << 20
    private static let slot: UInt64 = 9
    private let base = ScriptedBase()
    private let said = Said()
    private let desk: BaseDesk
    private let taker: SnapshotTaker
    private let peers = [ReplicaID(1), ReplicaID(2)]

    private final class Said { var messages: [(SnapshotMessage, ReplicaID)] = [] }

    init() {
        desk = BaseDesk(base)
        let (said, peers) = (said, peers)
        taker = SnapshotTaker(
            desk, logger: Logger(component: "test", sink: .silent), heard: { peers },
            send: { said.messages.append(($0, $1)) })
    }

    /// Asks for a snapshot, and goes so far that its bytes are asked for.
    private func begin(mebibytes: UInt64) {
        taker.ask(peers[0], atLeast: Self.slot, nowMilliseconds: 0)
        let file = SnapshotFile(
            name: "rows", byteCount: mebibytes * Self.mebibyte, checksum: 0)
        taker.receive(
            SnapshotDescription(slot: Self.slot, files: [file]), from: peers[0], nowMilliseconds: 0)
        base.complete(.installationBegun(bytesThere: [0]))
        desk.drainCompletions()
        taker.tick(nowMilliseconds: 40)
    }

    /// The chunks with these numbers come.
    private func arrive(_ chunks: Range<UInt64>, at now: UInt64) {
        for chunk in chunks {
            taker.receive(
                slot: Self.slot, file: 0, offset: chunk * Self.mebibyte,
                bytes: [UInt8](repeating: 1, count: Int(Self.mebibyte)), from: peers[0],
                nowMilliseconds: now)
        }
    }

    private func write(_ count: Int) {
        for _ in 0..<count { base.complete(.bytesInstalled) }
        desk.drainCompletions()
    }

    @Test("what was asked for twice after the own disk hung may come early")
    func hungDisk() {
        begin(mebibytes: 16)
        arrive(0..<4, at: 41)
        // Nothing is written, so nothing more is asked for, and soon it looks as if something had been lost.
        taker.tick(nowMilliseconds: 1_050)
        taker.tick(nowMilliseconds: 2_045)
        write(4)
        taker.tick(nowMilliseconds: 2_060)
        arrive(4..<8, at: 2_061)
        write(4)
        taker.tick(nowMilliseconds: 2_070)
        #expect(taker.missingBytes == 8 * Self.mebibyte)
        var now: UInt64 = 2_100
        for chunk in UInt64(8)..<16 {
            taker.tick(nowMilliseconds: now)
            arrive(chunk..<chunk + 1, at: now)
            write(1)
            now += 20
        }
        #expect(taker.completeSlot == Self.slot)
    }

    @Test("bytes that cannot be written end it at once, and nobody is asked for more for a while")
    func noRoom() {
        begin(mebibytes: 16)
        arrive(0..<2, at: 41)
        base.complete(.installationFailed("no space left"))
        base.complete(.installationFailed("nothing is installed"))
        desk.drainCompletions()
        #expect(taker.isIdle)
        let count = said.messages.count
        #expect(!said.messages.contains { message, _ in message == .damaged(slot: Self.slot) })
        let end = 40 + Limits.snapshotRestMilliseconds
        taker.ask(peers[0], atLeast: Self.slot, nowMilliseconds: end - 1)
        #expect(said.messages.count == count)
        // It was not the source's fault.
        taker.ask(peers[0], atLeast: Self.slot, nowMilliseconds: end)
        #expect(said.messages.last?.0 == .ask(atLeast: Self.slot))
        #expect(said.messages.last?.1 == peers[0])
    }
}
