internal import EtcdMessages
internal import MVCC
internal import Replication

/// Clients that watch through all nodes, while others write.
final class WatchWorkload {
    let world: World
    let ledger = ChangeLedger()
    var dice: Dice
    /// Where clients go.
    private(set) var machines: [SimMachine]
    /// Nobody goes away, or reads slowly, any more.
    private(set) var isEnding = false
    private var watchers: [SimWatcher] = []
    private let keys: [[UInt8]]

    /// - Parameter keys: those that are written.
    init(_ world: World, keys: [[UInt8]]) {
        self.world = world
        self.keys = keys
        machines = world.machines
        dice = Dice(seed: world.seed, concern: "watches")
        watchers = (0..<world.knobs.watcherCount).map { SimWatcher($0, of: self) }
    }

    func start() {
        for watcher in watchers { watcher.start() }
    }

    /// A process has ended a turn.
    func turned(_ process: SimProcess) {
        if let replica = process.replica { ledger.note(replica) }
    }

    func processEnded() {
        for watcher in watchers { watcher.processEnded() }
    }

    /// From here on clients go to these machines only, and stay.
    func end(at machines: [SimMachine]) {
        self.machines = machines
        isEnding = true
    }

    /// Whether every watch was told everything.
    var isComplete: Bool { watchers.allSatisfy { $0.next > ledger.revision } }

    func drawWatch() -> SimWatch {
        let key = dice.one(of: keys)
        let (low, end): ([UInt8], [UInt8]) =
            switch dice.index(below: 5) {
            case 0: ([0], [0])
            case 1: (Array("key/".utf8), Array("key0".utf8))
            case 2: (Array("list/".utf8), Array("list0".utf8))
            default: (key, [])
            }
        return SimWatch(key: low, rangeEnd: end, &dice)
    }
}
