import Basics
import Paxos
import PaxosCodec

/// A frame with one Accept of 64 commands, to bytes and back. An operation is a command.
enum FrameBenchmarks {
    static func all() -> [Benchmark] {
        let messages = [
            Message.accept(
                Message.Accept(
                    ballot: Samples.ballot, slot: Slot(9), decidedUpTo: Slot(8),
                    value: Samples.batch()))
        ]
        let bytes = PeerFrame.encode(Samples.frameHeader, messages)
        return [
            Benchmark("frame: encode, 64 in an Accept", operationsPerCall: 64) {
                keep(PeerFrame.encode(Samples.frameHeader, messages))
            },
            Benchmark("frame: decode, 64 in an Accept", operationsPerCall: 64) {
                bytes.withUnsafeBytes {
                    keep(try? PeerFrame.decode($0, cluster: Samples.frameHeader.cluster))
                }
            },
        ]
    }
}
