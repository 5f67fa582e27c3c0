/// A first-in, first-out queue with constant-time access by position and no shifting.
public struct RingBuffer<Element> {
    @usableFromInline var storage: [Element?]
    @usableFromInline var head = 0
    @usableFromInline var filled = 0
    @inlinable public var count: Int { filled }

    /// An empty queue with room for `capacity` elements before it grows.
    @inlinable public init(capacity: Int = 16) {
        var room = 4
        while room < capacity { room *= 2 }
        storage = Array(repeating: nil, count: room)
    }

    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var first: Element? { isEmpty ? nil : storage[head] }
    @inlinable public var last: Element? { isEmpty ? nil : storage[index(count - 1)] }

    /// The element at `position`, counted from the first.
    @inlinable public subscript(position: Int) -> Element {
        get {
            precondition(position >= 0 && position < count, "position outside the queue")
            return storage[index(position)]!
        }
        _modify {
            precondition(position >= 0 && position < count, "position outside the queue")
            yield &storage[index(position)]!
        }
    }

    @inlinable public mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[index(count)] = element
        filled += 1
    }

    /// Takes the first element out; nil if there is none.
    @discardableResult
    @inlinable public mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = storage[head]
        storage[head] = nil
        head = (head + 1) & (storage.count - 1)
        filled -= 1
        return element
    }

    @inlinable public mutating func removeAll() {
        self = RingBuffer()
    }

    @inlinable func index(_ position: Int) -> Int { (head + position) & (storage.count - 1) }

    @usableFromInline mutating func grow() {
        var larger: [Element?] = Array(repeating: nil, count: storage.count * 2)
        for position in 0..<count { larger[position] = storage[index(position)] }
        storage = larger
        head = 0
    }
}

extension RingBuffer: Sendable where Element: Sendable {}
