internal import Basics
internal import Rows
internal import Synchronization

/// What the threads of a base share with each other and with its owner.
final class BaseWork: Sendable {
    let directory: BaseDirectory
    let completions = Monitor<[BaseCompletion]>([])
    /// Nothing more is begun, and what takes long ends early.
    let isClosing = Atomic(false)
    private let hasFailed = Atomic(false)
    private let wake: @Sendable () -> Void
    private let onFailure: @Sendable (BaseError) -> Void

    init(
        _ directory: BaseDirectory, wake: @escaping @Sendable () -> Void,
        onFailure: @escaping @Sendable (BaseError) -> Void
    ) {
        self.directory = directory
        self.wake = wake
        self.onFailure = onFailure
    }

    /// Performs an operation, or a part of one, and tells the owner its outcome once there is one; nothing once
    /// something has failed, or at the end.
    func perform(
        _ ticket: UInt64, on store: OpenStore, _ body: () throws(RowError) -> BaseOutcome?
    ) {
        guard !hasFailed.load(ordering: .acquiring), !isClosed else { return }
        do throws(RowError) {
            guard let outcome = try body() else { return }
            let isFirst = completions.update { waiting in
                waiting.append(BaseCompletion(ticket: ticket, outcome: outcome))
                return waiting.count == 1
            }
            if isFirst { wake() }
        } catch {
            if isClosed { return }
            if hasFailed.exchange(true, ordering: .acquiringAndReleasing) { return }
            // What cannot be noted would be met again by each start.
            let isNoted = error.isDamage && directory.markDamaged(store.number)
            onFailure(isNoted ? BaseError(error) : .failed(error.description))
        }
    }

    /// Ends what takes long when nobody waits for it any more.
    func goOn() throws(RowError) {
        if isClosed { throw RowError("the base is being closed", .failure) }
    }

    private var isClosed: Bool { isClosing.load(ordering: .relaxed) }
}
