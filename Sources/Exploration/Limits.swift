/// What bounds an exploration.
package enum Limits {
    /// Replicas of a small world.
    package static let acceptorsMax = 5
    /// Slots of a small world.
    package static let slotsMax = 8
    /// States of one replica, and messages, that can be told apart.
    static let numbersMax = 1 << 28
    /// States of a world that can be told apart: what a counter-example is found by.
    static let statesMax = Int(UInt32.max)
}
