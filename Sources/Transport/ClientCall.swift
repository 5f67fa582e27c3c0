internal import Basics
internal import EventLoops
internal import GRPC
internal import HTTP

/// One call of a client, unary or streaming: a handle by which it can be cancelled.
package final class ClientCall: DeadlineEntry {
    private weak var connection: ClientConnection?
    private var stream: HTTP2Stream?
    private var completion: ((Result<[UInt8], GRPCFailure>) -> Void)?
    /// Set for streaming calls, until they end.
    var clientStream: ClientStream?
    private var framer: MessageFramer
    private var answer: [UInt8]?
    /// What the answer's first headers said, or its trailers.
    private var status: GRPCStatus?
    private var trailers: [(String, String)] = []
    private var httpStatus = 0
    /// Our own reason to end the call, which counts more than what the reset looks like; or what that looks like.
    private var ownStatus: GRPCStatus?

    init(
        connection: ClientConnection,
        completion: @escaping (Result<[UInt8], GRPCFailure>) -> Void
    ) {
        self.connection = connection
        self.completion = completion
        framer = MessageFramer(maxMessageBytes: connection.configuration.messageBytesMax)
    }

    init(connection: ClientConnection, messageBytesMax: Int) {
        self.connection = connection
        framer = MessageFramer(maxMessageBytes: messageBytesMax)
    }

    /// Ends the call with CANCELLED, if it has not ended yet.
    package func cancel() { abort(GRPCStatus(.cancelled, "context canceled")) }

    /// Whether the call has not ended.
    package var isOpen: Bool { stream != nil && ownStatus == nil }

    var bufferedBytes: Int { stream?.output.count ?? 0 }

    var lastReceivedAt: UInt64 { connection?.lastReceivedAt ?? 0 }

    func attach(_ stream: HTTP2Stream) {
        self.stream = stream
        stream.attachment = self
    }

    func append(size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        guard isOpen, let stream, !stream.outputEnded, let connection else { return }
        let total = MessagePrefix.byteCount + size
        let memory = stream.output.extend(by: total)
        MessagePrefix.write(count: size, to: memory)
        body(UnsafeMutableRawBufferPointer(start: memory + MessagePrefix.byteCount, count: size))
        connection.session.resume(stream, appended: total)
    }

    func endOutput() {
        guard isOpen, let stream else { return }
        connection?.session.end(stream)
    }

    /// Ends the call with our own status.
    func abort(_ status: GRPCStatus) {
        guard isOpen, let stream else { return }
        ownStatus = status
        connection?.session.reset(stream, .cancel)
    }

    /// The call could not even begin. It is told later, so that the caller has its handle by then.
    func failLater(_ code: GRPCCode, _ message: String) {
        guard let loop = connection?.loop else { return }
        ownStatus = GRPCStatus(code, message)
        loop.schedule(afterMilliseconds: 0) { self.finish(wasSent: false) }
    }

    override func deadlinePassed() {
        abort(GRPCStatus(.deadlineExceeded, "context deadline exceeded"))
    }

    // MARK: Told by the session

    func headers() {
        guard let fields = stream?.headers else { return }
        if let value = fields.value(":status") {
            httpStatus = Int(value) ?? 0
            if httpStatus < 200 { return }
        }
        if let value = fields.value("grpc-status") {
            let message = fields.value("grpc-message").map(GRPCStatus.percentDecoded) ?? ""
            status = GRPCStatus(GRPCCode(headerValue: value), message)
            trailers = fields.all.filter { !$0.0.hasPrefix(":") && !$0.0.hasPrefix("grpc-") }
        } else if httpStatus != 200 {
            status = GRPCStatus(
                GRPCCode(httpStatus: httpStatus), "unexpected HTTP status \(httpStatus)")
        }
    }

    func data(_ bytes: UnsafeRawBufferPointer) {
        guard isOpen, httpStatus == 200 else { return }
        do throws(FramingError) {
            try framer.append(bytes) { message in
                if let clientStream {
                    clientStream.onMessage?(message)
                } else {
                    answer = [UInt8](message)
                }
                return isOpen
            }
        } catch {
            abort(error.status)
        }
    }

    func drained() { clientStream?.onDrain?() }

    func streamClosed(_ errorCode: UInt32, _ closeReason: TCPCloseReason?) {
        let wasSent =
            stream?.wasSent == true && errorCode != HTTP2ErrorCode.refusedStream.rawValue
        stream = nil
        if ownStatus == nil, status == nil {
            ownStatus = Self.status(errorCode, closeReason)
        }
        finish(wasSent: wasSent)
    }

    private func finish(wasSent: Bool) {
        connection?.forget(self)
        let end = ownStatus ?? status ?? GRPCStatus(.internal, "the call ended without a status")
        if let clientStream {
            self.clientStream = nil
            clientStream.closed(end, trailers)
        }
        guard let completion else { return }
        self.completion = nil
        if end.code == .ok, let answer {
            completion(.success(answer))
        } else {
            let isOK = end.code == .ok
            completion(
                .failure(
                    GRPCFailure(
                        code: isOK ? .internal : end.code,
                        message: isOK ? "a unary answer without a message" : end.message,
                        trailers: trailers, wasSent: wasSent,
                        isOfServer: !isOK && ownStatus == nil)))
        }
    }

    /// The status of a stream that ended without one.
    private static func status(_ errorCode: UInt32, _ closeReason: TCPCloseReason?) -> GRPCStatus {
        if let closeReason {
            return GRPCStatus(.unavailable, "connection lost: \(closeReason)")
        }
        switch HTTP2ErrorCode(rawValue: errorCode) {
        case .refusedStream: return GRPCStatus(.unavailable, "the server refused the stream")
        case .cancel: return GRPCStatus(.cancelled, "the server cancelled the stream")
        case .enhanceYourCalm:
            return GRPCStatus(.resourceExhausted, "the server asks for less")
        default:
            return GRPCStatus(.internal, "stream ended with HTTP/2 error \(errorCode)")
        }
    }
}
