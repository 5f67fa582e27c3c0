import Testing

@testable import Basics

@Suite("Hosts and ports")
struct HostPortTests {
    private func fault(_ text: String) -> HostPort.Fault? {
        do throws(HostPort.Fault) {
            _ = try HostPort(text)
            return nil
        } catch { return error }
    }

    @Test(
        "names and addresses with a port are read",
        arguments: [
            ("localhost:2379", "localhost", 2379), ("10.0.0.1:1", "10.0.0.1", 1),
            ("[::1]:65535", "::1", 65535), ("[fe80::1%eth0]:2380", "fe80::1%eth0", 2380),
            ("a_b-c.example.:02380", "a_b-c.example.", 2380), ("höhe:1", "höhe", 1),
        ])
    func good(text: String, host: String, port: UInt16) throws {
        let it = try HostPort(text)
        #expect(it.host == host && it.port == port)
    }

    @Test(
        "a port is digits and nothing else",
        arguments: [
            "+2380", "-1", "-0", " 2380", "2380 ", "0x94c", "0", "65536", "2_380", "2380/", "٢٣",
            "http",
        ])
    func badPorts(port: String) {
        #expect(fault("host:\(port)") == .badPort)
        #expect(fault("[::1]:\(port)") == .badPort)
    }

    @Test(
        "a host has no blanks, and nothing that has a meaning in a URL",
        arguments: [
            " host", "host ", "ho st", "\thost", "ho\nst", "ho\u{0}st", "user@host", "host/path",
            "host?a", "host#a", "ho%20st", "[::1", "::1]", "[[::1]]", "ho[st", "ho\\st", "ho\"st",
        ])
    func badHosts(host: String) {
        let found = fault("\(host):2380")
        #expect(found == .badHost || found == .noBrackets)
    }

    @Test("what is missing is named")
    func missing() {
        #expect(fault("host") == .noPort)
        #expect(fault("host:") == .noPort)
        #expect(fault("") == .noPort)
        #expect(fault(":2380") == .noHost)
        #expect(fault("[]:2380") == .noHost)
        #expect(fault("::1:2380") == .noBrackets)
    }
}
