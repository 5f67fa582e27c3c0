internal import Glibc

/// A child process that runs seeds, and the pipe that it reports through.
final class SeedProcess {
    let output: Int32
    private let processID: pid_t
    private var unread: [UInt8] = []

    /// Starts this program again with these words.
    init(_ words: [String]) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("no pipe", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        defer { close(ends[1]) }
        do throws(SystemError) {
            processID = try ChildProcess.spawn("/proc/self/exe", ["synod"] + words, &actions)
        } catch {
            close(ends[0])
            throw error
        }
        output = ends[0]
    }

    deinit { close(output) }

    /// Reads what is there and gives the whole lines of it; nil at the end.
    func readLines() -> [String]? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(output, &chunk, chunk.count)
        if count < 0, errno == EINTR { return [] }
        guard count > 0 else { return nil }
        unread += chunk[..<count]
        var lines: [String] = []
        while let end = unread.firstIndex(of: 10) {
            lines.append(String(decoding: unread[..<end], as: UTF8.self))
            unread.removeSubrange(...end)
        }
        return lines
    }

    /// Ends it at once.
    func end() { kill(processID, SIGKILL) }

    /// Waits for its end, which is near: it has closed its output.
    func wait() -> ChildProcess.End {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        return ChildProcess.End(waitStatus: status)
    }
}
