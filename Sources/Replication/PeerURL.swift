internal import Basics

/// Where a member listens for its peers: `http://host:port`, or `https://host:port` for TLS.
package struct PeerURL: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: UInt16
    /// TLS, and nothing but TLS.
    package let isSecure: Bool

    /// Nil for what is no such URL: another scheme, a path, no port.
    package init?(_ text: String) {
        isSecure = text.hasPrefix(Self.secureScheme)
        let scheme = isSecure ? Self.secureScheme : Self.scheme
        guard text.hasPrefix(scheme) else { return nil }
        guard let place = try? HostPort(text.dropFirst(scheme.count)) else { return nil }
        host = place.host
        port = place.port
    }

    package var description: String {
        (isSecure ? Self.secureScheme : Self.scheme)
            + (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    private static let scheme = "http://"
    private static let secureScheme = "https://"
}
