import Foundation

/// How often something is done: a few times with every run of the tests, more often when a script asks.
enum Rounds {
    /// The number in an environment variable; `standard` if it is not set.
    static func count(_ variable: String, standard: Int) -> Int {
        let wanted = ProcessInfo.processInfo.environment[variable]
        return wanted.flatMap { Int($0) } ?? standard
    }
}
