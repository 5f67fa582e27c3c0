internal import Glibc

/// Stops this process when its standard input ends, that is, when whoever holds the other end of the
/// pipe is gone, however it went. A program that starts nodes uses it so that they never outlive it.
enum EndOfInput {
    /// How long the process may take to stop by itself.
    private static let secondsToStop: UInt32 = 10

    /// Watches standard input on a thread of its own.
    static func stopProcess() {
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { _ in
                EndOfInput.waitForEnd()
                kill(getpid(), SIGTERM)
                sleep(EndOfInput.secondsToStop)
                kill(getpid(), SIGKILL)
                return nil
            }, nil)
        precondition(result == 0, "no thread to watch standard input")
        pthread_detach(thread)
    }

    private static func waitForEnd() {
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { return }
        }
    }
}
