/// Why a connection ended.
package enum TCPCloseReason: Equatable, Sendable, CustomStringConvertible {
    /// The other side closed it.
    case endOfStream
    /// It could not be opened.
    case connectFailed(LoopError)
    /// Reading or writing failed.
    case failed(LoopError)
    /// Our side closed it; the text says why.
    case closed(String)

    /// The reason in words.
    package var description: String {
        switch self {
        case .endOfStream: "closed by the other side"
        case .connectFailed(let error): "connect failed: \(error)"
        case .failed(let error): "\(error)"
        case .closed(let why): why
        }
    }
}
