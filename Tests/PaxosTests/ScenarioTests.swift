import Foundation
import Testing

/// Stories of the protocol, as text: Scenarios/*.txt. After an intended change, run the tests once with
/// SYNOD_REWRITE_SCENARIOS=1 in the environment, and read what changed.
@Suite struct ScenarioTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Scenarios")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".txt") && $0 != "README.txt" }.sorted()
    }()

    @Test func thereAreScenarios() { #expect(ScenarioTests.names.count >= 20) }

    @Test(arguments: names)
    func goesAsWritten(name: String) throws {
        let file = ScenarioTests.folder.appendingPathComponent(name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        let actual = ScriptInterpreter.run(expected)
        if ProcessInfo.processInfo.environment["SYNOD_REWRITE_SCENARIOS"] != nil {
            try actual.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let pairs = zip(lines(expected), lines(actual))
        if let (index, pair) = pairs.enumerated().first(where: { $1.0 != $1.1 }) {
            Issue.record("\(name):\(index + 1)\n  expected \(pair.0)\n  but      \(pair.1)")
        }
        #expect(lines(actual).count == lines(expected).count)
        #expect(!actual.contains("BROKEN"))
        #expect(!actual.contains("\n  ? "), "a command that is not known")
    }

    private func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
