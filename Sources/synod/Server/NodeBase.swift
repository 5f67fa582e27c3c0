internal import Glibc
internal import Observability
internal import Replication
internal import RocksStorage
internal import Rows

/// The base in a member's data directory.
enum NodeBase {
    /// Opens the base, or makes an empty one; nil if the node shall keep everything in memory. What is damaged is
    /// put aside and never read: the log, or a snapshot of another member, makes it again. A device that fails ends the
    /// process as it does later: whoever starts it again may find it well.
    static func open(
        _ configuration: ServeConfiguration, logger: Logger, failing: FailingDisk,
        wake: @escaping @Sendable () -> Void
    ) throws -> RocksBase? {
        guard configuration.storage == .disk else { return nil }
        let directory = configuration.dataDirectory + "/base"
        do throws(BaseError) {
            return try openOrSetAside(directory, configuration, logger, failing, wake)
        } catch {
            if error.isOfDevice { failing.failed(error.description) }
            throw error
        }
    }

    private static func openOrSetAside(
        _ directory: String, _ configuration: ServeConfiguration, _ logger: Logger,
        _ failing: FailingDisk, _ wake: @escaping @Sendable () -> Void
    ) throws(BaseError) -> RocksBase {
        do throws(BaseError) {
            return try open(directory, configuration, failing, wake)
        } catch {
            guard case .damaged = error else { throw error }
            logger.error("\(error); it is put aside, and its content is fetched anew")
            try RocksBase.setAside(directory: directory)
            return try open(directory, configuration, failing, wake)
        }
    }

    private static func open(
        _ directory: String, _ configuration: ServeConfiguration, _ failing: FailingDisk,
        _ wake: @escaping @Sendable () -> Void
    ) throws(BaseError) -> RocksBase {
        try RocksBase(
            directory: directory, cacheBytes: configuration.memoryLimit.plan.cacheBytes, wake: wake,
            onFailure: { error in
                if case .damaged = error { failing.damaged(error.description) }
                failing.failed(error.description)
            })
    }
}

extension BaseError {
    /// A read, a write or a flush failed, as opposed to what an operator has to change. RocksDB tells it in words only.
    fileprivate var isOfDevice: Bool {
        guard case .failed(let text) = self else { return false }
        return text.contains(String(cString: strerror(EIO)))
    }
}
