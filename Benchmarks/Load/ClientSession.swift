/// A client's session, and how far it has counted.
final class ClientSession {
    private let id: UInt64
    private var sequence: UInt64 = 0

    init(id: UInt64) { self.id = id }

    /// What the next command carries: `ID-SEQUENCE`.
    func nextTicket() -> String {
        sequence += 1
        return "\(id)-\(sequence)"
    }
}
