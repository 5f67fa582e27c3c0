internal import EtcdMessages
internal import MVCC
internal import Protobuf
internal import StateMachine

/// A change as an event, encoded when the first watch needs it, and once.
struct EncodedChange {
    /// Field 11 of `WatchResponse`, a message.
    static let eventTag: UInt8 = 11 << 3 | 2

    let change: Change
    /// Whether the state before may be shown.
    let showsPrevious: Bool
    private var plain: [UInt8]?
    private var withPrevious: [UInt8]?

    init(_ change: Change, showsPrevious: Bool) {
        self.change = change
        self.showsPrevious = showsPrevious && change.previous != nil
    }

    /// The event with its tag and its length.
    mutating func bytes(_ options: WatchOptions) -> [UInt8] {
        if options.hasPrevious, showsPrevious {
            if let withPrevious { return withPrevious }
            let bytes = Self.encode(change, change.previous)
            withPrevious = bytes
            return bytes
        }
        if let plain { return plain }
        let bytes = Self.encode(change, nil)
        plain = bytes
        return bytes
    }

    private static func encode(_ change: Change, _ previous: KeyState?) -> [UInt8] {
        var event = Event()
        if let state = change.state {
            event.kv = KeyValue(change.key, state)
        } else {
            event.type = .delete
            event.kv = KeyValue(change.key, .deleted(at: change.revision.main))
        }
        if let previous { event.prevKv = KeyValue(change.key, previous) }
        let size = event.encodedSize
        let lengthSize = WireSize.varint(UInt64(size))
        return [UInt8](unsafeUninitializedCapacity: 1 + lengthSize + size) { buffer, count in
            count = 1 + lengthSize + size
            var writer = WireWriter(
                UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
            writer.write(event, tag: UInt32(eventTag))
        }
    }
}
