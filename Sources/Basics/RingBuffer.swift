/// A first-in, first-out queue with constant-time access by position and no shifting.
public struct RingBuffer<Element> {
    private var storage: [Element?]
    private var head = 0
    public private(set) var count = 0

    /// An empty queue with room for `capacity` elements before it grows.
    public init(capacity: Int = 16) {
        var room = 4
        while room < capacity { room *= 2 }
        storage = Array(repeating: nil, count: room)
    }

    public var isEmpty: Bool { count == 0 }
    public var first: Element? { isEmpty ? nil : storage[head] }
    public var last: Element? { isEmpty ? nil : storage[index(count - 1)] }

    /// The element at `position`, counted from the first.
    public subscript(position: Int) -> Element {
        get {
            precondition(position >= 0 && position < count, "position outside the queue")
            return storage[index(position)]!
        }
        _modify {
            precondition(position >= 0 && position < count, "position outside the queue")
            yield &storage[index(position)]!
        }
    }

    public mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[index(count)] = element
        count += 1
    }

    /// Takes the first element out; nil if there is none.
    @discardableResult
    public mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = storage[head]
        storage[head] = nil
        head = (head + 1) & (storage.count - 1)
        count -= 1
        return element
    }

    public mutating func removeAll() {
        self = RingBuffer()
    }

    private func index(_ position: Int) -> Int { (head + position) & (storage.count - 1) }

    private mutating func grow() {
        var larger: [Element?] = Array(repeating: nil, count: storage.count * 2)
        for position in 0..<count { larger[position] = storage[index(position)] }
        storage = larger
        head = 0
    }
}

extension RingBuffer: Sendable where Element: Sendable {}
