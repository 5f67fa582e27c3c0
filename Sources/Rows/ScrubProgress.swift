/// How far a pass over a base is.
package enum ScrubProgress: Equatable, Sendable {
    /// There is more to read.
    case underWay
    /// What was there when the pass began, and is there still, was read to the end, and is as it was written.
    case complete
    /// It cannot go on, in words; the next one begins anew. What was not read may be good.
    case brokenOff(String)
}
