#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Where log lines go: a file descriptor, usually standard error. It holds nothing that changes, so
/// every thread may use it, and each line is one `write(2)`, so lines of threads do not mix.
///
/// A line that the descriptor does not take is lost: a full pipe must not stop the event loop.
package final class LogSink: Sendable {
    /// Less important lines are not written; nil writes none at all.
    package let level: LogLevel?
    private let format: LogFormat
    private let descriptor: Int32

    /// A sink for lines of at least `level`. The descriptor stays the caller's; 2 is standard error.
    package init(level: LogLevel?, format: LogFormat = .text, descriptor: Int32 = 2) {
        self.level = level
        self.format = format
        self.descriptor = descriptor
    }

    /// Writes nothing, for tests of other things.
    package static let silent = LogSink(level: nil)

    func accepts(_ level: LogLevel) -> Bool {
        guard let lowest = self.level else { return false }
        return level >= lowest
    }

    func write(_ line: LogLine) {
        let bytes = line.bytes(format)
        bytes.withUnsafeBytes { buffer in
            var rest = UnsafeRawBufferPointer(buffer)
            while !rest.isEmpty {
                let written = systemWrite(descriptor, rest)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}

/// `write(2)`, which the method of the same name hides inside the class.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
