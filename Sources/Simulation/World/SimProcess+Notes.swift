package import Paxos
package import Replication

/// Notes travel beside the frames, as fast as hellos, and are lost where those would be.
extension SimProcess {
    package func send(_ note: PeerNote, to peer: ReplicaID) {
        guard let receiver = world.process(peer, heardBy: self),
            let connection = world.network.connection(self, receiver), mayAct(),
            !world.network.isCut(machine, receiver.machine)
        else { return }
        let (sender, bytes) = (machine, note.encode())
        receiver.later(world.network.delay(for: .hello)) {
            guard connection.isOpen, !receiver.world.network.isCut(sender, receiver.machine),
                let note = bytes.withUnsafeBytes({ PeerNote($0) })
            else { return }
            receiver.replica?.receive(note, from: sender.replicaID)
            receiver.requestTurn()
        }
    }
}
