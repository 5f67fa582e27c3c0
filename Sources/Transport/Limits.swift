/// The limits of this room, each with its name.
package enum Limits {
    /// Connections that a server holds at once.
    package static let connectionsMax = 20_000
    /// The longest gRPC message received, where a route does not say otherwise, in bytes.
    package static let messageBytesMax = 4 << 20
    /// The largest body of a plain HTTP request, where nothing else is said, in bytes.
    package static let bodyBytesMax = 4 << 20
    /// Bytes of unfinished messages and bodies that one connection may make us hold.
    package static let inputBytesPerConnectionMax = 64 << 20
    /// Bytes that the kernel has not taken, above which we stop reading from that connection.
    package static let unsentBytesPauseReading = 64 << 10
    /// Bytes held for one connection that does not read, above which it is closed.
    package static let outputBytesPerConnectionMax = 256 << 20
    /// TLS handshakes that a server has under way at once; when there are more, the oldest one ends.
    package static let handshakesMax = 1_024
    /// What one side may send ahead while its TLS handshake waits for its turn, in bytes: all that one read brings,
    /// and no more is read. Who has shown a certificate goes on at once, with 64 KiB of HTTP/2 or any body of HTTP/1.1.
    package static let handshakeBytesMax = 256 << 10
    /// Time that the handshakes of a server take in one turn of the loop, before others have theirs, in ns.
    package static let handshakeTurnNanoseconds: UInt64 = 2_000_000
    /// Memory that is kept for plaintext on its way out, in bytes.
    package static let plainBytesKept = 1 << 20
    /// Time from a connection's start to its first whole request or HTTP/2 settings, in ms.
    package static let handshakeMilliseconds: UInt64 = 10_000
    /// Time for one request to arrive whole over HTTP/1.1, and for a header block or a plain request over HTTP/2, in
    /// ms.
    package static let requestMilliseconds: UInt64 = 30_000
    /// Time that a kept-alive HTTP/1.1 connection may stay silent between requests, in ms.
    package static let idleMilliseconds: UInt64 = 120_000
    /// Time that output may wait for a connection that takes none of it, in ms.
    package static let stalledOutputMilliseconds: UInt64 = 120_000
    /// Bytes held for a connection that takes nothing at all, above which it is closed soon.
    package static let stuckOutputBytesMax = 16 << 20
    /// How soon that is, in ms.
    package static let stuckOutputMilliseconds: UInt64 = 10_000
    /// Time between the announcement of a shutdown and the refusal of new streams, in ms.
    package static let shutdownNoticeMilliseconds: UInt64 = 50
    /// How often a server looks after its connections, in ms.
    package static let sweepMilliseconds: UInt64 = 1_000
    /// Time for a client to connect, in ms.
    package static let connectMilliseconds: UInt64 = 5_000
    /// Bytes that a client may have queued on one connection, above which new calls are refused.
    package static let clientOutputBytesMax = 256 << 20
    /// How often a client connection gets a new budget of frames without use, at most, in ns.
    package static let clientBudgetNanoseconds: UInt64 = 1_000_000_000
    /// Paths whose request headers a client connection keeps made.
    package static let clientPathsMax = 256
}
