/// The bounds of this room.
@usableFromInline
enum Limits {
    /// Messages and groups within each other, as in `protoc`'s own reader.
    @usableFromInline static let messageNestingMax = 100
    /// JSON arrays and objects within each other: a message of the deepest nesting takes two levels
    /// for each message in a repeated field.
    static let jsonNestingMax = 2 * messageNestingMax
    /// Memory that a splitter keeps while it waits for the next value, in bytes.
    static let splitterMemoryKeptBytes = 16 << 10
}
