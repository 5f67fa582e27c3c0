/// Bytes appended at the end and taken from the front, in one piece of raw memory that grows by
/// doubling and is kept for the next use. A class, so that two rooms can share one without copying.
/// Confined to the thread that owns it.
public final class ByteQueue {
    /// What changes lies behind a constant pointer: a stored property of a public class would be
    /// checked for exclusive access at each use, which costs more than the uses themselves.
    @usableFromInline
    struct State {
        @usableFromInline var memory: UnsafeMutableRawPointer?
        @usableFromInline var head = 0
        @usableFromInline var tail = 0
        @usableFromInline var capacity = 0

        @usableFromInline init() {}
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// The smallest piece of memory that is asked for, in bytes.
    private static let capacityMin = 256

    /// An empty queue without memory.
    public init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        state.pointee.memory?.deallocate()
        state.deallocate()
    }

    /// Bytes of memory held, used or not.
    public var capacity: Int { state.pointee.capacity }

    /// Bytes waiting in the queue.
    @inlinable public var count: Int { state.pointee.tail - state.pointee.head }

    /// Whether nothing waits in the queue.
    @inlinable public var isEmpty: Bool { state.pointee.tail == state.pointee.head }

    /// All waiting bytes. Valid until the queue is changed.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        guard let memory = state.pointee.memory else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: memory + state.pointee.head, count: count)
    }

    /// Appends `source`, which must not lie inside this queue.
    @inlinable
    public func append(_ source: UnsafeRawBufferPointer) {
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
    @inlinable
    public func extend(by count: Int) -> UnsafeMutableRawPointer {
        precondition(count >= 0, "a queue is not made shorter this way")
        if state.pointee.memory == nil || state.pointee.tail + count > state.pointee.capacity {
            makeRoom(for: count)
        }
        let start = state.pointee.memory.unsafelyUnwrapped + state.pointee.tail
        state.pointee.tail += count
        return start
    }

    /// Takes `count` bytes from the front.
    @inlinable
    public func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "more consumed than there is")
        state.pointee.head += count
        if isEmpty { removeAll() }
    }

    /// Empties the queue and keeps its memory.
    @inlinable
    public func removeAll() {
        state.pointee.head = 0
        state.pointee.tail = 0
    }

    /// Gives the memory back if the queue is empty and holds more than `limit` bytes of it.
    public func releaseMemory(above limit: Int) {
        guard isEmpty, state.pointee.capacity > limit else { return }
        state.pointee.memory?.deallocate()
        state.pointee = State()
    }

    /// Moves the waiting bytes to the front or to larger memory, so that `count` more fit.
    @usableFromInline
    func makeRoom(for count: Int) {
        let old = state.pointee
        let waiting = old.tail - old.head
        if let memory = old.memory, old.head > 0, waiting + count <= old.capacity,
            waiting <= old.capacity / 2
        {
            memory.copyMemory(from: memory + old.head, byteCount: waiting)
        } else {
            let larger = max(Self.capacityMin, old.capacity * 2, waiting + count)
            let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            if let memory = old.memory {
                fresh.copyMemory(from: memory + old.head, byteCount: waiting)
                memory.deallocate()
            }
            state.pointee.memory = fresh
            state.pointee.capacity = larger
        }
        state.pointee.head = 0
        state.pointee.tail = waiting
    }
}
