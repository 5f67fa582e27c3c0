internal import CLibuv

/// An error of the operating system, by libuv's number.
package struct LoopError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libuv's error number, below zero.
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// The error's name and words: `ECONNREFUSED: connection refused`.
    package var description: String {
        String(cString: uv_err_name(code)) + ": " + String(cString: uv_strerror(code))
    }

    /// A time-out, which libuv has no event for.
    package static let timedOut = LoopError(code: UV_ETIMEDOUT.rawValue)

    /// Throws if `result` is one of libuv's errors.
    static func check(_ result: Int32) throws(LoopError) {
        if result < 0 { throw LoopError(code: result) }
    }
}
