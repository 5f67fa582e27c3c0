import Foundation

/// Runs the real `protoc`, the judge of what the wire format is.
enum Protoc {
    struct Failure: Error {
        let text: String
    }

    /// The .proto files of this package.
    static let protos = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../protos").standardizedFileURL

    /// Their names.
    static func fileNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: protos.path)
            .filter { $0.hasSuffix(".proto") }.sorted()
    }

    /// Calls `body` with an empty folder, which exists until it returns.
    static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "protobuf-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// What `protoc` prints for `input`; files instead of pipes, so that neither side can block.
    static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        try withTemporaryFolder { folder in
            func file(_ name: String, _ content: [UInt8] = []) throws -> FileHandle {
                let path = folder.appending(path: name)
                try Data(content).write(to: path)
                return try FileHandle(forUpdating: path)
            }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["protoc", "--proto_path=\(protos.path)"] + arguments
            process.standardInput = try file("input", input)
            process.standardOutput = try file("output")
            process.standardError = try file("errors")
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                let errors = try Data(contentsOf: folder.appending(path: "errors"))
                throw Failure(text: String(decoding: errors, as: UTF8.self))
            }
            return [UInt8](try Data(contentsOf: folder.appending(path: "output")))
        }
    }
}
