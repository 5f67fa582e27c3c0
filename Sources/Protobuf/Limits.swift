/// The bounds of this room.
@usableFromInline
enum Limits {
    /// Messages and groups within each other, as in `protoc`'s own reader.
    @usableFromInline static let messageNestingMax = 100
}
