internal import Basics
internal import EventLoops
package import GRPC
internal import HTTP

/// The server's side of a streaming call, of whatever direction. Set the callbacks in the route's
/// handler. All on the loop.
package final class ServerStream {
    /// The method's path.
    package let path: String
    /// A message came; valid during the call only.
    package var onMessage: ((UnsafeRawBufferPointer) -> Void)?
    /// The client has sent its last message.
    package var onHalfClose: (() -> Void)?
    /// The stream ended otherwise than by `finish`: cancelled, connection lost, deadline passed.
    /// Called once; nothing can be sent any more.
    package var onCancel: (() -> Void)?
    /// `bufferedBytes` has fallen low after having been high (64 KiB).
    package var onDrain: (() -> Void)?

    private var call: ServerCall?
    private let loop: EventLoop
    private let startedAt: UInt64
    private var framer: MessageFramer
    /// Bytes of a message that is not whole, as far as the connection counts them.
    private var heldBytes = 0
    private var hasHeaders = false
    private var isFinished = false

    init(call: ServerCall, route: Route, loop: EventLoop) {
        self.call = call
        self.loop = loop
        startedAt = call.startedAt
        path = route.path
        framer = MessageFramer(maxMessageBytes: route.maxMessageBytes)
    }

    /// Whether messages can still be sent.
    package var isOpen: Bool { call != nil && !isFinished }

    /// How long ago the call began, by the clock now; also when it is over.
    package var ageNanoseconds: UInt64 { loop.now - startedAt }

    /// Bytes sent but not yet on their way to the kernel. Whoever produces faster than the client
    /// reads must stop when this is high, until `onDrain`.
    package var bufferedBytes: Int { call?.stream.output.count ?? 0 }

    /// By when the client wants the call to end, in monotonic nanoseconds; nil: no limit.
    package var deadline: UInt64? {
        guard let call, call.deadline != .max else { return nil }
        return call.deadline
    }

    /// The other side, as `127.0.0.1:50000`; empty when the stream is over.
    package var remoteAddress: String { call?.connection?.tcp.remoteAddress ?? "" }

    /// Who calls, by the common name of its verified certificate; nil where certificates name no users, and
    /// when the stream is over.
    package var peerCommonName: String? { call?.connection?.peerCommonName }

    /// When any byte last came over this stream's connection, in monotonic nanoseconds.
    package var lastReceivedAt: UInt64 { call?.connection?.lastReceivedAt ?? 0 }

    /// The request's metadata called `name` (in lower case).
    package func metadata(_ name: String) -> String? { call?.stream.headers.value(name) }

    /// The same without a copy: valid until the call is over.
    package func metadataBytes(_ name: StaticString) -> UnsafeRawBufferPointer? {
        call?.stream.headers.bytes(name)
    }

    /// Sends the answer's headers now, and not with the first message.
    package func sendHeaders() {
        guard isOpen, !hasHeaders, let call, let connection = call.connection else { return }
        hasHeaders = true
        connection.http2?.respond(call.stream, headers: connection.server.responses.grpcHeaders)
    }

    /// Sends a message. Does nothing when the stream is over.
    package func send(_ message: [UInt8]) {
        send(size: message.count) { $0.copyBytes(from: message) }
    }

    /// Sends a message of `size` bytes, all of which `body` writes, straight into the output.
    package func send(size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        guard isOpen, let call, let connection = call.connection else { return }
        sendHeaders()
        let total = MessagePrefix.byteCount + size
        let memory = call.stream.output.extend(by: total)
        MessagePrefix.write(count: size, to: memory)
        body(UnsafeMutableRawBufferPointer(start: memory + MessagePrefix.byteCount, count: size))
        connection.http2?.resume(call.stream, appended: total)
        connection.checkOutputLimit()
    }

    /// Ends the call, after what was sent, with `status` and `trailers` as further metadata.
    package func finish(_ status: GRPCStatus = .ok, trailers: [(String, String)] = []) {
        guard isOpen, let call, let connection = call.connection else { return }
        isFinished = true
        let responses = connection.server.responses
        if hasHeaders {
            connection.http2?.end(call.stream, trailers: responses.trailers(status, trailers))
        } else {
            connection.http2?.respondWithoutBody(
                call.stream, headers: responses.trailersOnly(status, trailers))
        }
        call.finished(status.code)
    }

    // MARK: Told by the connection

    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard isOpen else { return }
        do throws(FramingError) {
            try framer.append(bytes) { message in
                onMessage?(message)
                return isOpen
            }
            hold(framer.bufferedBytes)
        } catch {
            abort(error.status)
        }
    }

    private func hold(_ count: Int) {
        guard count != heldBytes else { return }
        call?.connection?.holdInput(count - heldBytes)
        heldBytes = count
    }

    func inputEnded() {
        guard isOpen else { return }
        guard framer.isAtBoundary else { return abort(FramingError.truncated.status) }
        onHalfClose?()
    }

    func drained() { onDrain?() }

    /// The stream is over.
    func closed() {
        tellCancelled()
        hold(0)
        call = nil
        onMessage = nil
        onHalfClose = nil
        onDrain = nil
        onCancel = nil
    }

    /// Tells the handler, unless the end was its own doing.
    private func tellCancelled() {
        let action = isFinished && call?.isCancelled != true ? nil : onCancel
        onCancel = nil
        isFinished = true
        action?()
    }

    /// Ends the call for a reason that is not the handler's, which is told.
    func abort(_ status: GRPCStatus) {
        guard isOpen else { return }
        call?.isCancelled = true
        finish(status)
        tellCancelled()
    }
}
