internal import EtcdMessages
internal import Replication
internal import StateMachine

extension Replica {
    /// All alarms, as clients see them: those that the members have agreed on, and NOSPACE for each member whose disk
    /// is full, as far as this one has heard.
    var alarmMembers: [AlarmMember] {
        var members = machine.alarms.all.map { AlarmMember($0) }
        for id in fullMembers
        where !members.contains(where: { $0.memberID == id && $0.alarm == .nospace }) {
            var full = AlarmMember()
            full.memberID = id
            full.alarm = .nospace
            members.append(full)
        }
        return members
    }
}
