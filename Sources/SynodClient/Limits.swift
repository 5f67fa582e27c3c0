/// The limits of this room, each with its name.
public enum Limits {
    /// How often one call lets the client log in again.
    static let loginsPerCall = 3
    /// Bytes of one answer; etcd's own clients stop at the same order of magnitude.
    public static let responseBytesMax = 256 << 20
    /// Calls of one client that wait for their answers at the same time.
    public static let callsInFlightMax = 100_000
    /// The longest time that a call may wait: a year.
    public static let timeoutMillisecondsMax: UInt64 = 366 * 86_400_000
    /// Pages of one key each are the worst case of a paged read.
    public static let pageKeysMax = 10_000
}
