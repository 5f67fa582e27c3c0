internal import Basics

/// Cuts a stream of bytes, which arrive in pieces of any size, into gRPC messages. A message that
/// lies whole in one piece is delivered from there, without a copy.
package struct MessageFramer {
    /// The longest message taken, in bytes.
    package let maxMessageBytes: Int
    /// The start of a message whose end has not come yet; with its prefix.
    private let partial = ByteQueue()
    /// The length of the partial message with its prefix, once the prefix is there.
    private var partialTotal: Int?

    package init(maxMessageBytes: Int) { self.maxMessageBytes = maxMessageBytes }

    /// Whether the bytes so far end between messages.
    package var isAtBoundary: Bool { partial.isEmpty }

    /// Bytes held for a message that is not complete.
    package var bufferedBytes: Int { partial.count }

    /// Takes `bytes` and calls `deliver` for each message that they complete, in order. `deliver`
    /// returns false to stop; the rest is then dropped. A message's memory is valid during the call.
    package mutating func append(
        _ bytes: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Bool
    ) throws(FramingError) {
        var rest = bytes
        if !partial.isEmpty {
            guard let complete = try complete(from: &rest) else { return }
            let goOn = deliver(complete)
            partial.removeAll()
            partial.releaseMemory(above: Limits.framerMemoryKeptBytesMax)
            partialTotal = nil
            guard goOn else { return }
        }
        while rest.count >= MessagePrefix.byteCount {
            let length = try MessagePrefix.read(rest, limit: maxMessageBytes)
            let end = MessagePrefix.byteCount + length
            guard rest.count >= end else { break }
            let message = UnsafeRawBufferPointer(rebasing: rest[MessagePrefix.byteCount..<end])
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
            guard deliver(message) else { return }
        }
        partial.append(rest)
    }

    /// Moves bytes from `rest` to the partial message; returns it when it is whole.
    private mutating func complete(
        from rest: inout UnsafeRawBufferPointer
    ) throws(FramingError) -> UnsafeRawBufferPointer? {
        if partialTotal == nil {
            take(MessagePrefix.byteCount - partial.count, from: &rest)
            guard partial.count >= MessagePrefix.byteCount else { return nil }
            let length = try MessagePrefix.read(partial.bytes, limit: maxMessageBytes)
            partialTotal = MessagePrefix.byteCount + length
        }
        let total = partialTotal ?? 0
        take(total - partial.count, from: &rest)
        guard partial.count == total else { return nil }
        return UnsafeRawBufferPointer(rebasing: partial.bytes[MessagePrefix.byteCount...])
    }

    private func take(_ wanted: Int, from rest: inout UnsafeRawBufferPointer) {
        let count = min(max(0, wanted), rest.count)
        partial.append(UnsafeRawBufferPointer(rebasing: rest[0..<count]))
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
}
