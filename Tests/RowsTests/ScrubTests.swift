import MVCC
import RocksStorage
import Rows
import Testing

/// What passes over every base do.
struct ScrubTests {
    static let kinds = BaseKind.allCases

    /// Nothing compresses them.
    private let pairs = (0..<400).map { number in
        pair("key\(1_000 + number)", Self.noise(seed: number), at: Int64(number) + 2)
    }

    private static func noise(seed: Int) -> String {
        var number = UInt64(seed) &+ 1
        return String(
            decoding: (0..<200).map { _ in
                number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(33 + (number >> 33) % 90)
            }, as: UTF8.self)
    }

    /// Goes on with a pass in pieces of about so many bytes until it ends. Gives back how many pieces there were, how many bytes,
    /// and how it ended.
    private func scrub(
        _ harness: any BaseHarness, bytesMax: Int = 10_000, between: (Int) -> Void = { _ in }
    ) -> (pieces: Int, byteCount: Int, end: ScrubProgress) {
        var (pieces, byteCount) = (0, 0)
        while true {
            let piece = harness.scrub(bytesMax: bytesMax)
            pieces += 1
            byteCount += piece.byteCount
            if piece.progress != .underWay { return (pieces, byteCount, piece.progress) }
            between(pieces)
        }
    }

    @Test(arguments: kinds)
    func aPassReadsAllThereIsInPieces(_ kind: BaseKind) throws {
        let harness = try kind.make()
        harness.flush(pairs, slot: 7)
        let inOne = scrub(harness, bytesMax: .max)
        #expect(inOne.end == .complete && inOne.pieces == 1)
        let size = Double(harness.base.byteCount)
        for bytesMax in [1, 10_000, 50_000] {
            let pass = scrub(harness, bytesMax: bytesMax)
            #expect(pass.end == .complete)
            #expect(pass.pieces > 100_000 / max(bytesMax, 200), "\(pass.pieces) of \(bytesMax)")
            #expect(abs(Double(pass.byteCount) - size) < size / 5, "\(pass.byteCount) of \(size)")
        }
        #expect(harness.everything().count == 400)
    }

    @Test(arguments: kinds)
    func aPassOverNothingEndsAtOnce(_ kind: BaseKind) throws {
        let pass = scrub(try kind.make())
        #expect(pass.end == .complete && pass.byteCount == 0)
    }

    @Test(arguments: kinds)
    func flushesAndSnapshotsGoOnDuringAPass(_ kind: BaseKind) throws {
        let harness = try kind.make()
        harness.flush(Array(pairs[..<200]), slot: 1)
        let pass = scrub(harness) { piece in
            guard piece == 2 else { return }
            harness.flush(Array(pairs[200...]), slot: 2)
            #expect(harness.snapshot()?.slot == 2)
            (harness as? RocksHarness)?.rocks?.merge()
        }
        #expect(pass.end == .complete)
        #expect(harness.everything().count == 400)
        let next = scrub(harness)
        #expect(next.end == .complete && next.byteCount >= pass.byteCount)
    }

    @Test(arguments: kinds)
    func aPassEndsWhereASnapshotTakesThePlaceOfTheBase(_ kind: BaseKind) throws {
        let (source, target) = (try kind.make(), try kind.make())
        source.flush(pairs, slot: 9)
        target.flush(Array(pairs[..<100]), slot: 3)
        #expect(target.scrub(bytesMax: 1).progress == .underWay)
        _ = target.copy(try #require(source.snapshot()), from: source, bytesMax: 100_000)
        #expect(target.scrub(bytesMax: 1).progress == .underWay, "nothing is installed yet")
        guard case .installed = target.perform(.finishInstallation) else {
            Issue.record("not installed")
            return
        }
        let broken = target.scrub(bytesMax: 1)
        guard case .brokenOff = broken.progress else { Issue.record("\(broken)"); return }
        let next = scrub(target)
        #expect(next.end == .complete)
        #expect(Double(next.byteCount) > Double(target.base.byteCount) * 0.8)
    }

    @Test(arguments: kinds)
    func aPassBeginsAnewAfterARestart(_ kind: BaseKind) throws {
        let harness = try kind.make()
        harness.flush(pairs, slot: 7)
        let whole = scrub(harness)
        _ = harness.scrub(bytesMax: 40_000)
        try harness.restart()
        let pass = scrub(harness)
        #expect(pass.end == .complete && pass.byteCount == whole.byteCount)
    }
}
