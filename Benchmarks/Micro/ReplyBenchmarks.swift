import Basics
import EtcdMessages
import GRPC
import Protobuf

/// From an outcome to the bytes of a gRPC message.
enum ReplyBenchmarks {
    static func all() -> [Benchmark] {
        let output = ByteQueue()
        return [
            Benchmark("reply: PutResponse") {
                var response = PutResponse()
                response.header.clusterID = 0x1234_5678_9abc_def0
                response.header.memberID = 0x0fed_cba9_8765_4321
                response.header.revision = 1_000_000
                response.header.raftTerm = 3
                write(response, to: output)
            }
        ]
    }

    private static func write(_ response: PutResponse, to output: ByteQueue) {
        let size = response.encodedSize
        let memory = output.extend(by: MessagePrefix.byteCount + size)
        MessagePrefix.write(count: size, to: memory)
        response.serialize(
            into: UnsafeMutableRawBufferPointer(
                start: memory + MessagePrefix.byteCount, count: size))
        keep(output.count)
        output.removeAll()
    }
}
