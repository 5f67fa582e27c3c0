/// What messages take that wait while their callers' rights are asked for, those of all callers together.
final class AskedBytes {
    private(set) var count = 0

    /// Whether there is room for a message of so many bytes, which has it until `release`.
    func hold(_ messageBytes: Int) -> Bool {
        let cost = messageBytes + Limits.askedMessageBytes
        guard count + cost <= Limits.askedBytesMax else { return false }
        count += cost
        return true
    }

    /// It waits no more.
    func release(_ messageBytes: Int) { count -= messageBytes + Limits.askedMessageBytes }
}
