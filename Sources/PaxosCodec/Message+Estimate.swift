package import Paxos

extension Message {
    /// About how many bytes the message takes in a frame, never much less: for budgets and for making
    /// room once.
    package var byteCountEstimate: Int {
        switch self {
        case .accept(let accept): accept.value.byteCount + 64
        case .promise(let promise): promise.values.reduce(96) { $0 + $1.value.byteCount + 40 }
        case .catchUpValues(let answer): answer.values.reduce(64) { $0 + $1.byteCount }
        case .forward(let forward): forward.bundle.count + 16
        case .host(let host): host.payload.count + 16
        case .probe, .probeAnswer, .prepare, .takeOver, .accepted, .reject, .decide, .heartbeat,
            .heartbeatAnswer, .readRound, .readRoundAnswer, .readRequest, .readAnswer,
            .catchUpRequest, .removed, .retire:
            80
        }
    }
}
