internal import EventLoops
package import GRPC
internal import HTTP

/// A handle for one unary call: cheap to copy and to keep. Answer it once, now or later, on the
/// loop; an answer after the client has gone, or a second one, does nothing.
package struct UnaryCall {
    private let call: ServerCall
    private let generation: UInt64

    init(_ call: ServerCall) {
        self.call = call
        generation = call.generation
    }

    private var isCurrent: Bool { call.generation == generation }

    /// Whether nobody waits for the answer any more: the client cancelled, its connection is lost,
    /// or the deadline has passed.
    package var isCancelled: Bool { !isCurrent || call.isCancelled }

    /// Whether an answer would still go out.
    package var isOpen: Bool { isCurrent && !call.isAnswered }

    /// By when the client wants its answer, in monotonic nanoseconds of the loop; nil: no limit.
    package var deadline: UInt64? {
        isCurrent && call.deadline != .max ? call.deadline : nil
    }

    /// When the request arrived, in monotonic nanoseconds of the loop.
    package var startedAt: UInt64 { isCurrent ? call.startedAt : 0 }

    /// How long ago that was, by the clock now; nil when the call is over.
    package var ageNanoseconds: UInt64? {
        guard isCurrent, let connection = call.connection else { return nil }
        return connection.server.loop.now - call.startedAt
    }

    /// The method's path, `/package.Service/Method`.
    package var path: String { isCurrent ? call.route?.path ?? "" : "" }

    /// The other side, as `127.0.0.1:50000`.
    package var remoteAddress: String {
        isCurrent ? call.connection?.tcp.remoteAddress ?? "" : ""
    }

    /// Who calls, by the common name of its verified certificate; nil where certificates name no users.
    package var peerCommonName: String? { isCurrent ? call.connection?.peerCommonName : nil }

    /// The request's metadata called `name` (in lower case); nil if there is none, or the call is over.
    package func metadata(_ name: String) -> String? {
        isCurrent ? call.stream.headers.value(name) : nil
    }

    /// The same without a copy: valid until the call is answered.
    package func metadataBytes(_ name: StaticString) -> UnsafeRawBufferPointer? {
        isCurrent ? call.stream.headers.bytes(name) : nil
    }

    /// Calls `action`, once, if the client cancels, its connection is lost or the deadline passes
    /// before the answer. At once if that has happened.
    package func onCancel(_ action: @escaping () -> Void) {
        guard !isCancelled else { return action() }
        call.onCancel = action
    }

    /// Answers with `message`.
    package func reply(_ message: [UInt8]) {
        guard isCurrent else { return }
        call.reply(size: message.count) { $0.copyBytes(from: message) }
    }

    /// Answers with a message of `size` bytes, all of which `body` writes, straight into the
    /// connection's output. `body` is not called if nobody waits any more.
    package func reply(size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        guard isCurrent else { return }
        call.reply(size: size, body)
    }

    /// Answers with an error, and `trailers` as further metadata (names in lower case).
    package func fail(
        _ code: GRPCCode, _ message: String, trailers: [(String, String)] = []
    ) {
        precondition(code != .ok, "a failure has an error code")
        guard isCurrent else { return }
        call.fail(GRPCStatus(code, message), trailers: trailers)
    }
}
