internal import MVCC

/// The replicated list of alarms: one of each kind for each member at most, ordered by member and kind.
package struct Alarms {
    package internal(set) var all: [Alarm] = []

    /// Whether there is one of this kind, for any member.
    package func has(_ kind: Alarm.Kind) -> Bool { all.contains { $0.kind == kind } }

    /// Whether nobody can say whose keys are right: a client said so, or the members' digests did. An alarm for
    /// one member, whose digest is not that of the others, is that member's business alone.
    var forbidKeys: Bool {
        all.contains { $0.kind == .corrupt && ($0.source != .digests || $0.member == 0) }
    }

    /// Adds an alarm unless this member has one of the kind already. Gives back the one that it has then; nil
    /// if there is no room.
    mutating func raise(_ alarm: Alarm) -> Alarm? {
        if let known = all.first(where: { Self.isSame($0, alarm) }) { return known }
        guard all.count < Limits.alarmsMax else { return nil }
        let place = all.firstIndex { Self.isOrdered(alarm, $0) } ?? all.count
        all.insert(alarm, at: place)
        return alarm
    }

    /// Takes away the alarm of this kind of this member; nil if there is none.
    mutating func disarm(member: UInt64, kind: Alarm.Kind) -> Alarm? {
        guard let place = all.firstIndex(where: { $0.member == member && $0.kind == kind })
        else { return nil }
        return all.remove(at: place)
    }

    /// Takes away what the comparison of digests found of this member.
    mutating func clearDigests(of member: UInt64) {
        all.removeAll { $0.source == .digests && $0.member == member }
    }

    /// Takes away all alarms that were found in this way. False if there are none.
    mutating func clear(_ source: Alarm.Source) -> Bool {
        let count = all.count
        all.removeAll { $0.source == source }
        return all.count < count
    }

    /// Adds the whole list.
    func add(to digest: inout StateDigest) {
        digest.add(UInt64(all.count))
        for alarm in all {
            digest.add(alarm.member)
            digest.add(UInt64(alarm.kind.rawValue) << 8 | UInt64(alarm.source.rawValue))
        }
    }

    private static func isSame(_ left: Alarm, _ right: Alarm) -> Bool {
        left.member == right.member && left.kind == right.kind
    }

    private static func isOrdered(_ left: Alarm, _ right: Alarm) -> Bool {
        (left.member, left.kind.rawValue) < (right.member, right.kind.rawValue)
    }
}
