internal import Glibc

/// A call of the system that failed: what was wanted, and what the system said.
struct SystemError: Error, CustomStringConvertible {
    let description: String

    /// `code` is an errno.
    init(_ wish: String, _ code: Int32) {
        description = "\(wish): \(String(cString: strerror(code)))"
    }
}
