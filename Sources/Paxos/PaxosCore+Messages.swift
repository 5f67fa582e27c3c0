/// Who handles which message.
extension PaxosCore {
    mutating func receive(
        _ message: Message, from sender: Input.Sender, into effects: inout Effects
    ) {
        guard sender.replica != configuration.replica else { return }
        switch message {
        case .prepare(let prepare):
            guard place(of: sender) != nil || !hasLeft(prepare) else {
                return tellRemoved(sender.replica, into: &effects)
            }
            receive(prepare, from: sender.replica, into: &effects)
        case .accept(let accept):
            receive(accept, from: sender.replica, into: &effects)
        case .catchUpRequest(let request):
            receive(request, from: sender.replica, into: &effects)
        case .takeOver(let order):
            receive(order, from: sender.replica)
        case .removed(let removed):
            receive(removed, into: &effects)
        case .retire(let retire):
            receive(retire, into: &effects)
        default:
            break
        }
        // What follows counts or obliges: only seats, and only their one life (P2). An Accept may have brought
        // another membership.
        guard let peer = place(of: sender) else {
            return receive(message, fromStranger: sender.replica, into: &effects)
        }
        peers[peer].heardAt = clock.running
        peers[peer].isConnected = true
        receive(message, peer: peer, into: &effects)
    }

    /// The sender's place in the peer table, if this is the life that its seat counts.
    private func place(of sender: Input.Sender) -> Int? {
        guard let place = peers.index(of: sender.replica) else { return nil }
        let isThatLife = peers[place].incarnation == sender.incarnation
        return isThatLife || breaks(.oldIncarnationVoteCounted) ? place : nil
    }

    private mutating func receive(_ message: Message, peer: Int, into effects: inout Effects) {
        switch message {
        case .prepare, .accept, .catchUpRequest, .takeOver, .removed, .retire: break
        case .probe(let probe): receive(probe, peer: peer, into: &effects)
        case .probeAnswer(let answer): receive(answer, peer: peer, into: &effects)
        case .promise(let promise): receive(promise, peer: peer, into: &effects)
        case .accepted(let accepted): receive(accepted, peer: peer, into: &effects)
        case .reject(let reject): receive(reject, into: &effects)
        case .decide(let decide): receive(decide, peer: peer, into: &effects)
        case .heartbeat(let heartbeat): receive(heartbeat, peer: peer, into: &effects)
        case .heartbeatAnswer(let answer): receive(answer, peer: peer)
        case .readRound(let round): receive(round, peer: peer, into: &effects)
        case .readRoundAnswer(let answer): receive(answer, peer: peer, into: &effects)
        case .readRequest(let request): receive(request, peer: peer)
        case .readAnswer(let answer): receive(answer, into: &effects)
        case .catchUpValues(let values):
            peers[peer].decidedUpTo = max(peers[peer].decidedUpTo, values.decidedUpTo)
            receive(values, from: peers[peer].replica, into: &effects)
        case .forward(let forward): receive(forward, into: &effects)
        case .host: break
        }
    }

    func send(_ message: Message, to peer: Int, into effects: inout Effects) {
        effects.messages.append(Effects.Outbound(to: peers[peer].replica, message))
    }
}
