package import GRPC

/// The client's side of a streaming call. All on the loop.
package final class ClientStream {
    /// A message came; valid during the call only.
    package var onMessage: ((UnsafeRawBufferPointer) -> Void)?
    /// The call has ended, well or not; called once.
    package var onClose: ((GRPCStatus) -> Void)?
    /// `bufferedBytes` has fallen low after having been high (64 KiB).
    package var onDrain: (() -> Void)?
    /// Further metadata of the answer's end, once it has ended.
    package private(set) var trailers: [(String, String)] = []

    private var call: ClientCall?

    init(call: ClientCall) { self.call = call }

    /// Whether the call has not ended.
    package var isOpen: Bool { call?.isOpen ?? false }

    /// Bytes sent but not yet on their way to the kernel. Whoever produces faster than the server
    /// reads must stop when this is high, until `onDrain`.
    package var bufferedBytes: Int { call?.bufferedBytes ?? 0 }

    /// When any byte last came over this stream's connection, in monotonic nanoseconds.
    package var lastReceivedAt: UInt64 { call?.lastReceivedAt ?? 0 }

    /// Sends a message. Does nothing when the call has ended.
    package func send(_ message: [UInt8]) {
        call?.append(size: message.count) { $0.copyBytes(from: message) }
    }

    /// Sends a message of `size` bytes, all of which `body` writes, straight into the output.
    package func send(size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        call?.append(size: size, body)
    }

    /// Says that no further message follows.
    package func halfClose() { call?.endOutput() }

    /// Ends the call with CANCELLED.
    package func cancel() { call?.cancel() }

    func closed(_ status: GRPCStatus, _ trailers: [(String, String)]) {
        self.trailers = trailers
        let action = onClose
        call = nil
        onMessage = nil
        onClose = nil
        onDrain = nil
        action?(status)
    }
}
