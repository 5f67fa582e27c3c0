internal import Glibc
internal import SynodClient

/// What is done under a lock: a program runs, or nothing until a signal comes.
final class LockHolder {
    private let words: [String]
    private let printer: ResultPrinter
    private var process: ForegroundProcess?
    private var hasBegun = false

    init(_ words: [String], _ printer: ResultPrinter) {
        self.words = words
        self.printer = printer
    }

    /// See `ContestRun`.
    func hold(_ key: HeldKey, _ end: inout ContestRun.Ending?) -> Int32? {
        if !hasBegun {
            hasBegun = true
            guard begin(key) else { return ExitCode.failed.rawValue }
        }
        return process == nil ? idle(end) : watch(&end)
    }

    private func begin(_ key: HeldKey) -> Bool {
        guard !words.isEmpty else {
            printer.held(key)
            return true
        }
        do throws(SystemError) {
            process = try ForegroundProcess(
                words,
                variables: [
                    ("ETCD_LOCK_KEY", String(decoding: key.key, as: UTF8.self)),
                    ("ETCD_LOCK_REV", String(key.createRevision)),
                ])
            return true
        } catch {
            Console.complain(error.description)
            return false
        }
    }

    private func idle(_ end: ContestRun.Ending?) -> Int32? {
        switch end {
        case nil: nil
        case .signal?: ExitCode.success.rawValue
        case .lost?: ExitCode.failed.rawValue
        }
    }

    /// The program gets our signals. One that lost its lock is told to stop.
    private func watch(_ end: inout ContestRun.Ending?) -> Int32? {
        if process?.hasEnded() == true {
            if case .lost? = end { return ExitCode.failed.rawValue }
            return process?.status
        }
        switch end {
        case .signal(let signal)?:
            process?.send(signal: signal)
            end = nil
        case .lost? where !isTold:
            isTold = true
            process?.send(signal: SIGTERM)
        default: break
        }
        return nil
    }

    private var isTold = false
}
