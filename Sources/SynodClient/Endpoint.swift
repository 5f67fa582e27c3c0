/// Where a node serves clients.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    public var host: String
    /// The TCP port.
    public var port: UInt16
    /// Whether TLS is spoken there; nil: if the client has a `ClientSecurity`.
    public var usesTLS: Bool?

    /// An endpoint from its parts.
    public init(host: String, port: UInt16, usesTLS: Bool? = nil) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
    }

    /// Reads `host:port`, `[v6]:port`, or either behind `http://` or `https://`; nil for everything else.
    public init?(_ text: String) {
        var rest = text[...]
        var usesTLS: Bool?
        for (scheme, isSecure) in [("http://", false), ("https://", true)]
        where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            usesTLS = isSecure
            break
        }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let port = UInt16(rest[rest.index(after: colon)...]), port > 0, !host.isEmpty else {
            return nil
        }
        guard !host.contains("/"), !host.contains(" ") else { return nil }
        self.init(host: String(host), port: port, usesTLS: usesTLS)
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
