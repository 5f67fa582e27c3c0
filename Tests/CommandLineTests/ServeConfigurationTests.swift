import Authentication
import Observability
import Replication
import Signatures
import TLS
import Testing

@testable import synod

@Suite struct ServeConfigurationTests {
    private func make(
        _ words: [String], _ environment: [String: String] = [:]
    ) throws -> ServeConfiguration {
        try ServeConfiguration(words: words, environment: environment)
    }

    private func refusal(_ words: String..., environment: [String: String] = [:]) -> String {
        do {
            _ = try make(words, environment)
            return "accepted"
        } catch { return (error as? UsageError)?.message ?? "\(error)" }
    }

    @Test func theDefaultsAreEtcdsButForTheTimes() throws {
        let it = try make([])
        let (client, peer) = (
            ServeURL(host: "localhost", port: 2379), ServeURL(host: "localhost", port: 2380)
        )
        #expect(it.name == "default")
        #expect(it.dataDirectory == "default.synod")
        #expect(it.listenClientURLs == [client] && it.advertiseClientURLs == [client])
        #expect(it.listenPeerURLs == [peer] && it.initialAdvertisePeerURLs == [peer])
        #expect(it.initialCluster == [.init(name: "default", peerURLs: [peer])])
        #expect(it.initialClusterState == .new)
        #expect(it.initialClusterToken == "etcd-cluster")
        #expect(it.heartbeatIntervalMilliseconds == 50 && it.electionTimeoutMilliseconds == 250)
        #expect(it.maxRequestBytes == 1_572_864 && it.maxTransactionOperations == 128)
        #expect(it.logLevel == .info && it.logFormat == .text)
        #expect(it.metricsDetail == .basic)
        #expect(it.segmentBytes == 16 << 20)
        #expect(it.warnings.isEmpty)
    }

    @Test func aFileOfTheLogHasRoomForTheLargestRequest() throws {
        #expect(try make(["--max-request-bytes", "8388609"]).segmentBytes == (16 << 20) + 8192)
        #expect(try make(["--max-request-bytes", "67108864"]).segmentBytes == 128 << 20)
        let said = ["--max-request-bytes", "67108864", "--segment-bytes", "65536"]
        #expect(try make(said).segmentBytes == 65_536)
        #expect(refusal("--segment-bytes", "70000").contains("--segment-bytes"))
        #expect(refusal("--segment-bytes", "1024").contains("--segment-bytes"))
    }

    @Test func metricsAreBasicOrExtensive() throws {
        #expect(try make(["--metrics", "extensive"]).metricsDetail == .extensive)
        #expect(try make([], ["ETCD_METRICS": "extensive"]).metricsDetail == .extensive)
        #expect(try make(["--metrics=basic"]).warnings.isEmpty)
        #expect(refusal("--metrics", "all").contains("--metrics"))
    }

    @Test func deathsOfRolesAreAskedFor() throws {
        #expect(try make([]).chaos == nil)
        #expect(try !make([]).takesFaults)
        #expect(try make(["--enable-fault-injection"]).takesFaults)
        let it = try make(["--chaos", "acceptor=mean:20s,down:2s"])
        #expect(it.chaos?.roleNames == ["acceptor"])
        #expect(it.takesFaults)
        #expect(try make([], ["SYNOD_CHAOS": "all=mean:1m"]).chaos?.roleNames.count == 3)
        #expect(refusal("--chaos", "king=mean:1s").contains("there is no role"))
        #expect(refusal("--chaos", "acceptor=mean:1y").hasPrefix("--chaos:"))
    }

    /// What `member add` prints while an earlier member has not started yet.
    @Test func aNodeThatJoinsMayListMembersWithoutNames() throws {
        let words = [
            "--name=d", "--initial-cluster==http://c:1,d=http://d:1",
            "--initial-advertise-peer-urls=http://d:1", "--initial-cluster-state",
        ]
        let it = try make(words + ["existing"])
        #expect(it.initialCluster.map(\.name) == ["", "d"])
        #expect(it.initialCluster[0].peerURLs == [ServeURL(host: "c", port: 1)])
        #expect(throws: UsageError.self) { try make(words + ["new"]) }
    }

    @Test func tokensAreSimpleOrSigned() throws {
        #expect(try make(["--auth-token", "simple"]).authentication.webTokens == nil)
        let plain = try make(["--auth-token", "jwt,sign-method=HS256,priv-key=k"]).authentication
        #expect(
            plain.webTokens
                == WebTokenOptions(method: .hs256, publicKeyFile: nil, privateKeyFile: "k"))
        #expect(plain.webTokens?.lifeSeconds == 300)
        let text = "jwt,pub-key=/a.pub,priv-key=/a.key,sign-method=RS256,ttl=1h30m,more=1"
        let full = try make([], ["ETCD_AUTH_TOKEN": text])
        #expect(
            full.authentication.webTokens
                == WebTokenOptions(
                    method: .rs256, publicKeyFile: "/a.pub", privateKeyFile: "/a.key",
                    lifeSeconds: 5_400))
        #expect(full.warnings == ["ETCD_AUTH_TOKEN: unknown JWT option more"])
        #expect(
            refusal("--auth-token", "jwt,sign-method=none").hasPrefix(
                "--auth-token: auth: invalid auth options: auth: invalid auth signature method"))
    }

    @Test func aSeededBugIsTakenByItsNameOnly() throws {
        #expect(try make([]).injectedBug == nil)
        #expect(try make(["--unsafe-inject-bug", "stale-read"]).injectedBug?.name == "stale-read")
        let sentence = refusal("--unsafe-inject-bug", "nonsense")
        #expect(sentence.contains("canary, acknowledge-before-flush"))
    }

    @Test func aThreeNodeUnitFileOfEtcdsIsUnderstood() throws {
        let it = try make(
            [
                "--name", "b", "--data-dir=/d", "--listen-client-urls",
                "http://0.0.0.0:2379,http://[::1]:2379", "--advertise-client-urls",
                "http://10.0.0.2:2379", "--listen-peer-urls", "http://10.0.0.2:2380",
                "--initial-advertise-peer-urls=http://10.0.0.2:2380", "--initial-cluster",
                "a=http://10.0.0.1:2380, b=http://10.0.0.2:2380,c=http://c.example:2380",
                "--initial-cluster-state", "existing", "--initial-cluster-token", "t",
                "--heartbeat-interval=100", "--election-timeout=1000", "--snapshot-count=10000",
                "--log-level=warn", "--log-format=json", "--client-cert-auth=false",
                "--cert-file=",
            ])
        #expect(it.listenClientURLs.map(\.host) == ["0.0.0.0", "::1"])
        #expect(it.initialCluster.map(\.name) == ["a", "b", "c"])
        #expect(it.initialCluster[2].peerURLs == [ServeURL(host: "c.example", port: 2380)])
        #expect(it.initialClusterState == .existing)
        #expect(it.logLevel == .warning && it.logFormat == .json)
        #expect(it.warnings == ["--snapshot-count has no effect in this version of Synod"])
    }

    @Test func theShortFormIsOneNode() throws {
        let it = try make(["12379", "a"])
        #expect(it.name == "a" && it.dataDirectory == "a.synod")
        #expect(it.listenClientURLs == [ServeURL(host: "127.0.0.1", port: 12379)])
        #expect(it.initialAdvertisePeerURLs == [ServeURL(host: "127.0.0.1", port: 12380)])
        #expect(it.initialCluster.map(\.name) == ["a"])
        #expect(refusal("12379").contains("short form"))
        #expect(refusal("0", "a").contains("short form"))
        #expect(refusal("1", "a", "--name", "b").contains("contradicts"))
    }

    @Test func theEnvironmentIsRead() throws {
        let it = try make(
            ["--name=flag"],
            [
                "ETCD_NAME": "env", "ETCD_DATA_DIR": "/etcd", "SYNOD_DATA_DIR": "/synod",
                "ETCD_SNAPSHOT_COUNT": "7",
            ])
        #expect(it.name == "flag" && it.dataDirectory == "/synod")
        #expect(it.warnings == ["ETCD_SNAPSHOT_COUNT has no effect in this version of Synod"])
        #expect(
            refusal(environment: ["ETCD_DISCOVERY": "http://x"])
                .hasPrefix("ETCD_DISCOVERY is refused"))
    }

    @Test(arguments: [
        ["--cert-file=x"], ["--client-cert-auth"], ["--peer-key-file=x"],
        ["--auth-token", "jwt,a=b"], ["--auth-token", ""], ["--auth-token", "JWT"],
        ["--auth-token", "jwt,sign-method=none"], ["--auth-token", "jwt,sign-method=RS256,x"],
        ["--auth-token", "jwt,sign-method=RS256,sign-method=RS256"],
        ["--auth-token", "jwt,sign-method=RS256,ttl=0s"],
        ["--auth-token", "jwt,sign-method=RS256,ttl=soon"],
        ["--auth-token", "jwt,sign-method=RS256,pub-key=a=b"], ["--tls-min-version=TLS1.1"],
        ["--tls-min-version=TLS1.3", "--tls-max-version=TLS1.2"], ["--cipher-suites=NOTHING"],
        ["--cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA"],
        ["--peer-cert-allowed-cn=a", "--peer-cert-allowed-hostname=b"],
        ["--peer-client-cert-auth"], ["--peer-client-cert-file", "x"],
        ["--force-new-cluster"],
        ["--discovery", "http://x"], ["--config-file", "x"], ["--proxy=on"],
    ])
    func whatWouldBreakAPromiseIsRefused(words: [String]) {
        #expect(throws: UsageError.self) { try make(words) }
    }

    @Test func compactionByItselfIsReadAsEtcdDoes() throws {
        func plan(_ mode: String, _ retention: String) throws -> AutoCompaction {
            try make([
                "--auto-compaction-mode=\(mode)", "--auto-compaction-retention=\(retention)",
            ]).autoCompaction
        }
        #expect(try make([]).autoCompaction == .off)
        #expect(try plan("revision", "0") == .off)
        #expect(try plan("periodic", "0s") == .off)
        #expect(try plan("revision", "1000") == .revision(count: 1_000))
        #expect(try plan("periodic", "8") == .periodic(milliseconds: 28_800_000))
        #expect(try plan("periodic", "1h30m") == .periodic(milliseconds: 5_400_000))
        for (mode, retention) in [
            ("revision", "5m"), ("revision", "-1"), ("periodic", "soon"), ("periodic", "-1"),
            ("sometimes", "1"),
        ] {
            #expect(throws: UsageError.self) { try plan(mode, retention) }
        }
    }

    @Test func thePassesOverTheBaseHaveAnInterval() throws {
        func interval(_ text: String) throws -> UInt64 {
            try make(["--scrub-interval", text]).scrubIntervalMilliseconds
        }
        #expect(try make([]).scrubIntervalMilliseconds == 86_400_000)
        #expect(try interval("0") == 0)
        #expect(try interval("0s") == 0)
        #expect(try interval("1s") == 1_000)
        #expect(try interval("168h") == 604_800_000)
        for text in ["24", "-1", "999ms", "daily"] {
            #expect(throws: UsageError.self) { try interval(text) }
        }
    }

    @Test func everyEtcdFlagAtItsDefaultIsSilent() throws {
        for entry in ServeFlag.table where !entry.flag.fallback.isEmpty {
            guard entry.flag.name != "listen-client-urls" else { continue }
            let it = try make(["--\(entry.flag.name)=\(entry.flag.fallback)"])
            #expect(it.warnings.isEmpty, "\(entry.flag.name)")
        }
    }

    @Test func everyInertFlagWarnsOnce() throws {
        for entry in ServeFlag.inert {
            let isOn = entry.flag.fallback == "true"
            let value = entry.flag.argument == nil ? (isOn ? "false" : "true") : "17"
            let it = try make(["--\(entry.flag.name)=\(value)"])
            #expect(it.warnings.count == 1, "\(entry.flag.name)")
        }
    }

    @Test func metricsHaveURLsOfTheirOwn() throws {
        #expect(try make([]).listenMetricsURLs.isEmpty)
        #expect(try make(["--listen-metrics-urls="]).listenMetricsURLs.isEmpty)
        let urls = "http://127.0.0.1:9,http://[::1]:9"
        let it = try make(["--listen-metrics-urls", urls])
        #expect(it.listenMetricsURLs.map(\.description).joined(separator: ",") == urls)
        #expect(it.warnings.isEmpty)
        for flags in [
            ["--listen-metrics-urls=http://localhost:2379"],
            ["--listen-metrics-urls=http://localhost:2380"],
            ["--listen-metrics-urls=https://localhost:9"],
            ["--listen-metrics-urls=localhost:9"],
        ] {
            #expect(throws: UsageError.self) { try make(flags) }
        }
    }

    @Test func webPagesAndNamesOfThisNode() throws {
        #expect(try make([]).allowedHosts == ["*"])
        let it = try make(["--host-whitelist=a,b.c", "--cors", "https://d"])
        #expect(it.allowedHosts == ["a", "b.c"] && it.allowedOrigins == ["https://d"])
    }

    @Test func inconsistentClustersAreRefused() {
        #expect(
            refusal("--name=z", "--initial-cluster=a=http://a:1").hasPrefix(
                "couldn't find local name \"z\" in the initial cluster configuration"))
        #expect(
            refusal("--name=a", "--initial-cluster=a=http://a:1").contains("must be the same"))
        #expect(
            refusal(
                "--name=a", "--initial-cluster=a=http://localhost:2380,b=http://localhost:2380"
            ).contains("duplicate URL"))
        #expect(refusal("--initial-cluster=nonsense").contains("is not NAME=URL"))
        #expect(refusal("--initial-cluster==http://a:1").contains("couldn't find local name"))
        #expect(refusal("--initial-cluster-state=maybe").contains("new, existing"))
    }

    @Test func certificatesAreRead() throws {
        let peers = ["--listen-peer-urls=https://a:1", "--initial-advertise-peer-urls=https://a:1"]
        let it = try make(
            peers + [
                "--peer-cert-file=c", "--peer-key-file=k", "--peer-trusted-ca-file=a",
                "--peer-client-cert-file=dc", "--peer-client-key-file=dk", "--peer-crl-file=r",
                "--cipher-suites",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA,TLS_AES_128_GCM_SHA256",
                "--tls-max-version=TLS1.2", "--cert-file=c", "--key-file=k",
            ])
        #expect(
            it.security.peers.files
                == TLSFiles(certificate: "c", key: "k", trustedAuthorities: "a", revocations: "r"))
        #expect(it.security.peers.demandsCertificate && !it.security.clients.demandsCertificate)
        #expect(it.security.dialing.certificate == "dc" && it.security.dialing.key == "dk")
        #expect(it.security.cipherSuites == ["ECDHE-RSA-AES128-GCM-SHA256"])
        #expect(it.security.versionMin == .tls12 && it.security.versionMax == .tls12)
        #expect(it.listenPeerURLs[0].description == "https://a:1")
        #expect(
            it.warnings == [
                "--cipher-suites: TLS_RSA_WITH_AES_128_CBC_SHA is left out: no forward secrecy or"
                    + " no authenticated encryption",
                "the scheme of client url http://localhost:2379 is HTTP while key/cert files are"
                    + " presented; ignored key/cert files",
            ])
        let automatic = try make(peers + ["--peer-auto-tls"])
        #expect(automatic.security.peers.isAutomatic && !automatic.security.clients.isAutomatic)
    }

    @Test func urlsAreChecked() {
        #expect(
            refusal("--listen-client-urls=http://a:1")
                == "--advertise-client-urls is required when --listen-client-urls is set explicitly"
        )
        #expect(
            refusal("--listen-peer-urls=https://a:1")
                == "cannot listen on TLS for https://a:1: KeyFile and CertFile are not presented")
        #expect(refusal("--listen-peer-urls=unix://a:1").contains("socket"))
        #expect(refusal("--listen-peer-urls=http://a").contains("no port"))
        #expect(refusal("--listen-peer-urls=http://a:1/x").contains("path"))
        let flags = [
            "listen-peer-urls", "listen-client-urls", "advertise-client-urls",
            "initial-advertise-peer-urls", "listen-metrics-urls",
        ]
        for flag in flags {
            for port in ["+1", "-1", " 1", "0x1", "0", "65536"] {
                let refusal = refusal("--\(flag)=http://127.0.0.1:\(port)")
                #expect(refusal.hasPrefix("--\(flag): ") && refusal.contains("invalid port"))
            }
            #expect(refusal("--\(flag)=http:// a:1").contains("invalid character"))
        }
        #expect(refusal("--name=a", "--initial-cluster=a=http://a:+1").contains("invalid port"))
        #expect(refusal("--listen-peer-urls=http://a:1,http://a:1").contains("twice"))
        #expect(refusal("--listen-peer-urls=").contains("needed"))
        #expect(refusal("--advertise-client-urls=http://0.0.0.0:1").contains("no address"))
        #expect(refusal("--listen-peer-urls=http://localhost:2379").contains("both"))
    }

    @Test func timesMustFit() {
        #expect(
            refusal("--heartbeat-interval=60")
                == "--election-timeout[250ms] should be at least as 5 times as"
                + " --heartbeat-interval[60ms]")
        #expect(refusal("--election-timeout=60000").contains("50000"))
    }
}
