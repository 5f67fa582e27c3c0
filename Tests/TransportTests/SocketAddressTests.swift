import Testing

@testable import EventLoops

struct SocketAddressTests {
    @Test(
        "an address of version 4 is written as such, however it came",
        arguments: [
            ("::ffff:10.0.0.1", "10.0.0.1"), ("10.0.0.1", "10.0.0.1"), ("::1", "::1"),
            ("fe80::1", "fe80::1"),
        ])
    func mapped(address: String, text: String) throws {
        let storage = try #require(SocketAddress.parse(host: address, port: 2379))
        #expect(SocketAddress.numericHost(storage) == text)
    }
}
