internal import Glibc

/// A program that runs in our place: on our streams, in our process group, with variables of its own.
struct ForegroundProcess {
    private let processID: pid_t
    /// As a shell says it; nil while it runs.
    private(set) var status: Int32?

    /// Starts `words`; the first one is looked up as a shell does.
    init(_ words: [String], variables: [(String, String)]) throws(SystemError) {
        let settings = variables.map { "\($0)=\($1)" }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // We block the signals that we wait for; the child must get them.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var copies: [UnsafeMutablePointer<CChar>?] = (["env", "--"] + settings + words).map {
            strdup($0)
        }
        defer { for copy in copies { free(copy) } }
        copies.append(nil)
        var processID = pid_t()
        let result = posix_spawn(&processID, "/usr/bin/env", nil, &attributes, copies, environ)
        guard result == 0 else { throw SystemError("/usr/bin/env cannot be started", result) }
        self.processID = processID
    }

    /// Looks whether it has ended. Returns true once it has.
    mutating func hasEnded() -> Bool {
        guard status == nil else { return true }
        var end: Int32 = 0
        guard waitpid(processID, &end, WNOHANG) == processID else { return false }
        switch ChildProcess.End(waitStatus: end) {
        case .exited(let code): status = code
        case .signalled(let signal): status = 128 + signal
        }
        return true
    }

    /// Sends a signal, unless it has ended: its id may be another's by then.
    func send(signal: Int32) {
        if status == nil { kill(processID, signal) }
    }
}
