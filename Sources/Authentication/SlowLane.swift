/// What waits for the threads for slow work: the places of `Gatekeeper.slow`'s lanes.
enum SlowLane {
    /// Passwords that are looked at: anybody may ask for that.
    static let logIns = 0
    /// Passwords that are to be hashed: a flood of log-ins does not hold them up.
    static let newPasswords = 1
}
