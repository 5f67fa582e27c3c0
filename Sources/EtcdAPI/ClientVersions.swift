internal import Observability

/// Counts calls by what their clients call the version of their API, as etcd does.
final class ClientVersions {
    /// etcd's two kinds of calls.
    enum Kind: String {
        case unary, stream
    }

    private let requests: MetricFamily<Counter>
    private let kind: Kind
    private let unknown: Counter
    /// The version that was counted last: most clients of a node are of one.
    private var newest: (version: [UInt8], count: Counter)?

    init(_ requests: MetricFamily<Counter>, kind: Kind) {
        (self.requests, self.kind) = (requests, kind)
        unknown = requests.labelled(kind.rawValue, "unknown")
    }

    /// Counts a call; or says that what its client gives for a version is no text, and it is not to be served.
    ///
    /// - Parameter version: nil if the client says nothing.
    func count(_ version: UnsafeRawBufferPointer?) -> Bool {
        guard let version else {
            unknown.increment()
            return true
        }
        if let newest, newest.version.elementsEqual(version) {
            newest.count.increment()
            return true
        }
        guard let text = String(validating: version, as: UTF8.self) else { return false }
        let isShort = version.count <= Limits.clientVersionBytesMax
        let count = requests.labelled(kind.rawValue, isShort ? text : "other")
        if isShort { newest = (Array(version), count) }
        count.increment()
        return true
    }
}
