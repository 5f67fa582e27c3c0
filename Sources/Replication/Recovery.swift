internal import MVCC
package import Observability
package import Paxos
package import Rows
package import StateMachine
package import WriteAheadLog

/// What a replica is made of after its log was read.
package struct RecoveredParts {
    package let log: WriteAheadLog
    package let machine: ReplicatedState
    /// What lies below the machine's tables, if anything does.
    package let base: (any Base)?
    /// The slot whose state the base holds; zero if it holds none.
    package let baseSlot: Slot
    /// Nil in a directory that belongs to no cluster yet.
    package let state: DurableState?
    /// The membership that the cluster began with, if the log still has it.
    package let genesis: Membership?
    /// What peers were heard to say before the restart.
    package let heard: [PeerMemory]
    package let identity: Identity
    /// Makes a change of the identity durable.
    package let saveIdentity: (Identity) -> Void
    /// Why this life of the directory began after another one; nil if that was long ago, or never.
    package var reasonOfLife: String?
}

/// The way back from disk: takes the state that the store has, applies what the log decided since, and
/// keeps the rest for the core.
package enum Recovery {
    /// Reads `base` and then the log on `disk`. Blocking, before anything is served. `injectedBug` is that
    /// of the replica's configuration. `onDecided` is told of each slot that the log holds as decided; for
    /// checkers. `onMembership` is told of each membership, also by a log that cannot be read to its end.
    package static func run(
        disk: any Disk, base: (any Base)? = nil, identity: Identity,
        nonce: UInt64, options: LogOptions, injectedBug: InjectedBug? = nil, logger: Logger,
        saveIdentity: @escaping (Identity) -> Void,
        onDecided: ((DecidedValue) -> Void)? = nil,
        onMembership: ((Membership) -> Void)? = nil
    ) throws(RecoveryError) -> RecoveredParts {
        var options = options
        options.injectedBug = injectedBug?.log ?? options.injectedBug
        let machine = ReplicatedState()
        let governing = try base.flatMap { base throws(RecoveryError) in
            try restore(machine, base)
        }
        let baseSlot = Slot(machine.appliedSlot)
        machine.injectedBug = injectedBug?.machine
        var needsUpgrade = false
        // A membership that never changed is the one that the cluster began with.
        var genesis = governing?.slot == .zero ? governing?.membership : nil
        var seatedSince: Slot?
        let recovered = try LogRecovery.run(
            disk: disk, identity: identity,
            store: StoreState(
                appliedUpTo: baseSlot, governing: governing,
                logTimeMilliseconds: machine.logTimeMilliseconds),
            injectedBug: options.injectedBug,
            configured: { slot, membership in
                onMembership?(membership)
                if membership.holds(identity.replica, identity.incarnation) { seatedSince = slot }
                guard slot == .zero else { return }
                genesis = membership
                if machine.appliedSlot == 0 { machine.applyGenesis(membership) }
            }
        ) { decided in
            onDecided?(decided)
            guard !needsUpgrade else { return }
            let progress = machine.apply(decided, localOrigin: nil) { _, _, _ in }
            needsUpgrade = progress == .upgradeNeeded
        }
        for warning in recovered.warnings {
            logger.warning(
                "the disk could not be read, where nothing is missed", ["error": "\(warning)"])
        }
        let log = WriteAheadLog(
            disk: disk, identity: identity, recovered: recovered, nonce: nonce, options: options)
        var state = recovered.state.membership.seats.isEmpty ? nil : recovered.state
        state?.seatedSince = seatedSince
        logger.info(
            "recovered",
            [
                "slots": .integer(Int(recovered.state.decidedUpTo.rawValue)),
                "revision": .integer(Int(machine.keyspace.revision)),
                "boot": .integer(Int(log.boot.rawValue)),
            ])
        return RecoveredParts(
            log: log, machine: machine, base: base, baseSlot: baseSlot, state: state,
            genesis: genesis, heard: recovered.heard, identity: identity,
            saveIdentity: saveIdentity)
    }

    /// Gives `machine` what the base holds, and tells what governs after it. Blocking.
    private static func restore(
        _ machine: ReplicatedState, _ base: any Base
    ) throws(RecoveryError) -> GoverningMembership? {
        let tables: [TableRow]
        do throws(RowError) { tables = try base.tables() } catch {
            throw .disk(DiskError(error.description, isOfDevice: error.kind == .failure))
        }
        do throws(KeyBaseError) {
            try machine.restore(tables, over: base.keys)
            let governing = try GoverningMembership(in: tables)
            try check(governing, machine.appliedSlot, base)
            return governing
        } catch {
            throw .disk(DiskError(error.description))
        }
    }

    /// What contradicts itself is damaged, though every checksum is right: the next start puts it aside.
    private static func check(
        _ governing: GoverningMembership?, _ appliedSlot: UInt64, _ base: any Base
    ) throws(KeyBaseError) {
        guard let slot = governing?.slot.rawValue, slot > appliedSlot else { return }
        base.condemn()
        throw KeyBaseError(
            "the base holds the members of slot \(slot), and everything else of slot \(appliedSlot): it is put aside "
                + "when this node starts again")
    }
}

extension DurableState {
    /// The highest slot that this replica has accepted or learned.
    var highestAccepted: Slot {
        max(decidedUpTo, accepted.last?.slot ?? .zero, learned.last?.slot ?? .zero)
    }
}

extension RecoveryError {
    /// Whether the directory may begin another life by itself: others may admit it (P5, P7). `known` is the newest
    /// membership that was read before the damage, `listed` how many members the operator named. A member that is
    /// alone has nobody to admit it, and all that is left of its data is in that log.
    package func allowsNewLife(known: Membership?, listed: Int) -> Bool {
        isAmnesia && (known?.seats.count ?? listed) > 1
    }
}
