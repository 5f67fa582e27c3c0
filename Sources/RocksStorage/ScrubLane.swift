internal import Rows

/// What the thread of snapshots does for passes over the base.
///
/// Only damage is told of as such, and only if others can give what is damaged. Whatever else keeps a pass from going
/// on ends it, and nothing else: a node that has no room for links, or meets a sector that it cannot read where nobody
/// else does, is no worse than one that looks at nothing.
final class ScrubLane {
    private let work: BaseWork
    private var directory: BaseDirectory { work.directory }
    private var pass: ScrubPass?

    init(_ work: BaseWork) { self.work = work }

    /// What it meets is said of `store`, so it reads no other one: not the one before it, through links of then.
    func read(
        bytesMax: Int, of store: OpenStore, condemns: Bool
    ) throws(RowError) -> BaseOutcome {
        if case .damaged = directory.pointer {
            return breakOff("the base is known to be damaged: the next start puts it aside")
        }
        guard directory.pointer == .store(store.number),
            pass.map({ $0.store.number == store.number }) ?? true
        else { return breakOff("another base takes the place of this one") }
        do throws(RowError) {
            return try goOn(pass ?? ScrubPass(of: store, in: directory), bytesMax)
        } catch {
            if error.isDamage, condemns { throw error }
            return breakOff(error.description)
        }
    }

    private func goOn(_ pass: ScrubPass, _ bytesMax: Int) throws(RowError) -> BaseOutcome {
        self.pass = pass
        let byteCount = try pass.read(bytesMax: bytesMax, work.goOn)
        guard pass.isComplete else { return .scrubbed(byteCount: byteCount, .underWay) }
        end()
        return .scrubbed(byteCount: byteCount, .complete)
    }

    private func breakOff(_ reason: String) -> BaseOutcome {
        end()
        return .scrubbed(byteCount: 0, .brokenOff(reason))
    }

    /// What cannot be removed now is removed before the next links are made, or at the next start.
    private func end() {
        pass = nil
        try? Files.removeTree(directory.scrubPath)
    }
}
