import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

@testable import EtcdAPI

/// The two places where this room reads or writes the wire format without a generated message.
@Suite struct WireShortcutTests {
    static let states: [KeyState] = [
        KeyState(
            value: Array("v".utf8), createRevision: 2, modRevision: 300, version: 7, lease: 0),
        KeyState(value: [], createRevision: 1, modRevision: 1, version: 1, lease: -1),
        KeyState(
            value: [UInt8](repeating: 0xee, count: 70_000), createRevision: .max,
            modRevision: .max, version: .max, lease: .max),
    ]

    @Test(arguments: states) func pointAnswersAreRangeResponses(state: KeyState) throws {
        var header = ResponseHeader()
        header.clusterID = .max
        header.memberID = 5
        header.revision = 1 << 40
        header.raftTerm = 3
        let key = Array("some key".utf8)
        var expected = RangeResponse()
        expected.header = header
        expected.kvs = [KeyValue(key, state)]
        expected.count = 1
        let answer = PointAnswer(header: header, key: key, state: state)
        #expect(answer.serializedBytes() == expected.serializedBytes())
    }

    @Test func aMissingKeyHasAHeaderOnly() {
        var expected = RangeResponse()
        expected.header = ResponseHeader()
        expected.header.revision = 9
        let answer = PointAnswer(header: expected.header, key: [1], state: nil)
        #expect(answer.serializedBytes() == expected.serializedBytes())
    }

    @Test func onlyPlainReadsOfOneKeyArePoints() {
        var plain = RangeRequest()
        plain.key = [1]
        plain.limit = 5
        plain.serializable = true
        plain.sortOrder = .descend
        #expect(plain.isPoint)
        let changes: [(inout RangeRequest) -> Void] = [
            { $0.rangeEnd = [2] }, { $0.revision = 1 }, { $0.keysOnly = true },
            { $0.countOnly = true }, { $0.minModRevision = 1 }, { $0.maxModRevision = 1 },
            { $0.minCreateRevision = 1 }, { $0.maxCreateRevision = 1 },
        ]
        for change in changes {
            var other = plain
            change(&other)
            #expect(!other.isPoint)
        }
    }

    /// Every combination of what a put can have and lack.
    @Test func outlinesJudgeAsTheWholeRequest() throws {
        for bits in 0..<64 {
            var put = PutRequest()
            if bits & 1 != 0 { put.key = [1] }
            if bits & 2 != 0 { put.value = [2] }
            if bits & 4 != 0 { put.lease = -3 }
            put.prevKv = bits & 8 != 0
            put.ignoreValue = bits & 16 != 0
            put.ignoreLease = bits & 32 != 0
            let outline = try PutOutline(serializedBytes: put.serializedBytes())
            #expect(
                error { () throws(KVError) in try outline.check() }
                    == error { () throws(KVError) in try RequestCheck.put(put) })
        }
    }

    private func error(_ check: () throws(KVError) -> Void) -> KVError? {
        do throws(KVError) {
            try check()
            return nil
        } catch {
            return error
        }
    }
}
