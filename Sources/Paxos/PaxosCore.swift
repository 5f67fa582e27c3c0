/// One replica's part in one Paxos group, as a value: inputs in, effects out, nothing else. It owns the
/// roles and routes between them.
public struct PaxosCore: Sendable {
    /// The knobs and the identity that it was born with.
    public let configuration: Configuration

    /// Born from durable state as a follower that leads nothing: its promise binds it to what it said
    /// before.
    public init(configuration: Configuration, state: DurableState, nowMilliseconds: UInt64) {
        self.configuration = configuration
    }

    /// Takes one input and appends what it causes to `effects`.
    public mutating func step(_ input: Input, into effects: inout Effects) {}
}
