/// The limits of this room, each with its name.
package enum Limits {
    /// Streams that one HTTP/2 connection may have open at once.
    package static let streamsPerConnectionMax = 1_000
    /// Names and values of one request's headers, with 32 bytes for each field, as HTTP/2 counts.
    package static let headerBytesMax = 16 << 10
    /// The window for one stream, in bytes.
    package static let streamWindowBytes = 1 << 20
    /// The window for a whole connection, in bytes.
    package static let connectionWindowBytes = 4 << 20
    /// The largest frame that we take, in bytes.
    package static let frameBytesMax = 16 << 10
    /// Frames that cost us work and bring nobody forward (PING, SETTINGS, PRIORITY, RST_STREAM,
    /// empty DATA), which one connection may send between two calls of `refillBudget`.
    package static let nuisanceFramesMax = 2_000
    /// Updates of windows that cost nothing for each frame of data that was sent, beside one for each 512 bytes.
    static let windowUpdatesPerFrame = 2
    /// Updates of windows that cost nothing, at most.
    static let windowCreditMax = 100_000
    /// A header block that is so many times too large ends the connection, at once.
    static let headerBlocksPerLimit = 4
    /// Bytes that say nothing, such as data of streams that are over, and take 1 from the same budget. What is
    /// under way when a stream is reset, at most a window, is not too much.
    static let unheardBytesPerCost = 4 << 10
    /// Frames of data below this size that do not end a stream bring nobody forward: it is that of the prefix of a
    /// gRPC message, which nobody sends in pieces.
    static let usefulDataBytes = 5
    /// What an invalid frame takes from the same budget: the other side makes us reset streams.
    package static let invalidFrameCost = 20
    /// Streams that one connection may cancel at once before nghttp2 ends it.
    package static let streamResetBurst: UInt64 = 2_000
    /// Streams that one connection may cancel each second in the long run.
    package static let streamResetsPerSecond: UInt64 = 200
    /// Output of a stream at which its owner is told that there is room again, in bytes.
    package static let streamDrainedBytes = 64 << 10
    /// Memory that a stream keeps when its output is sent, in bytes.
    package static let streamMemoryKeptBytes = 256 << 10
    /// Closed streams kept for the next request.
    package static let pooledStreamsMax = 4_096
    /// Memory that a pooled stream keeps in each of its buffers, in bytes.
    package static let pooledBufferBytesMax = 16 << 10
    /// Bytes that an HTTP/1.1 client may send ahead while its request is being answered.
    package static let pipelinedBytesMax = 512 << 10
    /// What is read and thrown away of a body after its answer, so that the connection may go on; in bytes.
    package static let unwantedBodyBytesMax = 256 << 10
    /// The payload of a control frame of a WebSocket, in bytes (RFC 6455, 5.5).
    package static let webSocketControlBytesMax = 125
    /// The largest body of a request, where the owner does not say otherwise, in bytes.
    package static let bodyBytesMax = 4 << 20
}
