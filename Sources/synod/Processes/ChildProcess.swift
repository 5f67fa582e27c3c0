internal import Glibc

/// A program that this one started. It holds the other end of the child's standard input, so that
/// a child that watches its input ends with us, however we end.
struct ChildProcess: ~Copyable {
    /// How a process ended.
    enum End: Equatable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        init(waitStatus: Int32) {
            let signal = waitStatus & 0x7f
            self = signal == 0 ? .exited(waitStatus >> 8 & 0xff) : .signalled(signal)
        }

        var description: String {
            switch self {
            case .exited(let status): "exited with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        }
    }

    let processID: pid_t
    private let input: Int32
    /// How it ended; nil while it runs.
    private(set) var end: End?

    /// Starts `program` with `arguments`; its standard output and error go to the end of the file
    /// `log`. It gets a process group of its own, so that Ctrl-C at our terminal does not reach it.
    init(program: String, arguments: [String], log: String) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("no pipe", errno) }
        // A child must not hold the inputs of its brothers open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        do throws(SystemError) {
            processID = try Self.spawn(program, [program] + arguments, &actions)
        } catch {
            close(ends[1])
            throw error
        }
        input = ends[1]
        end = nil
    }

    deinit { close(input) }

    /// Looks whether it has ended. Returns true once it has.
    mutating func hasEnded() -> Bool {
        guard end == nil else { return true }
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) == processID else { return false }
        end = End(waitStatus: status)
        return true
    }

    /// Sends a signal, unless it has ended: its id may be another's by then.
    func send(signal: Int32) {
        if end == nil { kill(processID, signal) }
    }

    /// Starts `program` with `words`, its name first, in a process group of its own and with no signal
    /// blocked. Returns its process id.
    static func spawn(
        _ program: String, _ words: [String], _ actions: inout posix_spawn_file_actions_t
    ) throws(SystemError) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        // We block the signals that we wait for; the child must get them.
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var copies: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        copies.append(nil)
        var processID = pid_t()
        let result = posix_spawn(&processID, program, &actions, &attributes, copies, environ)
        guard result == 0 else { throw SystemError("\(program) cannot be started", result) }
        return processID
    }
}
