/// What is wrong with a base.
package enum BaseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is not as it was written, in words. It is never taken for an empty one: it is set aside, and a snapshot
    /// of another member takes its place.
    case damaged(String)
    /// A call to the disk failed, in words. What lies there may be good.
    case failed(String)

    package init(_ error: RowError) {
        self = error.isDamage ? .damaged(error.description) : .failed(error.description)
    }

    package var description: String {
        switch self {
        case .damaged(let text): "the base is damaged: \(text)"
        case .failed(let text): "the base cannot be used: \(text)"
        }
    }
}
