internal import Paxos

/// The orders of this node's clients to change the members, until they are carried out or given up. Each is
/// given to the leader again and again: an order that is given twice is carried out once.
struct OrderTable {
    /// A try that is due.
    struct Try {
        let number: UInt64
        let order: MembershipOrder
        /// An earlier try may have been carried out.
        let isRetry: Bool
    }

    /// An order whose wait has ended, and how.
    struct Ended {
        let completion: (OrderResult) -> Void
        let result: OrderResult
    }

    private struct Waiting {
        let number: UInt64
        let order: MembershipOrder
        let deadlineMilliseconds: UInt64
        let completion: (OrderResult) -> Void
        var nextTryAtMilliseconds: UInt64 = 0
        var tries = 0
        /// Of the tries, those that are known to have done nothing, and never will.
        var vainTries = 0
        /// Why the last of them did nothing, if a leader refused it.
        var refusal: OrderRefusal?
        /// Its member was one before some try: if it is none later, an earlier try did that.
        var knewTarget = false
        /// It is carried out, but not applied here yet.
        var decided: GoverningMembership?
    }

    private var waiting: [Waiting] = []
    private var lastNumber: UInt64
    private let believesAnyRefusal: Bool

    /// - Parameters:
    ///   - number: drawn by chance for each process: an answer that was meant for the process before this one must
    ///     not be taken for one to this.
    ///   - believesAnyRefusal: breaks the rule of `note` on purpose.
    init(numbersAfter number: UInt64 = 0, believesAnyRefusal: Bool = false) {
        lastNumber = number
        self.believesAnyRefusal = believesAnyRefusal
    }

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    mutating func add(
        _ order: MembershipOrder, deadlineMilliseconds: UInt64,
        completion: @escaping (OrderResult) -> Void
    ) {
        lastNumber &+= 1
        waiting.append(
            Waiting(
                number: lastNumber, order: order, deadlineMilliseconds: deadlineMilliseconds,
                completion: completion))
    }

    /// There is another leader: all that is open is given to it at once.
    mutating func tryAllAgain() {
        for place in waiting.indices { waiting[place].nextTryAtMilliseconds = 0 }
    }

    /// The tries that are due now, which are noted as made.
    mutating func takeDue(_ nowMilliseconds: UInt64, members: Membership?) -> [Try] {
        var due: [Try] = []
        for place in waiting.indices
        where waiting[place].decided == nil
            && waiting[place].nextTryAtMilliseconds <= nowMilliseconds
        {
            let order = waiting[place].order
            let isRetry =
                waiting[place].tries > 0 && (order.target == nil || waiting[place].knewTarget)
            due.append(Try(number: waiting[place].number, order: order, isRetry: isRetry))
            if let target = order.target, members?.seat(of: target) != nil {
                waiting[place].knewTarget = true
            }
            waiting[place].tries += 1
            waiting[place].nextTryAtMilliseconds =
                nowMilliseconds + Limits.orderRetryMilliseconds
        }
        return due
    }

    /// A leader's word on a try of an order; nil if nobody is to be told yet. A refusal is believed when no other try
    /// can come about any more: one that a leader of the past has proposed may yet be found by a later leader, and
    /// the one that refuses knows nothing of it.
    mutating func note(
        _ answer: OrderAnswer, of number: UInt64, nowMilliseconds: UInt64
    ) -> Ended? {
        guard let place = waiting.firstIndex(where: { $0.number == number }) else { return nil }
        switch answer {
        case .done(let governing):
            waiting[place].decided = governing
            return nil
        case .refused(let refusal):
            waiting[place].refusal = refusal
        case .later:
            waiting[place].nextTryAtMilliseconds = nowMilliseconds + Limits.orderPauseMilliseconds
        }
        waiting[place].vainTries += 1
        return endIfRefused(place)
    }

    private mutating func endIfRefused(_ place: Int) -> Ended? {
        let order = waiting[place]
        guard let refusal = order.refusal, believesAnyRefusal || order.vainTries >= order.tries
        else { return nil }
        return Ended(
            completion: waiting.remove(at: place).completion, result: .refused(refusal))
    }

    /// A membership was applied here: who was to come by an order has come, whatever becomes of it later.
    mutating func note(_ governing: GoverningMembership) {
        for place in waiting.indices where waiting[place].decided == nil {
            guard let newcomer = waiting[place].order.newcomer,
                governing.membership.seat(of: newcomer) != nil
            else { continue }
            waiting[place].decided = governing
        }
    }

    /// Another state took the place of the one here: who was to come may have come meanwhile, and gone again.
    mutating func takeDoubtful() -> [Ended] {
        take { $0.order.newcomer != nil && $0.tries > 0 && $0.decided == nil ? .timedOut : nil }
    }

    /// Those whose change is applied here.
    mutating func takeApplied(_ governing: GoverningMembership?) -> [Ended] {
        guard let governing else { return [] }
        return take { order in
            guard let decided = order.decided, decided.slot <= governing.slot else { return nil }
            return .done(decided.membership)
        }
    }

    /// Those that waited too long. Who has left the membership may never apply the change.
    mutating func takeExpired(_ nowMilliseconds: UInt64) -> [Ended] {
        take { order in
            guard order.deadlineMilliseconds <= nowMilliseconds else { return nil }
            if let decided = order.decided { return .done(decided.membership) }
            return order.tries == 0 ? .notTaken(.noLeader) : .timedOut
        }
    }

    /// All of them: this node stops.
    mutating func takeAll() -> [Ended] {
        take { $0.tries == 0 ? .notTaken(.stopping) : .timedOut }
    }

    private mutating func take(_ result: (Waiting) -> OrderResult?) -> [Ended] {
        var ended: [Ended] = []
        waiting.removeAll { order in
            guard let result = result(order) else { return false }
            ended.append(Ended(completion: order.completion, result: result))
            return true
        }
        return ended
    }
}
