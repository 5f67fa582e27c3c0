internal import GRPC
internal import Observability
internal import Protobuf
internal import Transport

/// One method over gRPC: how its calls end, and their count.
final class GRPCMethod {
    private let counters: CallCounters
    private let responseBytesMax: Int

    init(counters: CallCounters, responseBytesMax: Int) {
        self.counters = counters
        self.responseBytesMax = responseBytesMax
    }

    /// A call began.
    func begin() { counters.started.increment() }

    /// Ends a call with an answer, which is written once, straight into the frame that leaves.
    func reply(_ response: some WireEncodable, to call: UnaryCall) {
        let size = response.encodedSize
        guard size <= responseBytesMax else {
            return fail(.answerTooLarge(bytes: size, max: responseBytesMax), call)
        }
        count(.ok, call)
        call.reply(size: size) { response.serialize(into: $0) }
    }

    /// Ends a call without an answer.
    func fail(_ failure: CallFailure, _ call: UnaryCall) {
        count(failure.status.code, call)
        call.fail(failure.status.code, failure.status.message, trailers: failure.metadata)
    }

    /// A client that does not wait any more got nothing, whatever the answer would be.
    private func count(_ code: GRPCCode, _ call: UnaryCall) {
        counters.handled(code: Int((call.isOpen ? code : .cancelled).rawValue))
        if let time = counters.time, let age = call.ageNanoseconds {
            time.observe(nanoseconds: age)
        }
    }
}
