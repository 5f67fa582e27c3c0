import Foundation
import Synchronization

@testable import synod

/// Starts processes one at a time, so that no child inherits the pipe of a brother that is just being
/// made.
enum Spawner {
    private static let lock = Mutex(())

    static func start(_ program: String, _ arguments: [String], log: String) throws -> ChildProcess
    {
        try lock.withLock { _ throws(SystemError) in
            try ChildProcess(program: program, arguments: arguments, log: log)
        }
    }
}
