/// Bytes appended at the end and taken from the front, in one piece of raw memory that grows by
/// doubling and is kept for the next use. A class, so that two rooms can share one without copying.
/// Confined to the thread that owns it.
public final class ByteQueue {
    @usableFromInline var memory: UnsafeMutableRawPointer?
    @usableFromInline var head = 0
    @usableFromInline var tail = 0
    /// Bytes of memory held, used or not.
    public private(set) var capacity = 0

    /// The smallest piece of memory that is asked for, in bytes.
    private static let capacityMin = 256

    /// An empty queue without memory.
    public init() {}

    deinit { memory?.deallocate() }

    /// Bytes waiting in the queue.
    @inlinable public var count: Int { tail - head }

    /// Whether nothing waits in the queue.
    @inlinable public var isEmpty: Bool { tail == head }

    /// All waiting bytes. Valid until the queue is changed.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        guard let memory else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: memory + head, count: tail - head)
    }

    /// Appends `source`, which must not lie inside this queue.
    @inlinable public func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        extend(by: source.count).copyMemory(from: start, byteCount: source.count)
    }

    /// Appends `source`.
    public func append(_ source: [UInt8]) { source.withUnsafeBytes { append($0) } }

    /// Appends the UTF-8 of `text`.
    public func append(_ text: String) {
        var copy = text
        copy.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Makes the queue `count` bytes longer and returns where they lie, not initialised: the caller
    /// writes all of them before it touches the queue again.
    @inlinable public func extend(by count: Int) -> UnsafeMutableRawPointer {
        if tail + count > capacity { makeRoom(for: count) }
        let start = memory.unsafelyUnwrapped + tail
        tail += count
        return start
    }

    /// Takes `count` bytes from the front.
    @inlinable public func consume(_ count: Int) {
        precondition(count >= 0 && count <= tail - head, "more consumed than there is")
        head += count
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Takes `count` bytes back from the end.
    public func dropLast(_ count: Int) {
        precondition(count >= 0 && count <= tail - head, "more dropped than there is")
        tail -= count
    }

    /// Empties the queue and keeps its memory.
    @inlinable public func removeAll() {
        head = 0
        tail = 0
    }

    /// Gives the memory back if the queue is empty and holds more than `limit` bytes of it.
    public func releaseMemory(above limit: Int) {
        guard isEmpty, capacity > limit else { return }
        memory?.deallocate()
        memory = nil
        capacity = 0
        removeAll()
    }

    /// Moves the waiting bytes to the front or to larger memory, so that `count` more fit.
    @usableFromInline func makeRoom(for count: Int) {
        let waiting = tail - head
        if let memory, head > 0, waiting + count <= capacity, waiting <= capacity / 2 {
            memory.copyMemory(from: memory + head, byteCount: waiting)
        } else {
            let larger = max(Self.capacityMin, capacity * 2, waiting + count)
            let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            if let memory {
                fresh.copyMemory(from: memory + head, byteCount: waiting)
                memory.deallocate()
            }
            memory = fresh
            capacity = larger
        }
        head = 0
        tail = waiting
    }
}
