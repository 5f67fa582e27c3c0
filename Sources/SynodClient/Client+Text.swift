extension Client {
    /// Writes a pair of texts, in UTF-8.
    @discardableResult
    public func put(_ key: String, _ value: String) async throws(ClientError) -> PutResult {
        try await put(Array(key.utf8), Array(value.utf8))
    }

    /// Reads one key; nil if it does not exist.
    public func get(
        _ key: String, _ options: GetOptions = GetOptions()
    ) async throws(ClientError) -> KeyValue? {
        try await get(Array(key.utf8), options)
    }

    /// Deletes one key. Returns whether it existed.
    @discardableResult
    public func delete(_ key: String) async throws(ClientError) -> Bool {
        try await delete(.key(Array(key.utf8))).deleted > 0
    }

    /// Adds a text at the end of a value; a missing key counts as empty.
    @discardableResult
    public func append(_ key: String, _ text: String) async throws(ClientError) -> ModifyResult {
        try await append(Array(key.utf8), Array(text.utf8))
    }

    /// Writes a pair of texts if the key does not exist. Returns whether it was written.
    public func insert(_ key: String, _ value: String) async throws(ClientError) -> Bool {
        try await insert(Array(key.utf8), Array(value.utf8))
    }

    /// Writes a pair of texts if the key exists. Returns whether it was written.
    public func update(_ key: String, _ value: String) async throws(ClientError) -> Bool {
        try await update(Array(key.utf8), Array(value.utf8))
    }
}
