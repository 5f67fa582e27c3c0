/// The limits of this room.
enum Limits {
    /// The longest value of one log field and the longest message, in bytes; the rest is cut off.
    static let logTextBytesMax = 1024
    /// The most series that one labelled family holds; label values beyond them share one series.
    static let labelledSeriesMax = 1000
    /// The most bytes read of one file below `/proc`.
    static let processFileBytesMax = 1 << 20
}
