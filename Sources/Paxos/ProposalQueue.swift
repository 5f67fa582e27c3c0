internal import Basics

/// Bundles of commands that wait for a slot at the leader, in the order in which they came. The core does not
/// look into a bundle; bundles are self-delimiting, so that a batch is their concatenation.
struct ProposalQueue: Sendable {
    private var bundles = RingBuffer<[UInt8]>()
    /// The bytes that wait.
    private(set) var byteCount = 0
    private let bytesMax: Int

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var isEmpty: Bool { bundles.isEmpty }
    var count: Int { bundles.count }

    /// False if the queue is full: the bundle was not taken.
    mutating func append(_ bundle: [UInt8]) -> Bool {
        guard isEmpty || byteCount + bundle.count <= bytesMax else { return false }
        bundles.append(bundle)
        byteCount += bundle.count
        return true
    }

    /// The payload of the next batch: as many bundles as fit, at least one.
    mutating func popBatch(bytesMax: Int) -> [UInt8]? {
        guard var payload = bundles.popFirst() else { return nil }
        if let second = bundles.first, payload.count + second.count <= bytesMax {
            payload.reserveCapacity(min(bytesMax, byteCount))
        }
        byteCount -= payload.count
        while let next = bundles.first, payload.count + next.count <= bytesMax {
            payload.append(contentsOf: next)
            byteCount -= next.count
            bundles.popFirst()
        }
        return payload
    }

    mutating func removeAll() {
        bundles.removeAll()
        byteCount = 0
    }

    /// For fingerprints.
    func add(to fingerprint: inout StateFingerprint) {
        fingerprint.add(UInt64(count))
        for index in 0..<bundles.count { fingerprint.add(bundles[index]) }
    }
}
