/// What the wires are like: how long they take, and what goes wrong on them in a thousand frames.
package struct NetworkQuality: Equatable, Sendable {
    package var delayMicroseconds: ClosedRange<UInt64> = 50...900
    package var lossPerMille: UInt64 = 0
    package var duplicatesPerMille: UInt64 = 0
    /// Frames that may overtake others.
    package var reorderedPerMille: UInt64 = 0
    /// Frames that take up to `lateMicroseconds` longer.
    package var latePerMille: UInt64 = 0
    package var lateMicroseconds: UInt64 = 0
    package var flippedPerMille: UInt64 = 0
    /// Frames are kept, to be delivered again much later.
    package var keepsOldFrames = false

    package init() {}
}
