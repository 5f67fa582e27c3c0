import CertificateTesting
import Foundation
import TLS
import Testing

struct FilesTests {
    @Test("files that are not there, empty, or of another kind are named in the complaint")
    func complaints() throws {
        func complaint(_ files: TLSFiles) -> String {
            do {
                _ = try TLSContext(.server, files.read(), TLSPolicy())
                return ""
            } catch { return "\(error)" }
        }
        let (certificate, key) = (
            TestCertificates.path("server.pem"), TestCertificates.path("server.key")
        )
        let absent = complaint(TLSFiles(certificate: "/nowhere.pem", key: key))
        #expect(absent == "cannot read /nowhere.pem: no such file")
        #expect(complaint(TLSFiles(certificate: certificate)).contains("needs its key"))
        #expect(complaint(TLSFiles(certificate: key, key: key)) == "\(key): no certificate in it")
        #expect(
            complaint(TLSFiles(certificate: certificate, key: certificate))
                == "\(certificate): no private key without a password in it")
        let other = TestCertificates.path("alice.key")
        #expect(
            complaint(TLSFiles(certificate: certificate, key: other))
                == "\(other): key values mismatch")
        #expect(
            complaint(TLSFiles(certificate: certificate, key: key, revocations: key))
                == "\(key): no list of revoked certificates")
        #expect(
            complaint(TLSFiles(certificate: certificate, key: key, trustedAuthorities: key))
                == "\(key): no certificate in it")
        #expect(complaint(TLSFiles()).contains("a server needs a certificate"))
        var policy = TLSPolicy()
        policy.cipherSuites = ["NOTHING"]
        #expect(throws: TLSError.self) {
            _ = try TLSContext(
                .server, TLSFiles(certificate: certificate, key: key).read(), policy)
        }
    }

    @Test(
        "one damaged list, or one damaged authority, makes the whole file damaged",
        arguments: [true, false])
    func damagedPart(isList: Bool) throws {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).pem"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try String(
            contentsOfFile: TestCertificates.path(isList ? "crl-none.pem" : "ca.pem"),
            encoding: .utf8)
        func context(_ second: String) throws {
            try (whole + second).write(toFile: path, atomically: true, encoding: .utf8)
            var files = TLSFiles(
                certificate: TestCertificates.path("server.pem"),
                key: TestCertificates.path("server.key"),
                trustedAuthorities: isList ? TestCertificates.path("ca.pem") : path)
            if isList { files.revocations = path }
            _ = try TLSContext(.server, files.read(), TLSPolicy())
        }
        try context(whole)
        // As whoever reads while the file is being written finds it.
        #expect(throws: TLSError.self) { try context(String(whole.dropLast(whole.count / 2))) }
    }

    @Test("what is read twice is equal until a file changes")
    func changes() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func put(_ name: String, as file: String) throws {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(file)")
            try FileManager.default.copyItem(
                atPath: TestCertificates.path(name), toPath: "\(directory)/\(file)")
        }
        let files = TLSFiles(certificate: "\(directory)/c.pem", key: "\(directory)/k.pem")
        try put("server.pem", as: "c.pem")
        try put("server.key", as: "k.pem")
        let first = try files.read()
        #expect(try files.read() == first)
        try put("server-next.pem", as: "c.pem")
        let between = try files.read()
        #expect(between != first)
        #expect(throws: TLSError.self) { _ = try TLSContext(.server, between, TLSPolicy()) }
        try put("server-next.key", as: "k.pem")
        _ = try TLSContext(.server, files.read(), TLSPolicy())
    }

    @Test("a certificate that vouches for itself is for the hosts it was made for")
    func selfSigned() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let made = try SelfSignedCertificate(
            hosts: ["localhost", "127.0.0.1", "::1"], validDays: 1)
        let (certificate, key) = ("\(directory)/cert.pem", "\(directory)/key.pem")
        try Data(made.certificate).write(to: URL(fileURLWithPath: certificate))
        try Data(made.key).write(to: URL(fileURLWithPath: key))
        let server = try TLSContext(
            .server, TLSFiles(certificate: certificate, key: key).read(), TLSPolicy())
        let client = try TLSContext(
            .client, TLSFiles(trustedAuthorities: certificate).read(), TLSPolicy())
        for (host, isGood) in [("localhost", true), ("::1", true), ("other.example", false)] {
            #expect(Pair.shaken(client, server, host: host).isOpen == isGood)
        }
        #expect(!Pair.shaken(try Contexts.client(), server).isOpen)
    }
}
