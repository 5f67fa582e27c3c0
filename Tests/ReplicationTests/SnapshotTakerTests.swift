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
}
