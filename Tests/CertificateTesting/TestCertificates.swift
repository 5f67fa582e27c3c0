import Foundation

/// Certificates for tests, made by `scripts/make-test-certificates` when the first one is wanted.
public enum TestCertificates {
    /// Where they lie. The same for all tests of a run.
    public static let directory: String = {
        let path = "\(FileManager.default.temporaryDirectory.path)/synod-certificates-\(getpid())"
        make(in: path)
        atexit { try? FileManager.default.removeItem(atPath: TestCertificates.directory) }
        return path
    }()

    /// The file `name`, as `alice.pem`.
    public static func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// Makes another set, with another authority of the same name.
    public static func make(in path: String) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appendingPathComponent("scripts/make-test-certificates")
        process.arguments = [path]
        do { try process.run() } catch { preconditionFailure("no certificates: \(error)") }
        process.waitUntilExit()
        precondition(process.terminationStatus == 0, "no certificates; is openssl installed?")
    }
}
