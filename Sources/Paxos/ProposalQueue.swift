internal import Basics

/// Bundles of commands that wait for a slot at the leader, in the order in which they came. The core does not
/// look into a bundle; bundles are self-delimiting, so that a batch is their concatenation.
///
/// No bundle waits twice: an origin that hears nothing for long sends again what it sent, and a leader that is
/// slow would be slower for each copy.
struct ProposalQueue: Sendable {
    /// What became of a bundle.
    enum Admission: Equatable {
        case taken
        /// A copy of it waits.
        case waitsAlready
        /// There is no room: it was not taken.
        case full
    }

    private struct Waiting: Sendable {
        let bundle: [UInt8]
        let key: UInt64
    }

    private var waiting = RingBuffer<Waiting>()
    /// The keys of all that wait; asked for one key at a time, never walked.
    private var keys: Set<UInt64> = []
    /// The bytes that wait.
    private(set) var byteCount = 0
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    mutating func append(_ bundle: [UInt8]) -> Admission {
        guard isEmpty || byteCount + bundle.count <= bytesMax else { return .full }
        let key = Self.key(of: bundle)
        guard keys.insert(key).inserted else { return .waitsAlready }
        waiting.append(Waiting(bundle: bundle, key: key))
        byteCount += bundle.count
        return .taken
    }

    /// The payload of the next batch: as many bundles as fit, at least one. It takes no more memory than its bytes:
    /// what is decided stays there for a while, and the writer of a bundle leaves room at its end.
    mutating func popBatch(bytesMax: Int) -> [UInt8]? {
        guard let first = popFirst() else { return nil }
        let byteCount = first.count + fittingBytes(upTo: bytesMax - first.count)
        if byteCount == first.count, first.capacity <= byteCount + byteCount / 8 { return first }
        var payload: [UInt8] = []
        payload.reserveCapacity(byteCount)
        payload.append(contentsOf: first)
        while payload.count < byteCount, let next = popFirst() { payload.append(contentsOf: next) }
        return payload
    }

    /// What the next bundles have in all, as many as `bytesMax` has room for.
    private func fittingBytes(upTo bytesMax: Int) -> Int {
        var sum = 0
        for index in 0..<waiting.count {
            let next = waiting[index].bundle.count
            guard sum + next <= bytesMax else { break }
            sum += next
        }
        return sum
    }

    mutating func removeAll() {
        waiting.removeAll()
        keys.removeAll()
        byteCount = 0
    }

    /// For fingerprints.
    func add(to fingerprint: inout StateFingerprint) {
        fingerprint.add(UInt64(count))
        for index in 0..<waiting.count { fingerprint.add(waiting[index].bundle) }
    }

    private mutating func popFirst() -> [UInt8]? {
        guard let first = waiting.popFirst() else { return nil }
        keys.remove(first.key)
        byteCount -= first.bundle.count
        return first.bundle
    }

    /// Two bundles of one length and checksum are taken for copies: one that is dropped for nothing is sent
    /// again by its origin, when the other one has left the queue.
    private static func key(of bundle: [UInt8]) -> UInt64 {
        UInt64(CRC32C.checksum(bundle)) << 32 | UInt64(UInt32(truncatingIfNeeded: bundle.count))
    }
}
