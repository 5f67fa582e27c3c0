package import Paxos

extension WriteAheadLog {
    /// Recovers the log of `directory` and makes it ready to start. Blocking. Decided values of slots that the
    /// store does not have go to `deliver` in slot order.
    ///
    /// - Parameter nonce: random; names this process.
    package static func open(
        _ directory: DataDirectory, disk: any Disk, nonce: UInt64,
        store: StoreState = StoreState(),
        options: LogOptions = LogOptions(), deliver: @escaping (DecidedValue) -> Void
    ) throws(RecoveryError) -> (log: WriteAheadLog, recovered: RecoveredLog) {
        guard let identity = directory.identity else {
            preconditionFailure("a directory with an identity")
        }
        let recovered = try LogRecovery.run(
            disk: disk, identity: identity, store: store, injectedBug: options.injectedBug,
            deliver: deliver)
        let log = WriteAheadLog(
            disk: disk, identity: identity, recovered: recovered, nonce: nonce, options: options)
        log.onFirstSegment = {
            do throws(DirectoryError) {
                try directory.noteLog()
            } catch {
                Posix.endProcess(error.description)
            }
        }
        return (log, recovered)
    }
}
