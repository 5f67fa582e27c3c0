/// Something that is wrong with a member, or with all of them, as all replicas know it.
package struct Alarm: Equatable, Sendable {
    /// What is wrong. The order is that of etcd's numbers.
    package enum Kind: UInt8, Sendable {
        case noSpace = 1
        case corrupt = 2
    }

    /// Who found it.
    package enum Source: UInt8, Sendable {
        /// A client's order; only a client disarms it.
        case client = 1
        /// A write beyond the quota; it is cleared when space is freed.
        case quota = 2
        /// The members compared the digests of their states; it ends when the member's is right again.
        case digests = 3
    }

    /// The member that it is about; 0 for none in particular.
    package let member: UInt64
    package let kind: Kind
    package let source: Source

    package init(member: UInt64, kind: Kind, source: Source) {
        self.member = member
        self.kind = kind
        self.source = source
    }
}
