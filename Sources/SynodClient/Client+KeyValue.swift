internal import EtcdMessages
internal import Protobuf

extension Client {
    /// Writes a pair.
    ///
    /// - Parameter lease: the key goes with it; 0: with none.
    @discardableResult
    public func put(
        _ key: [UInt8], _ value: [UInt8], returnsPrevious: Bool = false, lease: Int64 = 0
    ) async throws(ClientError) -> PutResult {
        let request = WireRequest.put(key, value, returnsPrevious: returnsPrevious, lease: lease)
        return PutResult(try await call(KVMethods.put, request, .sessionWrite) as PutResponse)
    }

    /// Reads a key, or many.
    public func get(
        _ keys: KeyRange, _ options: GetOptions = GetOptions()
    ) async throws(ClientError) -> GetResult {
        let request = WireRequest.range(keys, options)
        let needsLeader = options.consistency == .linearizable
        return GetResult(
            try await call(KVMethods.range, request, .read, needsLeader: needsLeader)
                as RangeResponse)
    }

    /// Reads a key, or many, from one node; a linearizable read sees the same through every node.
    public func get(
        _ keys: KeyRange, _ options: GetOptions = GetOptions(), endpoint: Endpoint
    ) async throws(ClientError) -> GetResult {
        let request = WireRequest.range(keys, options)
        let needsLeader = options.consistency == .linearizable
        return GetResult(
            try await call(
                KVMethods.range, request, .read, endpoint: endpoint, needsLeader: needsLeader)
                as RangeResponse)
    }

    /// Reads one key; nil if it does not exist.
    public func get(
        _ key: [UInt8], _ options: GetOptions = GetOptions()
    ) async throws(ClientError) -> KeyValue? {
        try await get(.key(key), options).pairs.first
    }

    /// Deletes a key, or many.
    @discardableResult
    public func delete(
        _ keys: KeyRange, returnsPrevious: Bool = false
    ) async throws(ClientError) -> DeleteResult {
        let request = WireRequest.delete(keys, returnsPrevious: returnsPrevious)
        return DeleteResult(
            try await call(KVMethods.deleteRange, request, .sessionWrite) as DeleteRangeResponse)
    }

    /// Executes `success` if all comparisons hold, else `failure`, in one step and one revision.
    @discardableResult
    public func txn(
        compare: [Compare] = [], success: [Operation] = [], failure: [Operation] = []
    ) async throws(ClientError) -> TransactionResult {
        let request = WireRequest.transaction(compare, success, failure)
        return TransactionResult(
            try await call(KVMethods.txn, request, .sessionWrite) as TxnResponse)
    }

    /// Forgets the history below `revision`, which itself stays readable. Returns the revision of
    /// the store.
    @discardableResult
    public func compact(revision: Int64) async throws(ClientError) -> Int64 {
        var request = CompactionRequest()
        request.revision = revision
        let response: CompactionResponse = try await call(KVMethods.compact, request, .write)
        return response.header.revision
    }

    /// Changes one key as a function of its value, in one step.
    @discardableResult
    public func readModifyWrite(
        _ key: [UInt8], _ modification: Modification
    ) async throws(ClientError) -> ModifyResult {
        let request = WireRequest.modify(key, modification)
        return ModifyResult(
            try await call(StoreMethods.readModifyWrite, request, .sessionWrite)
                as ReadModifyWriteResponse)
    }

    /// Adds bytes at the end of a value; a missing key counts as empty.
    @discardableResult
    public func append(
        _ key: [UInt8], _ bytes: [UInt8]
    ) async throws(ClientError) -> ModifyResult {
        try await readModifyWrite(key, .append(bytes))
    }

    /// Writes a pair if the key does not exist. Returns whether it was written.
    public func insert(_ key: [UInt8], _ value: [UInt8]) async throws(ClientError) -> Bool {
        try await txn(
            compare: [.isAbsent(key)], success: [.put(key: key, value: value)]
        ).succeeded
    }

    /// Writes a pair if the key exists. Returns whether it was written.
    public func update(_ key: [UInt8], _ value: [UInt8]) async throws(ClientError) -> Bool {
        try await txn(
            compare: [.exists(key)], success: [.put(key: key, value: value)]
        ).succeeded
    }
}
