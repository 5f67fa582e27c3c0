package import EtcdMessages
internal import MVCC
internal import Protobuf

/// Which keys a batch reads or writes that memory does not have: they are fetched before it is applied, so that
/// apply waits for no disk (P38).
extension ReplicatedState {
    /// At most `keysMax` of the keys that the commands of a batch name and whose newest state is on disk only.
    package func coldKeys(
        in batchPayload: UnsafeRawBufferPointer, keysMax: Int = Limits.fetchedKeys
    ) -> [[UInt8]] {
        if keyspace.isAllKnown(at: .max) { return [] }
        var cold = ColdKeys(keyspace, leases, keysMax: keysMax)
        var bundles = BundleReader(batchPayload)
        if let first = try? bundles.next()?.open().commands { _ = cold.add(first, bundles) }
        return cold.keys
    }

    /// The same for a transaction that only reads.
    package func coldKeys(in request: TxnRequest) -> [[UInt8]] {
        if keyspace.isAllKnown(at: .max) { return [] }
        var cold = ColdKeys(keyspace, leases, keysMax: Limits.fetchedKeys)
        cold.add(request)
        return cold.keys
    }
}

/// Gathers keys that are not in memory.
struct ColdKeys {
    private let keyspace: Keyspace
    private let leases: Leases
    private let keysMax: Int
    /// Those that are in memory stay there.
    private let pins: Bool
    private(set) var keys: [[UInt8]] = []

    init(_ keyspace: Keyspace, _ leases: Leases, keysMax: Int, pins: Bool = false) {
        self.keyspace = keyspace
        self.leases = leases
        self.keysMax = keysMax
        self.pins = pins
    }

    /// Adds what the next commands name, up to `Limits.preparedCommands` of them: those of `commands`, and then those
    /// of `bundles`.
    ///
    /// - Returns: how many commands were looked at.
    mutating func add(_ commands: CommandReader, _ bundles: BundleReader) -> Int {
        var (commands, bundles) = (commands, bundles)
        var count = 0
        do throws(BundleError) {
            while count < Limits.preparedCommands, keys.count < keysMax {
                if let command = try commands.next() {
                    add(command)
                    count += 1
                } else if let bundle = try bundles.next() {
                    commands = try bundle.open().commands
                } else {
                    break
                }
            }
        } catch {
            // Apply says what is wrong with it.
        }
        return count
    }

    /// What cannot be decoded is refused by apply. Ranges name no key: pieces of them are fetched when they are met.
    private mutating func add(_ command: CommandView) {
        switch command.kind {
        case .put, .deleteRange, .readModifyWrite:
            guard let outline = try? KeyOutline(serialized: command.request) else { return }
            if outline.rangeEnd.isEmpty || command.kind != .deleteRange { add(outline.key) }
        case .txn:
            if let request = try? TxnRequest(serialized: command.request) { add(request) }
        case .leaseRevoke:
            if let request = try? LeaseRevokeRequest(serialized: command.request) {
                addKeys(ofLease: request.id)
            }
        case .expireLeases:
            if let request = try? ExpireLeasesRequest(serialized: command.request) {
                for expiry in request.leases { addKeys(ofLease: expiry.id) }
            }
        case .compaction, .compactionByItself, .registerSession, .alarm, .setQuota, .reportDigest,
            .leaseGrant, .auth:
            return
        }
    }

    mutating func add(_ request: TxnRequest) {
        for compare in request.compare where compare.rangeEnd.isEmpty { add(compare.key) }
        for operation in request.success + request.failure {
            switch operation.request {
            case .requestRange(let range): if range.rangeEnd.isEmpty { add(range.key) }
            case .requestPut(let put): add(put.key)
            case .requestDeleteRange(let delete): if delete.rangeEnd.isEmpty { add(delete.key) }
            case .requestTxn(let inner): add(inner)
            case nil: continue
            }
        }
    }

    /// What a lease takes with it: as far as it is attached already.
    private mutating func addKeys(ofLease id: Int64) {
        for key in leases.row(of: id)?.keys ?? [] { add(key) }
    }

    private mutating func add(_ key: [UInt8]) {
        guard !key.isEmpty, keys.count < keysMax else { return }
        let isKnown = pins ? keyspace.pin(key) : keyspace.isKnown(key, at: .max)
        if !isKnown { keys.append(key) }
    }
}

/// The key and the range end of a request that has them in its first two fields.
private struct KeyOutline: WireDecodable {
    private(set) var key: [UInt8] = []
    private(set) var rangeEnd: [UInt8] = []

    init() {}

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: key = Array(try reader.readSlice())
            case 18: rangeEnd = Array(try reader.readSlice())
            default: try reader.skip(tag)
            }
        }
    }
}
