/// How one end of an HTTP/2 connection is set up.
package struct HTTP2Settings: Sendable {
    /// Streams that the other side may have open at once.
    package var maxConcurrentStreams = Limits.streamsPerConnectionMax
    /// The window for one stream, in bytes.
    package var streamWindowBytes = Limits.streamWindowBytes
    /// The window for the whole connection, in bytes.
    package var connectionWindowBytes = Limits.connectionWindowBytes
    /// The largest frame that we take, in bytes (16 KiB to 16 MiB - 1).
    package var frameBytesMax = Limits.frameBytesMax
    /// The largest header list that we take, in bytes as HTTP/2 counts them.
    package var headerBytesMax = Limits.headerBytesMax
    /// The budget of frames without use; see `Limits.nuisanceFramesMax`.
    package var nuisanceFramesMax = Limits.nuisanceFramesMax

    package init() {}

    /// Settings for connections between replicas: windows of 16 MiB, and larger frames.
    package static var peers: HTTP2Settings {
        var settings = HTTP2Settings()
        settings.streamWindowBytes = 16 << 20
        settings.connectionWindowBytes = 16 << 20
        settings.frameBytesMax = 256 << 10
        return settings
    }
}
