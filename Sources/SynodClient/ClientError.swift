/// Why a call failed.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The status codes of gRPC, with their numbers on the wire.
    public enum Code: UInt8, Sendable, Hashable, CaseIterable {
        case cancelled = 1
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case outOfRange = 11
        case unimplemented = 12
        case `internal` = 13
        case unavailable = 14
        case dataLoss = 15
        case unauthenticated = 16
    }

    /// What kind of failure it is.
    public var code: Code
    /// The server's words, or ours.
    public var message: String
    /// The node that was asked last; nil if none was.
    public var endpoint: Endpoint?
    /// The request was certainly not executed and will not be. If false, a write may have been
    /// executed, or may be executed yet: read before you decide to write again.
    public var isDefinite: Bool
    /// The server speaks of all tries of the write, not only of the one that it answers.
    var isForAllTries = false

    /// An error from its parts.
    public init(code: Code, message: String, endpoint: Endpoint? = nil, isDefinite: Bool) {
        self.code = code
        self.message = message
        self.endpoint = endpoint
        self.isDefinite = isDefinite
    }

    /// One line for people.
    public var description: String {
        let place = endpoint.map { " (\($0))" } ?? ""
        return message + place + (isDefinite ? "" : "; the outcome is unknown")
    }
}
