internal import Basics
internal import FuzzTargets
internal import Glibc
internal import Paxos
internal import PaxosCodec

/// Inputs to begin with, as the product's own encoders make them.
enum Seeds {
    /// Writes them as `DIRECTORY/TARGET/seed-NUMBER`.
    static func write(to directory: String) {
        for target in FuzzTarget.allCases {
            let folder = "\(directory)/\(target.rawValue)"
            mkdir(folder, 0o777)
            for (number, seed) in seeds(for: target).enumerated() {
                guard let file = fopen("\(folder)/seed-\(number)", "w") else {
                    fatalError("\(folder) cannot be written")
                }
                fwrite(seed, 1, seed.count, file)
                fclose(file)
            }
        }
    }

    private static func seeds(for target: FuzzTarget) -> [[UInt8]] {
        switch target {
        case .http2: HTTPSeeds.frames
        case .http1: HTTPSeeds.requests
        case .websocket: HTTPSeeds.webSockets
        case .grpc:
            texts(0, ["5S", "99999999H", "12m"]) + texts(1, ["a b%25", "/s/m"]) + [messages]
        case .protobuf: protobuf
        case .json: json
        case .peer: peers
        case .record: records
        case .segment: segments
        case .snapshot: snapshots
        case .rest: rest
        case .token:
            texts(0, ["0123456789abcdef.5", "fedcba9876543210.70000", "."])
                + texts(2, ["e30.e30.AAAA"])
                + texts(
                    3,
                    [
                        #"{"alg":"HS256"}.{"username":"root","revision":3,"exp":1795252027,"iat":1.5}"#
                    ])
                + texts(1, ["Bearer 0123456789abcdef.5", "bearer x.1", "x"])
        }
    }

    private static func texts(_ mode: UInt8, _ texts: [String]) -> [[UInt8]] {
        texts.map { [mode] + Array($0.utf8) }
    }

    private static let messages: [UInt8] = [
        2, 0, 0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9,
    ]

    /// Fields 1 to 6 of each kind: some type knows each.
    private static var protobuf: [[UInt8]] {
        let fields: [UInt8] = [
            0x0a, 1, 0x6b, 0x12, 1, 0x76, 0x18, 5, 0x22, 2, 0x0a, 0, 0x28, 1, 0x30, 1,
        ]
        return (0..<148).map { [UInt8($0)] + fields }
    }

    private static var json: [[UInt8]] {
        let members = [
            #"{"key":"aw==","range_end":"AA==","limit":"5","serializable":true,"sort_order":"DESCEND"}"#,
            #"{"compare":[{"key":"aw==","target":"VALUE","value":"dg=="}],"success":[{"requestPut":{"key":"a"}}]}"#,
            #"{"ID":7,"TTL":"60"} {"ID":"-1"}"#,
            #"{"header":{"revision":"9"},"kvs":[{"key":"aw==","mod_revision":5.0}]}"#,
        ]
        return (0..<148).map { [UInt8($0)] + Array(members[$0 % members.count].utf8) }
    }

    // MARK: Between replicas, and on the disk

    private static var peers: [[UInt8]] {
        var samples = Samples(seed: 1)
        let header = PeerFrame.Header(
            cluster: ClusterID(1), group: GroupID(0), replica: ReplicaID(2),
            incarnation: Incarnation(3), boot: BootNumber(4))
        let frames = samples.messages().map { message in
            [0] + PeerFrame.encode(header, [message])[5...]
        }
        return frames + [[0] + PeerFrame.encode(header, samples.messages())[5...]]
            + [[2] + samples.membership().encoded]
    }

    private static var records: [[UInt8]] {
        var samples = Samples(seed: 2)
        return samples.records().map(\.encoded)
    }

    /// A life's beginning, then batches of records.
    private static var segments: [[UInt8]] {
        (0..<8).map { seed in
            var samples = Samples(seed: UInt64(seed) + 3)
            var start = ByteWriter()
            start.write(UInt64(9))
            start.writeVarint(1)
            ProcessStart(boot: BootNumber(1), nonce: 5).encode(into: &start)
            var file = [0] + piece(kind: 1, start.bytes)
            for _ in 0...seed % 3 { file += piece(kind: 0, section(samples.records())) }
            return file + piece(kind: 2, [])
        } + [[0] + piece(kind: 1, [9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 5])]
    }

    private static func section(_ records: [DurableRecord]) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeVarint(0)
        writer.writeVarint(UInt64(records.count))
        for record in records { record.encode(into: &writer) }
        return writer.bytes
    }

    private static func piece(kind: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [kind, UInt8(count & 255), UInt8(count >> 8), 1, 9] + payload
    }

    private static var snapshots: [[UInt8]] { SnapshotSeeds.headers + SnapshotSeeds.tables }

    private static var rest: [[UInt8]] {
        let queries = ["prefix=a&limit=5&consistency=sequential", "key=a%20b+c", "key=k&value=v"]
        return (0..<10).map { [UInt8($0) << 2] + Array(queries[$0 % queries.count].utf8) }
            + texts(1, [#"{"key":"a","value_base64":"dg==","delta":5}"#])
            + texts(2, ["1.c1.7", "5-6", "1.ffffffffffffffff.0"]) + texts(3, ["%41+%zz"])
    }
}
