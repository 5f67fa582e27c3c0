/// Cuts an input into pieces, as a network would: by the input's first byte.
struct Pieces: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer
    private let size: Int

    /// - Parameter size: 0: all at once.
    init(_ bytes: UnsafeRawBufferPointer, size: Int) {
        rest = bytes
        self.size = size == 0 ? Swift.max(1, bytes.count) : size
    }

    mutating func next() -> UnsafeRawBufferPointer? {
        guard !rest.isEmpty else { return nil }
        let count = Swift.min(size, rest.count)
        defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
        return UnsafeRawBufferPointer(rebasing: rest[..<count])
    }
}
