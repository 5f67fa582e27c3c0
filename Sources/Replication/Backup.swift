internal import Rows

/// A copy of this node's base on its way to an operator: begun, opened, read piece by piece, ended.
package final class Backup {
    /// Why there is none.
    package enum Refusal: Error, Equatable, Sendable {
        /// This node keeps everything in memory.
        case noBase
        /// Another one is under way.
        case busy
        /// The node has no state to give, in words.
        case notReady(String)
        /// This node's disk is full.
        case noRoom
        /// The copy was given up for newer ones: a further try will do.
        case gone
        /// A file is longer or shorter than it was when the copy was made.
        case damaged(file: String)
    }

    /// What it holds; nil until it is open.
    package private(set) var header: BackupHeader?
    /// The state must not be older than this slot, which was applied when the backup was asked for.
    let neededSlot: UInt64
    /// A flush has begun that has it.
    var isBeingFlushed = false
    /// The copy was asked for: another flush may end before it is there, and a backup is opened once.
    var isBeingMade = false
    package private(set) var isOver = false
    /// Called once, when nobody has read for so long that it was ended.
    package var onStall: () -> Void = {}
    /// When it was opened or last read from, as the giver's last tick has it.
    var lastUseMilliseconds: UInt64 = 0
    private let giver: BackupGiver
    private let onOpen: (Result<BackupHeader, Refusal>) -> Void
    /// What is read next.
    private var file = 0
    private var offset: UInt64 = 0

    init(
        neededSlot: UInt64, giver: BackupGiver,
        onOpen: @escaping (Result<BackupHeader, Refusal>) -> Void
    ) {
        self.neededSlot = neededSlot
        self.giver = giver
        self.onOpen = onOpen
    }

    /// The next bytes of the files, in a later turn: none behind the last ones. One at a time.
    package func read(then: @escaping (Result<[UInt8], Refusal>) -> Void) {
        guard let header, !isOver else { preconditionFailure("a backup that is not open") }
        lastUseMilliseconds = giver.nowMilliseconds
        let files = header.snapshot.files
        while file < files.count, offset == files[file].byteCount {
            file += 1
            offset = 0
        }
        guard file < files.count else { return then(.success([])) }
        giver.read(slot: header.snapshot.slot, file: file, offset: offset) { [self] bytes in
            then(take(bytes, of: files[file]))
        }
    }

    /// Whoever reads was told how many bytes come: what lies on the disk may be another length by now.
    private func take(_ bytes: [UInt8]?, of file: SnapshotFile) -> Result<[UInt8], Refusal> {
        guard let bytes else { return .failure(.gone) }
        guard !bytes.isEmpty, UInt64(bytes.count) <= file.byteCount - offset else {
            return .failure(.damaged(file: file.name))
        }
        offset += UInt64(bytes.count)
        return .success(bytes)
    }

    /// Nobody wants the rest.
    package func end() {
        guard !isOver else { return }
        isOver = true
        giver.ended(self)
    }

    func open(_ result: Result<BackupHeader, Refusal>) {
        if case .success(let header) = result { self.header = header }
        lastUseMilliseconds = giver.nowMilliseconds
        onOpen(result)
    }
}
