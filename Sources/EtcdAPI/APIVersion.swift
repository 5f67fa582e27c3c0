/// A version of etcd's API, as far as a cluster has one: its last number does not count.
struct APIVersion: Equatable {
    let major: Int
    let minor: Int

    /// `3.5` or `3.5.1`; nil for what is neither.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.map { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard (2...3).contains(numbers.count), let major = numbers[0], let minor = numbers[1],
            numbers.allSatisfy({ $0 != nil })
        else { return nil }
        self.init(major: major, minor: minor)
    }

    private init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The version that a cluster of this one may go back to.
    var before: APIVersion { APIVersion(major: major, minor: minor - 1) }
}
