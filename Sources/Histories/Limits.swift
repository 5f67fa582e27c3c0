/// The limits of this room, each with its name.
enum Limits {
    /// Violations that one check reports; more tell nothing new.
    static let violationsMax = 20
    /// Steps of the search for one key's order, before the key counts as undecided.
    static let searchStepsMax = 1_000_000
    /// Searches that may be spent on making a counter-example smaller.
    static let shrinkSearchesMax = 2_000
    /// Steps of each of these searches: an undecided one shrinks nothing.
    static let shrinkStepsMax = 50_000
    /// Operations that a counter-example shows.
    static let shownOperationsMax = 40
    /// Bytes of a key or a value that a line of a counter-example shows.
    static let shownBytesMax = 48
}
