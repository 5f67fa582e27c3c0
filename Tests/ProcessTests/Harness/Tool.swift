import Foundation

@testable import synod

/// Runs a program to its end.
enum Tool {
    /// What it printed and how it ended.
    struct Result: Sendable {
        let status: Int32
        let output: String

        var lines: [String] { output.split(whereSeparator: \.isNewline).map(String.init) }
    }

    /// Runs `program` with standard input from `input`; its output and its complaints come together.
    static func run(
        _ program: String, _ arguments: [String], input: String = "", seconds: Double = 30
    ) async throws -> Result {
        let directory = try Places.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (inputFile, log) = (directory + "/in", directory + "/out")
        try Data(input.utf8).write(to: URL(fileURLWithPath: inputFile))
        // The shell stands in for a redirection, and is replaced by the program.
        let words = ["-c", "exec \"$@\" <\"$0\"", inputFile, program] + arguments
        var child = try Spawner.start("/bin/sh", words, log: log)
        do {
            try await waitForEnd(&child, program, seconds)
        } catch {
            child.send(signal: SIGKILL)
            while !child.hasEnded() { try await Task.sleep(for: .milliseconds(5)) }
            throw error
        }
        guard case .exited(let status)? = child.end else {
            throw WaitTimeout(description: "\(program) was ended by a signal")
        }
        return Result(status: status, output: try String(contentsOfFile: log, encoding: .utf8))
    }

    private static func waitForEnd(
        _ child: inout ChildProcess, _ program: String, _ seconds: Double
    ) async throws {
        let deadline = Clock.milliseconds() + UInt64(seconds * 1_000)
        while !child.hasEnded() {
            guard Clock.milliseconds() < deadline else {
                throw WaitTimeout(description: "\(program) ran longer than \(seconds) s")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs `synod`.
    static func synod(
        _ arguments: String..., input: String = "", seconds: Double = 30
    ) async throws -> Result {
        try await run(Places.synod, arguments, input: input, seconds: seconds)
    }

    /// Runs `etcdctl`, with the third API.
    static func etcdctl(
        _ endpoint: String, _ arguments: String..., input: String = ""
    ) async throws -> Result {
        try await run(
            "/usr/bin/env", ["ETCDCTL_API=3", "etcdctl", "--endpoints", endpoint] + arguments,
            input: input)
    }

    /// Runs `curl`, silently.
    static func curl(_ arguments: String...) async throws -> Result {
        try await run("/usr/bin/env", ["curl", "-s", "--max-time", "10"] + arguments)
    }
}
