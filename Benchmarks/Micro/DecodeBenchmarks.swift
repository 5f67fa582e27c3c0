import EtcdMessages
import Protobuf
import StateMachine

/// From a request's bytes to values, and to a command's place in a bundle.
enum DecodeBenchmarks {
    static func all() -> [Benchmark] {
        let request = Samples.put(1)
        let requests = (0..<Samples.commandsPerBatch).map(Samples.put)
        return [
            Benchmark("decode: PutRequest") {
                request.withUnsafeBytes { keep(try? PutRequest(serialized: $0)) }
            },
            Benchmark("bundle: a command of 64", operationsPerCall: requests.count) {
                keep(Samples.bundle(requests, first: 1))
            },
        ]
    }
}
