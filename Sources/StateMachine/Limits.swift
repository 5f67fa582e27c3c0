/// Every size in this room that has a bound. Those that apply depends on are part of the command
/// format's version: changing one is a new version.
package enum Limits {
    /// Keys that one piece of a sliced range looks at.
    package static let rangePieceKeys = 1000
    /// Commands above the low-water mark that the table of origins remembers, per replica.
    package static let originWindow = 65_536
    /// The longest value that an append makes: 1.5 MiB, as the largest request.
    package static let appendedValueBytesMax = 1_572_864
    /// Conditions or operations on one level of a transaction, where no flag says otherwise.
    package static let transactionOperationsDefault = 128
    /// The longest number, with its sign, that `add` reads.
    static let numberBytesMax = 20
}
