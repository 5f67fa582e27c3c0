internal import Paxos
internal import PaxosCodec

/// One record of the log.
enum RecordInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        try ByteForm.check(DurableRecord.self, input)
    }
}
