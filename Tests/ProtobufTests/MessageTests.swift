import EtcdMessages
import Protobuf
import Testing

/// What the generated types promise to those who use them, on examples small enough to read.
@Suite struct MessageTests {
    @Test func aPutRequestHasTheBytesOfTheSpecification() throws {
        let request = PutRequest.with {
            $0.key = [0x61]
            $0.value = [0x62, 0x63]
            $0.lease = 300
            $0.prevKv = true
        }
        let bytes: [UInt8] = [0x0a, 1, 0x61, 0x12, 2, 0x62, 0x63, 0x18, 0xac, 0x02, 0x20, 1]
        #expect(request.serializedBytes() == bytes)
        #expect(request.encodedSize == bytes.count)
        #expect(try PutRequest(serializedBytes: bytes) == request)
    }

    @Test func roomForAFrameHeaderIsLeftInFront() {
        let request = PutRequest.with { $0.key = [0x61] }
        #expect(request.serializedBytes(prefixCount: 5) == [0, 0, 0, 0, 0, 0x0a, 1, 0x61])
        var bytes: [UInt8] = [9]
        request.appendSerialized(to: &bytes)
        #expect(bytes == [9, 0x0a, 1, 0x61])
        #expect(PutRequest().serializedBytes() == [])
    }

    @Test func presenceOfAMessageIsKept() throws {
        var response = PutResponse()
        #expect(!response.hasHeader)
        #expect(response.header == ResponseHeader())
        response.header.revision = 7
        #expect(response.hasHeader)
        #expect(try PutResponse(serializedBytes: response.serializedBytes()) == response)
        response.header = ResponseHeader()
        #expect(response.serializedBytes() == [0x0a, 0])
        response.clearHeader()
        #expect(response.serializedBytes() == [])
    }

    @Test func aMemberOfAOneofIsKeptThoughItIsZero() throws {
        var compare = Compare()
        #expect(compare.targetUnion == nil)
        compare.version = 0
        #expect(compare.targetUnion == .version(0))
        #expect(compare.serializedBytes() == [0x20, 0])
        let decoded = try Compare(serializedBytes: [0x20, 0])
        #expect(decoded.targetUnion == .version(0))
        #expect(decoded.value == [])
    }

    @Test func theLastMemberOfAOneofWins() throws {
        let decoded = try Compare(serializedBytes: [0x20, 1, 0x3a, 1, 0x78])
        #expect(decoded.targetUnion == .value([0x78]))
    }

    @Test func aMessageThatComesTwiceIsMerged() throws {
        let first = PutResponse.with { $0.header.revision = 7 }.serializedBytes()
        let second = PutResponse.with { $0.header.memberID = 8 }.serializedBytes()
        let merged = try PutResponse(serializedBytes: first + second)
        #expect(merged.header.revision == 7)
        #expect(merged.header.memberID == 8)

        let put = RequestOp.with { $0.requestPut.key = [1] }.serializedBytes()
        let more = RequestOp.with { $0.requestPut.value = [2] }.serializedBytes()
        let operation = try RequestOp(serializedBytes: put + more)
        #expect(operation.requestPut.key == [1])
        #expect(operation.requestPut.value == [2])
    }

    @Test func anEnumKeepsNumbersItDoesNotKnow() throws {
        let request = try RangeRequest(serializedBytes: [0x28, 9])
        #expect(request.sortOrder == .UNRECOGNIZED(9))
        #expect(request.serializedBytes() == [0x28, 9])
        #expect(RangeRequest.SortOrder(rawValue: 2) == .descend)
        let negative = try RangeRequest(
            serializedBytes: [0x28] + [UInt8](repeating: 0xff, count: 9) + [1])
        #expect(negative.sortOrder == .UNRECOGNIZED(-1))
    }

    @Test func repeatedEnumsAreReadPackedAndOneByOne() throws {
        let packed = try WatchCreateRequest(serializedBytes: [0x2a, 2, 0, 1])
        let single = try WatchCreateRequest(serializedBytes: [0x28, 0, 0x28, 1])
        #expect(packed.filters == [.noput, .nodelete])
        #expect(single == packed)
        #expect(single.serializedBytes() == [0x2a, 2, 0, 1])
    }

    @Test func unknownFieldsAreDropped() throws {
        let unknown: [UInt8] = [
            0xa0, 0x06, 0xff, 0x01,  // 100: varint
            0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8,  // 100: 64 bits
            0xa2, 0x06, 2, 9, 9,  // 100: bytes
            0xa5, 0x06, 1, 2, 3, 4,  // 100: 32 bits
            0xa3, 0x06, 0xa3, 0x06, 0x08, 1, 0xa4, 0x06, 0xa4, 0x06,  // 100: groups
        ]
        let known = PutRequest.with { $0.key = [0x61] }
        let decoded = try PutRequest(serializedBytes: unknown + known.serializedBytes() + unknown)
        #expect(decoded == known)
    }

    @Test func aFieldOfAnotherWireTypeIsUnknown() throws {
        // Field 1 of PutRequest is bytes; here it is a varint, 32 bits, then 64 bits.
        let bytes: [UInt8] = [0x08, 5, 0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8]
        #expect(try PutRequest(serializedBytes: bytes) == PutRequest())
    }

    @Test func methodsHaveTheirPathsInGRPC() {
        #expect(KVMethods.range == "/etcdserverpb.KV/Range")
        #expect(LockMethods.lock == "/v3lockpb.Lock/Lock")
        #expect(HealthMethods.check == "/grpc.health.v1.Health/Check")
        #expect(StoreMethods.readModifyWrite == "/synodpb.Store/ReadModifyWrite")
        #expect(AuthMethods.all.count == 17)
    }
}
