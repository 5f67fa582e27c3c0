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
}
