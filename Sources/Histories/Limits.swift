/// The limits of this room, each with its name.
enum Limits {
    /// Violations that one check reports; more tell nothing new.
    static let violationsMax = 20
    /// Steps of the search for one key's order, before the key counts as undecided.
    static let searchStepsMax = 1_000_000
    /// Steps of the searches that make the counter-examples of one report smaller, all together.
    static let shrinkEffortMax = 200_000
    /// Steps of one of these searches: so many, and a multiple of what there is to put in order. An
    /// undecided one shrinks nothing.
    static let shrinkStepsMin = 200
    static let shrinkStepsPerStep = 4
    /// Operations that a counter-example shows.
    static let shownOperationsMax = 40
    /// Bytes of a key or a value that a line of a counter-example shows.
    static let shownBytesMax = 48
    /// Moments that a search has room for at first. A power of two.
    static let momentsFirst = 64
}
