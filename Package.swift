// swift-tools-version: 6.3
import PackageDescription

/// The floor plan. Targets are listed from the ground up; a target may depend only on targets above it in this file.
/// docs/Architecture.md says what lives in each room; scripts/check-floors holds the import lines to it.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies.map { .byName(name: $0) }, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [String], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, resources: resources,
        swiftSettings: strict)
}

let cellar: [Target] = [
    .systemLibrary(
        name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]),
    .systemLibrary(
        name: "CNghttp2", pkgConfig: "libnghttp2",
        providers: [.apt(["libnghttp2-dev"]), .brew(["libnghttp2"])]),
    .systemLibrary(
        name: "COpenSSL", pkgConfig: "openssl",
        providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .target(name: "CLLHTTP", cSettings: [.unsafeFlags(["-w", "-I/usr/share/include/llhttp"])]),
    .target(name: "CCRC32C"),
    .systemLibrary(
        name: "CRocksDB", pkgConfig: "rocksdb",
        providers: [.apt(["librocksdb-dev"]), .brew(["rocksdb"])]),
    .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
]

let ground: [Target] = [
    room("Basics", ["CCRC32C"]),
    room("Observability", ["Basics"]),
]

let thought: [Target] = [
    room("Paxos", ["Basics"]),
    room("PaxosCodec", ["Paxos", "Basics"]),
    room("Exploration", ["Paxos"]),
    room("MVCC", ["Basics"]),
    room("Rows", ["MVCC", "Basics"]),
    room("Protobuf", ["Basics"]),
    room("EtcdMessages", ["Protobuf"]),
    room("StateMachine", ["Rows", "MVCC", "EtcdMessages", "Protobuf", "Basics"]),
    room("Watching", ["StateMachine", "MVCC", "EtcdMessages", "Protobuf", "Basics"]),
    room("GRPC", ["Basics"]),
    room("Histories", ["Basics"]),
]

let matter: [Target] = [
    room("WriteAheadLog", ["PaxosCodec", "Paxos", "Basics"]),
    room("LogTesting", ["WriteAheadLog", "Basics"]),
    room("EventLoops", ["CLibuv", "Basics"]),
    room("HTTP", ["CNghttp2", "CLLHTTP", "Basics"]),
    room("Digests", ["COpenSSL"]),
    room("Signatures", ["COpenSSL"]),
    room("TLS", ["COpenSSL", "Basics"]),
    room("Passwords", ["CCrypt"]),
    room("RocksStorage", ["CRocksDB", "Rows", "MVCC", "Basics"]),
]

let assembly: [Target] = [
    room(
        "Replication",
        [
            "Paxos", "PaxosCodec", "WriteAheadLog", "Watching", "StateMachine", "Rows", "MVCC",
            "EtcdMessages", "Protobuf", "Observability", "Basics",
        ]),
    room(
        "Transport",
        ["EventLoops", "TLS", "HTTP", "GRPC", "Digests", "Basics", "Observability"]),
    room(
        "Authentication",
        [
            "Replication", "StateMachine", "EtcdMessages", "Protobuf", "Passwords", "Signatures",
            "Digests", "Basics",
        ]),
]

let doors: [Target] = [
    room(
        "Peering",
        [
            "Replication", "PaxosCodec", "Paxos", "Transport", "EventLoops", "TLS", "HTTP", "GRPC",
            "Observability", "Basics",
        ]),
    room(
        "EtcdAPI",
        [
            "Authentication", "Replication", "Watching", "StateMachine", "MVCC", "EtcdMessages",
            "Protobuf", "GRPC",
            "Transport",
            "Digests", "Observability", "Basics",
        ]),
    room(
        "RESTAPI",
        [
            "Authentication", "Replication", "Watching", "StateMachine", "MVCC", "EtcdMessages",
            "Protobuf",
            "Transport",
            "Observability", "Basics",
        ]),
    room(
        "SynodClient",
        ["EtcdMessages", "Protobuf", "GRPC", "Transport", "TLS", "EventLoops", "Basics"]),
]

let roof: [Target] = [
    room(
        "Simulation",
        [
            "Replication", "WriteAheadLog", "Watching", "StateMachine", "PaxosCodec", "Paxos",
            "Rows", "MVCC", "EtcdMessages", "Protobuf", "Histories", "Observability", "Basics",
        ]),
    .executableTarget(
        name: "synod",
        dependencies: [
            "Basics", "Observability", "Paxos", "Exploration", "PaxosCodec", "MVCC", "StateMachine",
            "EtcdMessages",
            "Protobuf", "GRPC", "WriteAheadLog", "Rows", "RocksStorage", "EventLoops", "HTTP",
            "Digests", "Signatures", "TLS", "Watching", "Replication", "Passwords",
            "Authentication",
            "Transport", "Peering", "EtcdAPI", "RESTAPI", "SynodClient", "Histories",
            "Simulation",
        ],
        swiftSettings: strict),
    .executableTarget(
        name: "FlushLoop", dependencies: ["RocksStorage", "Rows", "MVCC", "Basics"],
        path: "Tests/FlushLoop", swiftSettings: strict),
    .target(
        name: "CertificateTesting", path: "Tests/CertificateTesting", swiftSettings: strict),
    .target(
        name: "FuzzTargets",
        dependencies: [
            "RESTAPI", "Authentication", "Signatures", "Replication", "HTTP", "GRPC", "LogTesting",
            "WriteAheadLog", "StateMachine", "Rows", "MVCC", "EtcdMessages", "Protobuf",
            "PaxosCodec", "Paxos", "Basics",
        ],
        path: "Fuzz/Targets", swiftSettings: strict),
    .executableTarget(
        name: "ProtobufGenerator", dependencies: ["Protobuf", "Basics"], swiftSettings: strict),
    .executableTarget(
        name: "NullServer", dependencies: ["Transport", "EventLoops", "GRPC"],
        path: "Benchmarks/NullServer", swiftSettings: strict),
    .executableTarget(
        name: "Load",
        dependencies: [
            "Transport", "EventLoops", "TLS", "GRPC", "EtcdMessages", "Protobuf", "Basics",
        ],
        path: "Benchmarks/Load", swiftSettings: strict),
    .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
    .executableTarget(
        name: "MicroBenchmarks",
        dependencies: [
            "AllocationCounter", "WriteAheadLog", "StateMachine", "MVCC", "EtcdMessages",
            "Protobuf", "GRPC",
            "PaxosCodec", "Paxos", "Basics",
        ],
        path: "Benchmarks/Micro", swiftSettings: strict),
]

let checks: [Target] = [
    tests("BasicsTests", ["Basics"]),
    tests("ObservabilityTests", ["Observability", "Basics"]),
    tests("DigestsTests", ["Digests"]),
    tests("SignaturesTests", ["Signatures", "COpenSSL"]),
    tests("TLSTests", ["TLS", "CertificateTesting", "Basics"]),
    tests("PasswordsTests", ["Passwords"]),
    tests("AuthenticationTests", ["Authentication", "Signatures", "StateMachine", "Basics"]),
    tests("PaxosTests", ["Paxos", "Basics"], resources: [.copy("Scenarios")]),
    tests("PaxosCodecTests", ["PaxosCodec", "Paxos", "Basics"]),
    tests("ExplorationTests", ["Exploration", "Paxos"]),
    tests("MVCCTests", ["MVCC", "Rows", "Basics"]),
    tests("ProtobufTests", ["Protobuf", "EtcdMessages", "Basics"]),
    tests(
        "StateMachineTests", ["Rows", "StateMachine", "MVCC", "EtcdMessages", "Protobuf", "Basics"]),
    tests(
        "WatchingTests",
        ["Watching", "Rows", "StateMachine", "MVCC", "EtcdMessages", "Protobuf", "Basics"]),
    tests("GRPCTests", ["GRPC", "Basics"]),
    tests("HistoriesTests", ["Histories", "Basics"]),
    tests("RowsTests", ["FlushLoop", "Rows", "RocksStorage", "MVCC", "Basics"]),
    tests("RocksStorageTests", ["RocksStorage", "Rows", "MVCC", "Basics"]),
    tests(
        "WriteAheadLogTests", ["WriteAheadLog", "LogTesting", "PaxosCodec", "Paxos", "Basics"]),
    tests("HTTPTests", ["HTTP", "Basics"]),
    tests(
        "TransportTests",
        [
            "CLibuv", "CertificateTesting", "Transport", "EventLoops", "TLS", "HTTP", "GRPC",
            "Observability", "Basics",
        ]),
    tests(
        "ReplicationTests",
        [
            "Simulation", "Replication", "WriteAheadLog", "LogTesting", "Paxos", "PaxosCodec",
            "StateMachine", "MVCC", "EtcdMessages", "Protobuf", "Observability", "Histories",
            "Basics", "Rows",
        ]),
    tests(
        "PeeringTests",
        [
            "Peering", "Replication", "WriteAheadLog", "LogTesting", "Paxos", "PaxosCodec",
            "Transport", "EventLoops", "GRPC", "Observability", "Basics",
        ]),
    tests(
        "EtcdAPITests",
        [
            "Authentication", "Signatures", "EtcdAPI", "RESTAPI", "Replication", "Watching",
            "StateMachine",
            "MVCC",
            "EtcdMessages", "Protobuf", "GRPC", "HTTP", "Transport", "EventLoops", "Observability",
            "WriteAheadLog", "LogTesting",
            "Paxos", "PaxosCodec", "Basics",
        ]),
    tests(
        "SimulationTests",
        [
            "Simulation", "Replication", "WriteAheadLog", "PaxosCodec", "Paxos", "Histories",
            "Basics",
        ]),
    tests(
        "SynodClientTests",
        [
            "SynodClient", "Basics", "EtcdMessages", "Protobuf", "Transport", "EventLoops", "GRPC",
        ]),
    tests(
        "CommandLineTests",
        [
            "synod", "Authentication", "Signatures", "Replication", "Rows", "Digests", "TLS",
            "Paxos", "SynodClient",
            "Observability",
            "Basics",
        ]),
    tests(
        "FuzzTests",
        [
            "FuzzTargets", "Authentication", "StateMachine", "Rows", "PaxosCodec", "Paxos",
            "Basics",
        ]),
    tests(
        "ProcessTests",
        ["synod", "CertificateTesting", "SynodClient", "Histories", "Basics"]),
]

let package = Package(
    name: "synod",
    products: [
        .library(name: "Paxos", targets: ["Paxos"]),
        .library(name: "SynodClient", targets: ["SynodClient"]),
        .executable(name: "synod", targets: ["synod"]),
    ],
    targets: cellar + ground + thought + matter + assembly + doors + roof + checks,
    cLanguageStandard: .c11
)
