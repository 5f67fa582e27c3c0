/// Executes `success` if all conditions hold, else `failure`, in one step and one revision.
package struct Transaction: Sendable, Hashable {
    /// What a key must be like.
    package struct Condition: Sendable, Hashable {
        package enum Test: Sendable, Hashable {
            case holds([UInt8])
            case isAbsent
            case exists
            case modRevision(Int64)
        }

        package var key: [UInt8]
        package var test: Test

        package init(_ key: [UInt8], _ test: Test) {
            self.key = key
            self.test = test
        }
    }

    /// One thing that is done. A list of them writes a key at most once; a get sees what the steps
    /// before it did.
    package enum Step: Sendable, Hashable {
        case get(key: [UInt8])
        case put(key: [UInt8], value: [UInt8])
        case delete(key: [UInt8])

        package var key: [UInt8] {
            switch self {
            case .get(let key), .put(let key, _), .delete(let key): key
            }
        }
    }

    package var conditions: [Condition]
    package var success: [Step]
    package var failure: [Step]

    package init(conditions: [Condition] = [], success: [Step], failure: [Step] = []) {
        self.conditions = conditions
        self.success = success
        self.failure = failure
    }

    /// The list that is executed.
    package func steps(succeeded: Bool) -> [Step] { succeeded ? success : failure }

    /// Neither list writes.
    package var isRead: Bool {
        (success + failure).allSatisfy { if case .get = $0 { true } else { false } }
    }
}
