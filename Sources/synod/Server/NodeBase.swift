internal import Observability
internal import Replication
internal import RocksStorage
internal import Rows

/// The base in a member's data directory.
enum NodeBase {
    /// Opens the base, or makes an empty one; nil if the node shall keep everything in memory. What is damaged is
    /// put aside and never read: the log, or a snapshot of another member, makes it again.
    static func open(
        _ configuration: ServeConfiguration, logger: Logger, failing: FailingDisk,
        wake: @escaping @Sendable () -> Void
    ) throws -> RocksBase? {
        guard configuration.storage == .disk else { return nil }
        let directory = configuration.dataDirectory + "/base"
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
