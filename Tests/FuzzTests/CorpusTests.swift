import Foundation
import FuzzTargets
import Testing

/// Every input that fuzzing has kept (Fuzz/Corpus), on every target, without libFuzzer: those that broke something
/// once, and those that reach what no other one reaches.
struct CorpusTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus")

    private static func inputs(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: target.rawValue), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everyInputIsTakenOrRefusedAsItShouldBe(target: FuzzTarget) throws {
        let inputs = try Self.inputs(of: target)
        #expect(!inputs.isEmpty)
        for file in inputs {
            let input = [UInt8](try Data(contentsOf: file))
            do throws(Breach) {
                try target.run(input)
            } catch {
                Issue.record("\(target) \(file.lastPathComponent): \(error)")
            }
        }
    }

    /// Whatever an input is cut to, it is one.
    @Test(arguments: FuzzTarget.allCases)
    func everyBeginningIsTakenOrRefusedAsItShouldBe(target: FuzzTarget) throws {
        for file in try Self.inputs(of: target).prefix(40) {
            let input = [UInt8](try Data(contentsOf: file))
            for count in stride(from: 0, to: min(input.count, 200), by: 3) {
                do throws(Breach) {
                    try target.run(Array(input[..<count]))
                } catch {
                    Issue.record("\(target) \(file.lastPathComponent), \(count) bytes: \(error)")
                }
            }
        }
    }
}
