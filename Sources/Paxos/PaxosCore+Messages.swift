/// Who handles which message.
extension PaxosCore {
    mutating func receive(
        _ message: Message, from sender: Input.Sender, into effects: inout Effects
    ) {
        guard sender.replica != configuration.replica else { return }
        let peer = peers.index(of: sender.replica).flatMap {
            let isThatLife = peers[$0].incarnation == sender.incarnation
            return isThatLife || breaks(.oldIncarnationVoteCounted) ? $0 : nil
        }
        switch message {
        case .prepare(let prepare):
            receive(prepare, from: sender.replica, into: &effects)
        case .accept(let accept):
            receive(accept, from: sender.replica, into: &effects)
        case .catchUpRequest(let request):
            receive(request, from: sender.replica, into: &effects)
        default:
            break
        }
        // What follows counts or obliges: only seats, and only their one life (P2).
        guard let peer else { return }
        peers[peer].heardAt = clock.running
        peers[peer].isConnected = true
        receive(message, peer: peer, into: &effects)
    }

    private mutating func receive(_ message: Message, peer: Int, into effects: inout Effects) {
        switch message {
        case .prepare, .accept, .catchUpRequest: break
        case .probe(let probe): receive(probe, peer: peer, into: &effects)
        case .probeAnswer(let answer): receive(answer, peer: peer, into: &effects)
        case .promise(let promise): receive(promise, peer: peer, into: &effects)
        case .takeOver(let order): receive(order, peer: peer)
        case .accepted(let accepted): receive(accepted, peer: peer, into: &effects)
        case .reject(let reject): receive(reject, into: &effects)
        case .decide(let decide): receive(decide, peer: peer, into: &effects)
        case .heartbeat(let heartbeat): receive(heartbeat, peer: peer, into: &effects)
        case .heartbeatAnswer(let answer): receive(answer, peer: peer)
        case .readRound(let round): receive(round, peer: peer, into: &effects)
        case .readRoundAnswer(let answer): receive(answer, peer: peer, into: &effects)
        case .readRequest(let request): receive(request, peer: peer)
        case .readAnswer(let answer): receive(answer, into: &effects)
        case .catchUpValues(let values): receive(values, peer: peer, into: &effects)
        case .forward(let forward): receive(forward, into: &effects)
        }
    }

    func send(_ message: Message, to peer: Int, into effects: inout Effects) {
        effects.messages.append(Effects.Outbound(to: peers[peer].replica, message))
    }
}
