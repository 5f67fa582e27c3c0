/// One thing that `/livez` or `/readyz` looks at, by etcd's names.
enum HealthCheck: String, CaseIterable {
    case dataCorruption = "data_corruption"
    case serializableRead = "serializable_read"
    case linearizableRead = "linearizable_read"
    case nonLearner = "non_learner"

    /// What a process must pass in order not to be restarted.
    static let ofLife: [HealthCheck] = [.serializableRead]
    /// What a member must pass in order to be given requests.
    static let ofReadiness: [HealthCheck] = allCases

    /// The checks of a path: those of its page, or the one that it names; nil if it is no such path.
    static func of(path: String) -> [HealthCheck]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let all: [HealthCheck]
        switch parts.first {
        case "livez": all = ofLife
        case "readyz": all = ofReadiness
        default: return nil
        }
        if parts.count == 1 { return all }
        guard parts.count == 2, let name = parts.last,
            let check = HealthCheck(rawValue: String(name)), all.contains(check)
        else { return nil }
        return [check]
    }
}
