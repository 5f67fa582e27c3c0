import Testing

@testable import SynodClient
@testable import synod

/// Members as etcdctl prints them.
@Suite struct MemberPrinterTests {
    private let old = Member(
        id: 0xa1, name: "a", peerURLs: ["http://a:2380", "http://a:2381"],
        clientURLs: ["http://a:2379"], isLearner: false)
    private let new = Member(
        id: 0xd4, name: "", peerURLs: ["http://d:2380"], clientURLs: [], isLearner: true)

    @Test func aMemberIsALine() {
        #expect(
            MemberPrinter.line(old)
                == "a1, started, a, http://a:2380,http://a:2381, http://a:2379, false")
        #expect(MemberPrinter.line(new) == "d4, unstarted, , http://d:2380, , true")
    }

    /// What is printed starts the node as it stands, with `serve`.
    @Test func theVariablesOfANewMemberAreUnderstood() throws {
        let lines = MemberPrinter.environment(of: new, named: "d", among: [old, new])
        #expect(
            lines == [
                #"ETCD_NAME="d""#,
                #"ETCD_INITIAL_CLUSTER="a=http://a:2380,a=http://a:2381,d=http://d:2380""#,
                #"ETCD_INITIAL_ADVERTISE_PEER_URLS="http://d:2380""#,
                #"ETCD_INITIAL_CLUSTER_STATE="existing""#,
            ])
        let variables = lines.map { line -> (String, String) in
            let parts = line.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts[1].filter { $0 != "\"" })
        }
        let it = try ServeConfiguration(
            words: [], environment: Dictionary(uniqueKeysWithValues: variables))
        #expect(it.name == "d")
        #expect(it.initialClusterState == .existing)
        #expect(it.initialCluster.map(\.name) == ["a", "d"])
        #expect(it.initialAdvertisePeerURLs == [ServeURL(host: "d", port: 2380)])
    }
}
