package import HTTP
package import TLS

/// How a client connection is set up.
package struct ClientConfiguration: Sendable {
    /// Where to connect: a name or a numeric address.
    package var host: String
    package var port: UInt16
    /// What the requests carry as `:authority`; `host:port` where it is nil.
    package var authority: String?
    /// Certificates and rules; nil: bytes travel in the clear.
    package var tls: TLSContext?
    /// The name that must be in the server's certificate; `host` where it is nil.
    package var serverName: String?
    /// Windows and frame sizes; `.peers` between replicas.
    package var http2 = HTTP2Settings()
    /// Time for the connection to open, in ms.
    package var connectMilliseconds = Limits.connectMilliseconds
    /// The longest message received, in bytes.
    package var messageBytesMax = Limits.messageBytesMax
    /// Time between pings, in ms; 0: none.
    package var keepAliveMilliseconds: UInt64 = 0
    /// Time for a ping's answer, after which the connection is given up, in ms.
    package var keepAliveTimeoutMilliseconds: UInt64 = 20_000
    /// Bytes queued by all calls, above which new ones are refused.
    package var outputBytesMax = Limits.clientOutputBytesMax

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}
