internal import Basics

/// Runs asynchronous work from the main thread, which has nothing else to do and waits for it.
enum Blocking {
    /// Waits for the result of `work`.
    static func run<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) -> Result {
        let place = Monitor<Result?>(nil)
        Task.detached {
            let result = await work()
            place.update { $0 = result }
        }
        return place.wait { $0 }
    }
}
