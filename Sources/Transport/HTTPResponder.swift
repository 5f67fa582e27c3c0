/// Whoever carries the answer of an `HTTPExchange`: a stream of HTTP/2, or an HTTP/1.1 connection.
protocol HTTPResponder: AnyObject {
    /// Bytes of the answer that are not yet on their way to the kernel.
    var bufferedBytes: Int { get }
    /// Sends a whole answer.
    func respond(status: Int, headers: [(String, String)], body: [UInt8])
    /// Sends the head of an answer whose body follows in pieces.
    func start(status: Int, headers: [(String, String)])
    /// Sends a piece of the body.
    func send(_ bytes: [UInt8])
    /// Ends the body.
    func end()
    /// Answers with the change to a WebSocket, whose messages may have so many bytes; nil if that cannot be.
    func startWebSocket(headers: [(String, String)], messageBytesMax: Int) -> WebSocket?
    /// Counts bytes of a request's body that are held until more of it comes; negative when they are held no more.
    func holdInput(_ count: Int)
    /// Keeps the client from sending more of its request's body, or lets it again, where that can be done for one
    /// request.
    func pauseBody(_ isPaused: Bool)
}
