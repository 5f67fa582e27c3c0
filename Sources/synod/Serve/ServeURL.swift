internal import Basics

/// A URL to listen at or to be found at: `http://host:port`, or `https://host:port` for TLS.
struct ServeURL: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    let host: String
    let port: UInt16
    /// TLS, and nothing but TLS.
    let isSecure: Bool

    /// As in the flags.
    var description: String {
        (isSecure ? "https://" : "http://")
            + (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    /// Reads the value of the flag or variable `source`.
    init(_ text: String, source: String) throws(UsageError) {
        func fail(_ why: String) -> UsageError { UsageError("\(source): \"\(text)\" \(why)") }
        if text.hasPrefix("unix://") || text.hasPrefix("unixs://") {
            throw fail(
                "is a socket in the file system; only http://HOST:PORT and https://HOST:PORT are served"
            )
        }
        isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else {
            throw fail("is no URL; write http://HOST:PORT")
        }
        var rest = text.dropFirst(isSecure ? "https://".count : "http://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains("/") else { throw fail("has a path; write http://HOST:PORT") }
        let place: HostPort
        do throws(HostPort.Fault) {
            place = try HostPort(rest)
        } catch {
            throw fail(Self.sentence(error))
        }
        host = place.host
        port = place.port
    }

    private static func sentence(_ fault: HostPort.Fault) -> String {
        switch fault {
        case .noPort: "has no port; write http://HOST:PORT"
        case .badPort: "has an invalid port; write http://HOST:PORT, with a PORT from 1 to 65535"
        case .noHost: "has no host; write http://HOST:PORT"
        case .badHost: "has an invalid character in its host name; write http://HOST:PORT"
        case .noBrackets: "is no URL; an IPv6 address needs brackets"
        }
    }

    /// A URL from its parts.
    init(host: String, port: UInt16, isSecure: Bool = false) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// Reads a list between commas; at least one, none twice.
    static func list(_ texts: [String], source: String) throws(UsageError) -> [ServeURL] {
        var urls: [ServeURL] = []
        for text in texts {
            let url = try ServeURL(text, source: source)
            guard !urls.contains(url) else { throw UsageError("\(source): \(url) is given twice") }
            urls.append(url)
        }
        guard !urls.isEmpty else { throw UsageError("\(source): a URL is needed") }
        return urls
    }
}
