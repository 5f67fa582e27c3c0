import EtcdMessages
import Testing

@testable import RESTAPI

/// The ranges behind `GET /kv/keys`.
@Suite struct KeyRangeTests {
    @Test(
        arguments: [
            ([], [0], [0]), (Array("a/".utf8), Array("a/".utf8), Array("a0".utf8)),
            ([1, 0xff], [1, 0xff], [2]), ([0xff, 0xff], [0xff, 0xff], [0]),
        ] as [([UInt8], [UInt8], [UInt8])])
    func prefixBecomesARange(prefix: [UInt8], key: [UInt8], end: [UInt8]) {
        let range = KeyRange.prefix(prefix)
        #expect(range.request.key == key)
        #expect(range.request.rangeEnd == end)
    }

    @Test func skippingBeginsBehindTheKey() {
        var range = KeyRange.prefix(Array("a/".utf8))
        let isPossible = range.skip(upTo: Array("a/m".utf8))
        #expect(isPossible)
        #expect(range.request.key == Array("a/m".utf8) + [0])
        #expect(range.request.rangeEnd == Array("a0".utf8))
    }

    @Test func skippingNeverWidens() {
        var range = KeyRange.prefix(Array("b/".utf8))
        let isPossible = range.skip(upTo: Array("a".utf8))
        #expect(isPossible)
        #expect(range.request.key == Array("b/".utf8))
    }

    @Test func nothingLiesBeyondThePrefix() {
        var range = KeyRange.prefix(Array("a/".utf8))
        let isPossible = range.skip(upTo: Array("b".utf8))
        #expect(!isPossible)
    }
}
