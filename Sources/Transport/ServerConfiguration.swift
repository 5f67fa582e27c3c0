package import HTTP

/// How a server is set up. Every field has a default from `Limits`.
package struct ServerConfiguration: Sendable {
    /// Where a server listens: a numeric host and a port, 0 for any that is free.
    package struct Address: Sendable, Equatable {
        package var host: String
        package var port: UInt16
        /// TLS, and nothing but TLS.
        package var isSecure: Bool

        package init(host: String, port: UInt16, isSecure: Bool = false) {
            self.host = host
            self.port = port
            self.isSecure = isSecure
        }
    }

    /// Where to listen.
    package var addresses: [Address]
    /// Windows, frame and header limits, streams per connection.
    package var http2 = HTTP2Settings()
    /// Connections held at once; further ones are closed as they come.
    package var connectionsMax = Limits.connectionsMax
    /// TLS handshakes under way at once; when there are more, the oldest one ends.
    package var handshakesMax = Limits.handshakesMax
    /// Pings.
    package var keepAlive = KeepAlivePolicy()
    /// Whoever shows a certificate must call from an address that it is for, as etcd wants of peers.
    package var checksAddresses = false
    /// Time to the first whole request or HTTP/2 settings, in ms.
    package var handshakeMilliseconds = Limits.handshakeMilliseconds
    /// Time for a request to arrive (HTTP/1.1), or a header block, or the body of a plain request (HTTP/2), in ms.
    package var requestMilliseconds = Limits.requestMilliseconds
    /// Time that a kept-alive HTTP/1.1 connection may be silent, in ms.
    package var idleMilliseconds = Limits.idleMilliseconds
    /// Time that an HTTP/2 connection may be there without an open request, in ms. 0: as long as it likes.
    package var unusedMilliseconds: UInt64 = 0
    /// Time that output may wait for a connection that takes none, in ms.
    package var stalledOutputMilliseconds = Limits.stalledOutputMilliseconds
    /// Bytes held for one connection that takes nothing at all, above which it is closed soon.
    package var stuckOutputBytesMax = Limits.stuckOutputBytesMax
    /// Bytes held for one connection that does not read, above which it is closed.
    package var outputBytesPerConnectionMax = Limits.outputBytesPerConnectionMax
    /// Bytes of unfinished messages and bodies that one connection may make us hold.
    package var inputBytesPerConnectionMax = Limits.inputBytesPerConnectionMax

    package init(addresses: [Address]) { self.addresses = addresses }

    /// A server on one address.
    package init(host: String, port: UInt16) {
        self.init(addresses: [Address(host: host, port: port)])
    }
}
