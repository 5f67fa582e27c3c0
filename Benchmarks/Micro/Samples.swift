import Basics
import EtcdMessages
import Paxos
import PaxosCodec
import Protobuf
import StateMachine

/// Requests and values of the usual size: a key of 10 bytes, a value of 256, 64 commands in a batch.
enum Samples {
    static let commandsPerBatch = 64
    static let keyCount = 100_000
    static let origin = Origin(replica: 1, incarnation: 11, boot: 1)
    static let ballot = Ballot(
        round: 3, replica: ReplicaID(1), incarnation: Incarnation(11))
    static let frameHeader = PeerFrame.Header(
        cluster: ClusterID(7), group: .standard, replica: ReplicaID(1),
        incarnation: Incarnation(11), boot: BootNumber(1))

    /// Key number `number`, which is below ten million.
    static func key(_ number: Int) -> [UInt8] {
        let digits = String(number)
        return Array(("key" + String(repeating: "0", count: 7 - digits.count) + digits).utf8)
    }

    /// The serialized request that puts key number `number`.
    static func put(_ number: Int) -> [UInt8] {
        var request = PutRequest()
        request.key = key(number)
        request.value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 256)
        return request.serializedBytes()
    }

    /// One bundle of `requests`, with sequences from `first` on.
    static func bundle(_ requests: [[UInt8]], first: UInt64) -> [UInt8] {
        var writer = BundleWriter()
        writer.begin(
            origin: origin, lowWater: first,
            capacity: requests.reduce(0) { $0 + $1.count + 8 })
        for (offset, request) in requests.enumerated() {
            request.withUnsafeBytes {
                writer.append(.put, sequence: first + UInt64(offset), request: $0)
            }
        }
        return writer.finish()
    }

    /// A batch of puts as the leader proposes it.
    static func batch() -> Value {
        let requests = (0..<commandsPerBatch).map(put)
        return .batch(
            Value.Batch(logTimeMilliseconds: 1, payload: bundle(requests, first: 1)))
    }
}
