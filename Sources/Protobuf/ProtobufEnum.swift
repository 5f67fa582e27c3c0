/// A protobuf enum: the known values as cases, and every other number as `UNRECOGNIZED`.
public protocol ProtobufEnum: RawRepresentable, Hashable, Sendable, CaseIterable
where RawValue == Int {
    /// The case of the number, never failing.
    init(rawValue: Int)

    /// The case of the name in the .proto file, if there is one.
    init?(protoName: String)

    /// The name in the .proto file; nil when unrecognized.
    var protoName: String? { get }
}
