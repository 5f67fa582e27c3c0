package import EtcdMessages
internal import MVCC

/// Lists, raises or disarms alarms, as etcd does.
enum AlarmCommand {
    static func execute(
        _ request: AlarmRequest, _ alarms: inout Alarms, _ keyspace: Keyspace
    ) throws(KVError) -> AlarmResponse {
        var response = AlarmResponse()
        response.header = ResponseHeader(revision: keyspace.revision)
        switch request.action {
        case .get:
            response.alarms = alarms.all.map { AlarmMember($0) }
                .filter { request.alarm == .none || request.alarm == $0.alarm }
        case .activate:
            guard let kind = Alarm.Kind(request.alarm) else { break }
            let alarm = Alarm(member: request.memberID, kind: kind, source: .client)
            guard let raised = alarms.raise(alarm) else { throw .tooManyAlarms }
            response.alarms = [AlarmMember(raised)]
        case .deactivate:
            guard let kind = Alarm.Kind(request.alarm),
                let disarmed = alarms.disarm(member: request.memberID, kind: kind)
            else { break }
            response.alarms = [AlarmMember(disarmed)]
        case .UNRECOGNIZED:
            break
        }
        return response
    }
}

extension AlarmMember {
    /// An alarm as clients see it.
    package init(_ alarm: Alarm) {
        self.init()
        memberID = alarm.member
        self.alarm =
            switch alarm.kind {
            case .noSpace: .nospace
            case .corrupt: .corrupt
            }
    }
}

extension Alarm.Kind {
    /// Nil for `NONE`, and for a kind that etcd does not have.
    fileprivate init?(_ type: AlarmType) {
        switch type {
        case .nospace: self = .noSpace
        case .corrupt: self = .corrupt
        case .none, .UNRECOGNIZED: return nil
        }
    }
}
