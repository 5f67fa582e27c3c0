internal import Basics

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
        guard let place = try? HostPort(rest) else { return nil }
        self.init(host: place.host, port: place.port, usesTLS: usesTLS)
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
