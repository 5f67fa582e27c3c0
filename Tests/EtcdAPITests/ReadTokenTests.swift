import Testing

@testable import RESTAPI

/// The token by which sequential reads never go back in time.
@Suite struct ReadTokenTests {
    @Test(arguments: [
        (UInt64(0), Int64(1)), (UInt64.max, Int64.max), (0xcdf8_181e_3277_9f00, 42),
    ])
    func textAndTokenAreOne(cluster: UInt64, revision: Int64) throws {
        let token = ReadToken(clusterID: cluster, revision: revision)
        #expect(try ReadToken(text: token.text) == token)
    }

    @Test(arguments: [
        "", "1", "1.a", "2.a.5", "1.a.-5", "1.xyz.5", "1.a.5.6", "1.a.b", "1..5",
        "1.fffffffffffffffff.5",
    ])
    func otherTextIsRefused(text: String) {
        #expect(throws: RESTFailure.self) { try ReadToken(text: text) }
    }
}
