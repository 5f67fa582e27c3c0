import CertificateTesting
import Foundation
import TLS
import Testing

struct ClientCertificateTests {
    @Test(
        "clients must show a good certificate of a trusted authority",
        arguments: [
            ("alice", nil), ("deep", nil), ("bob", nil), (nil, "did not return a certificate"),
            ("expired", "certificate has expired"), ("stranger", "certificate verify failed"),
            ("server-only", "unsuitable certificate purpose"),
        ] as [(String?, String?)])
    func mutual(name: String?, refusal: String?) throws {
        for version in TLSVersion.allCases {
            let server = try Contexts.server(trusting: "ca") { $0.versionMax = version }
            let pair = Pair.shaken(try Contexts.client(name), server)
            #expect(pair.isServerOpen == (refusal == nil))
            #expect(pair.server.peer?.commonName == (refusal == nil ? name : nil))
            if let refusal {
                #expect(pair.server.error?.description.contains(refusal) == true)
                // It is told why.
                #expect(pair.client.error != nil)
            }
        }
    }

    @Test("a certificate that was not asked for names nobody")
    func notAsked() throws {
        let pair = Pair.shaken(try Contexts.client("alice"), try Contexts.server())
        #expect(pair.isOpen && pair.server.peer == nil)
    }

    @Test("a revoked certificate counts no more, the others do")
    func revoked() throws {
        let server = try Contexts.server(trusting: "ca", revocations: "crl.pem")
        let pair = Pair.shaken(try Contexts.client("bob"), server)
        #expect(!pair.isServerOpen)
        #expect(pair.server.error?.description.contains("certificate revoked") == true)
        #expect(Pair.shaken(try Contexts.client("alice"), server).isOpen)
        #expect(Pair.shaken(try Contexts.client("deep"), server).isOpen)
        let none = try Contexts.server(trusting: "ca", revocations: "crl-none.pem")
        #expect(Pair.shaken(try Contexts.client("bob"), none).isOpen)
    }

    @Test("the certificate must have the allowed common name, or be for the allowed host")
    func allowed() throws {
        func open(_ name: String, _ change: (inout TLSPolicy) -> Void) throws -> Bool {
            let server = try Contexts.server(trusting: "ca", change)
            return Pair.shaken(try Contexts.client(name), server).isOpen
        }
        #expect(try open("alice") { $0.allowedCommonName = "alice" })
        #expect(try !open("bob") { $0.allowedCommonName = "alice" })
        #expect(try !open("alice") { $0.allowedCommonName = "ALICE" })
        #expect(try open("named") { $0.allowedHost = "localhost" })
        #expect(try open("elsewhere") { $0.allowedHost = "192.0.2.1" })
        #expect(try !open("elsewhere") { $0.allowedHost = "localhost" })
        // Its common name is no host.
        #expect(try !open("alice") { $0.allowedHost = "alice" })
    }

    @Test(
        "a certificate says where its owner calls from",
        arguments: [
            ("alice", "127.0.0.1", PeerCertificate.Verdict.allowed),
            ("server", "127.0.0.1", .allowed), ("server", "::1", .allowed),
            ("elsewhere", "127.0.0.1", .refused), ("elsewhere", "192.0.2.1", .allowed),
            ("server", "192.0.2.1", .allowedWith(names: ["localhost"])),
            ("named", "127.0.0.1", .allowedWith(names: ["localhost"])),
        ])
    func verdicts(name: String, address: String, verdict: PeerCertificate.Verdict) throws {
        let pair = Pair.shaken(
            try Contexts.client(name), try Contexts.server(trusting: "ca"), address: address)
        #expect(pair.server.peer?.verdict == verdict)
    }
}
