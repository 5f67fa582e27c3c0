// swift-tools-version: 6.3
import PackageDescription

/// Fuzzing, apart from the product: nothing of the product depends on it. The rooms are the product's own sources
/// (`Rooms` leads to them), built anew with what libFuzzer looks at. `scripts/fuzz`
/// runs it.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    // Coverage, comparisons and divisions, for libFuzzer; its `main` is not linked here.
    .unsafeFlags(["-sanitize=fuzzer", "-enable-testing"]),
]

func room(_ name: String, _ dependencies: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Rooms/\(name)",
        swiftSettings: strict)
}

func library(_ name: String, _ pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Rooms/\(name)", pkgConfig: pkgConfig)
}

let cellar: [Target] = [
    library("CLibuv", "libuv"),
    library("CNghttp2", "libnghttp2"),
    library("COpenSSL", "openssl"),
    library("CCrypt", "libcrypt"),
    .target(
        name: "CLLHTTP", path: "Rooms/CLLHTTP",
        cSettings: [.unsafeFlags(["-w", "-I/usr/share/include/llhttp"])]),
    .target(name: "CCRC32C", path: "Rooms/CCRC32C"),
    .systemLibrary(name: "CFuzzer", path: "CFuzzer"),
]

let rooms: [Target] = [
    room("Basics", ["CCRC32C"]),
    room("Observability", ["Basics"]),
    room("Paxos", ["Basics"]),
    room("PaxosCodec", ["Paxos", "Basics"]),
    room("MVCC", ["Basics"]),
    room("Rows", ["MVCC", "Basics"]),
    room("Protobuf", ["Basics"]),
    room("EtcdMessages", ["Protobuf"]),
    room("StateMachine", ["Rows", "MVCC", "EtcdMessages", "Protobuf", "Basics"]),
    room("Watching", ["StateMachine", "MVCC", "EtcdMessages", "Protobuf", "Basics"]),
    room("GRPC", ["Basics"]),
    room("WriteAheadLog", ["PaxosCodec", "Paxos", "Basics"]),
    room("LogTesting", ["WriteAheadLog", "Basics"]),
    room("EventLoops", ["CLibuv", "Basics"]),
    room("HTTP", ["CNghttp2", "CLLHTTP", "Basics"]),
    room("Digests", ["COpenSSL"]),
    room("TLS", ["COpenSSL", "Basics"]),
    room("Signatures", ["COpenSSL"]),
    room("Passwords", ["CCrypt"]),
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
            "Digests",
            "Basics",
        ]),
    room(
        "RESTAPI",
        [
            "Authentication", "Replication", "Watching", "StateMachine", "MVCC", "EtcdMessages",
            "Protobuf", "Transport", "Observability", "Basics",
        ]),
]

let fuzzing: [Target] = [
    .target(
        name: "FuzzTargets",
        dependencies: [
            "RESTAPI", "Authentication", "Signatures", "Replication", "HTTP", "GRPC", "LogTesting",
            "WriteAheadLog", "StateMachine", "Rows", "MVCC", "EtcdMessages", "Protobuf",
            "PaxosCodec", "Paxos", "Basics",
        ],
        path: "Targets", swiftSettings: strict),
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "CFuzzer", "FuzzTargets", "Replication", "StateMachine", "Rows", "MVCC", "PaxosCodec",
            "Paxos", "Basics",
        ],
        path: "Driver", swiftSettings: strict,
        // libFuzzer without its `main`; scripts/fuzz says where the compiler has it.
        linkerSettings: [
            .unsafeFlags(
                [
                    "--whole-archive", Context.environment["FUZZER_RUNTIME"] ?? "",
                    "--no-whole-archive",
                ]
                .filter { !$0.isEmpty }.flatMap { ["-Xlinker", $0] }),
            .linkedLibrary("stdc++"),
        ]),
]

let package = Package(name: "synod", targets: cellar + rooms + fuzzing, cLanguageStandard: .c11)
