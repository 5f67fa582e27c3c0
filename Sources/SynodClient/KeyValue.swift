/// One key with its value and its history's numbers.
public struct KeyValue: Sendable, Hashable {
    /// The key.
    public var key: [UInt8]
    /// The value; empty where only keys were asked for.
    public var value: [UInt8]
    /// The revision of the write that created the key.
    public var createRevision: Int64
    /// The revision of the last write to the key.
    public var modRevision: Int64
    /// How many writes the key has seen since it was created.
    public var version: Int64
    /// The lease that the key is bound to; 0 if none.
    public var lease: Int64

    /// A pair from its parts.
    public init(
        key: [UInt8], value: [UInt8], createRevision: Int64 = 0, modRevision: Int64 = 0,
        version: Int64 = 0, lease: Int64 = 0
    ) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }

    /// The key as text; bytes that are not UTF-8 become replacement characters.
    public var keyText: String { String(decoding: key, as: UTF8.self) }
    /// The value as text; bytes that are not UTF-8 become replacement characters.
    public var valueText: String { String(decoding: value, as: UTF8.self) }
}
