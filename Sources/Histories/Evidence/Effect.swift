/// What an operation does to one key.
enum Effect: Hashable {
    case set([UInt8])
    case append([UInt8])
    case delete
}
