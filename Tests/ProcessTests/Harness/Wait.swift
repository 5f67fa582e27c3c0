import Foundation

@testable import synod

/// What was waited for did not come.
struct WaitTimeout: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again, with short pauses, until the answer is yes.
func wait(
    _ purpose: String, seconds: Double = 30, until condition: () async throws -> Bool
) async throws {
    let deadline = Clock.milliseconds() + UInt64(seconds * 1_000)
    while !(try await condition()) {
        guard Clock.milliseconds() < deadline else {
            throw WaitTimeout(description: "waited \(seconds) s for: \(purpose)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
