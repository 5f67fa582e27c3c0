/// How the body of one HTTP/1.1 request is read.
package enum BodyReading: Equatable, Sendable {
    /// The request is handed over when all of its body is there, which may have so many bytes.
    case whole(bytesMax: Int)
    /// The request is handed over before its body, which follows in pieces and may go on for ever.
    case inPieces
}
