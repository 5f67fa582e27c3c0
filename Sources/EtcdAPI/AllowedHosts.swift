internal import Transport

/// `--host-whitelist`: by which names of this node plain HTTP without TLS is served. A web page whose name comes to lead
/// here could ask this node otherwise, in the name of whoever reads it.
struct AllowedHosts {
    private let hosts: Set<String>

    /// - Parameter hosts: without ports; `*`, or none at all, stands for all.
    init(_ hosts: [String]) { self.hosts = hosts.contains("*") ? [] : Set(hosts) }

    /// Whether a request may go on; if not, it is answered as etcd answers it.
    func admit(_ exchange: HTTPExchange) -> Bool {
        if hosts.isEmpty || exchange.isSecure { return true }
        let host = Self.name(in: exchange.authority)
        if hosts.contains(host) { return true }
        exchange.respond(
            status: 421, headers: [("content-type", "text/plain; charset=utf-8")],
            body: Array(Self.explanation(host).utf8))
        return false
    }

    /// The name before the port, if there is one.
    private static func name(in authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.lastIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : authority
    }

    private static func explanation(_ host: String) -> String {
        """

        etcd received your request, but the Host header was unrecognized.

        To fix this, choose one of the following options:
        - Enable TLS, then any HTTPS request will be allowed.
        - Add the hostname you want to use to the whitelist in settings.
          - e.g. etcd --host-whitelist "\(host)"

        """
    }
}
