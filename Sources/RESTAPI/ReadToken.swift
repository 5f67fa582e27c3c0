/// What a client has seen: a revision of one cluster. Every answer carries it; a client that sends it
/// back, to any node, never reads an older state. Opaque to clients: `1.<cluster, hex>.<revision>`.
struct ReadToken: Equatable {
    /// The header that carries it, both ways.
    static let headerName = "x-synod-read-token"

    let clusterID: UInt64
    let revision: Int64

    init(clusterID: UInt64, revision: Int64) {
        self.clusterID = clusterID
        self.revision = revision
    }

    /// - Throws: `RESTFailure` (400) if the text is not one that `text` makes.
    init(text: String) throws(RESTFailure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "1", let clusterID = UInt64(parts[1], radix: 16),
            let revision = Int64(parts[2]), revision >= 0
        else { throw .badRequest("the read token is malformed: send back what a response carried") }
        self.init(clusterID: clusterID, revision: revision)
    }

    var text: String { "1.\(String(clusterID, radix: 16)).\(revision)" }
}
