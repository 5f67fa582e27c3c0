/// A position in the replicated log, from 1. `.zero` is before the first.
public struct Slot: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first slot: "none yet" in every watermark.
    public static let zero = Slot(0)

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The slot after this one.
    public var next: Slot { Slot(rawValue + 1) }

    /// The slot before this one; there is none before `.zero`.
    public var previous: Slot {
        precondition(rawValue > 0, "no slot before zero")
        return Slot(rawValue - 1)
    }

    /// How many slots lie in (other, self]; 0 if other is not below.
    public func distance(after other: Slot) -> UInt64 {
        rawValue > other.rawValue ? rawValue - other.rawValue : 0
    }
}

extension Slot: CustomStringConvertible {
    public var description: String { "slot \(rawValue)" }
}
