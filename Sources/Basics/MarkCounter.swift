/// The names of rare things that a room notices. Raw values count from 0 without gaps, as Swift numbers
/// the cases of an enumeration of `Int` by itself.
public protocol MarkName: CaseIterable, Equatable, RawRepresentable, Sendable
where RawValue == Int {}

/// How often each rare thing happened. A test that wants to have met every branch asks which marks were
/// never hit; whoever owns a part of the program keeps one of these beside it. Hitting a mark is an addition
/// and allocates nothing.
///
///     enum DoorMark: Int, MarkName {
///         /// Somebody knocked and was gone.
///         case nobodyThere
///     }
///     var marks = MarkCounter<DoorMark>()
///     marks.hit(.nobodyThere)
public struct MarkCounter<Mark: MarkName>: Equatable, Sendable {
    @usableFromInline var counts: [UInt64]

    /// Nothing has happened yet.
    public init() { counts = Array(repeating: 0, count: Mark.allCases.count) }

    /// It happened.
    @inlinable public mutating func hit(_ mark: Mark) { counts[mark.rawValue] &+= 1 }

    /// How often it happened.
    public subscript(mark: Mark) -> UInt64 { counts[mark.rawValue] }

    /// Adds what another counter has seen.
    public mutating func add(_ other: Self) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    /// The marks that were never hit, in the order of their declaration.
    public var missing: [Mark] { Mark.allCases.filter { self[$0] == 0 } }
}
