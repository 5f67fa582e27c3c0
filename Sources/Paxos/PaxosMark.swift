public import Basics

/// Rare things that a core notices, for tests that must have met them all.
public enum PaxosMark: Int, MarkName {
    // MARK: Acceptor

    /// A Prepare below the promise was rejected.
    case prepareRejected
    /// The Prepare of a ballot that is promised already was answered once more.
    case prepareAnsweredAgain
    /// The Prepare of the very ballot that came from disk was not answered.
    case prepareOfEarlierLifeIgnored
    /// A promise was cut into several chunks.
    case promiseInChunks
    /// An Accept below the promise was rejected.
    case acceptRejected
    /// An Accept in a higher ballot took the place of an accepted value.
    case acceptReplaced
    /// An Accept came twice.
    case acceptRepeated
    /// An Accept came without the Prepare of its ballot before it.
    case acceptRaisedPromise
    /// An Accept came before, or after, the one of a slot whose turn was another.
    case acceptOutOfOrder
    /// An Accept for a slot that is decided here was answered without a record.
    case acceptOfDecidedSlot
    /// A leader of the past proposed another value than the decided one, and got no answer.
    case acceptOfOtherValueIgnored

    // MARK: Proposer

    /// A chunk of a promise came twice, or late.
    case promiseRepeated
    /// A promise came for a ballot that is over.
    case promiseLate
    /// A candidate with the promises of a quorum fetched decisions before it led.
    case candidateCatchesUp
    /// A new leader filled a hole with a no-op.
    case holeFilled
    /// A new leader proposed a value that an earlier ballot had proposed.
    case valueProposedAgain
    /// A candidate ran out of time.
    case candidacyTimedOut
    /// A candidate met a higher promise, or a leader in a higher ballot.
    case candidacyAbandoned

    // MARK: Leader

    /// A leader without contact to a quorum stepped down.
    case leaderLostQuorum
    /// A leader was rejected by somebody who knows a live one above it, and stepped down.
    case leaderYieldedToLiveLeader
    /// A leader's own acceptor promised a higher ballot: it stepped down.
    case leaderYieldedToPromise
    /// A leader heard one in a higher ballot and stepped down.
    case leaderHeardHigherLeader
    /// A leader was rejected for the sake of a candidate that is dead: it counts no more votes (P10).
    case leaderClosed
    /// A closed leader prepared again, above the promise it had met (P10).
    case leaderPreparedAgain
    /// An Accepted came for a ballot that is over.
    case acceptedLate
    /// Open slots were sent to a follower again.
    case slotsSentAgain
    /// A follower was cut off, because it was too far behind.
    case followerCutOff
    /// A follower that was cut off had come near: it was streamed to again.
    case followerStreamedAgain
    /// No slot could open, because the window was full.
    case windowFull

    // MARK: Learner and laggards

    /// A slot was accepted here, and a watermark of another ballot reached it: it was not believed (P9).
    case watermarkOfOtherBallot
    /// A fetched value differs from the one that was accepted here.
    case learnedOtherThanAccepted
    /// Decided values were asked for that memory still has.
    case catchUpFromMemory
    /// Decided values were asked for that must be read from the log.
    case catchUpFromLog
    /// Decided values were asked for that are not here.
    case catchUpWithoutValues
    /// The next request for decided values waited for those that had come to be durable.
    case catchUpHeldByDisk
    /// A request for decided values was given up.
    case catchUpGivenUp
    /// Fetched values brought nothing new.
    case catchUpUseless

    // MARK: The lower end of the log

    /// Slots left the log, because the caller's state has them.
    case truncated
    /// Decided values were asked for that have left the log.
    case catchUpTruncated
    /// A snapshot was asked for.
    case snapshotNeeded
    /// A snapshot was installed.
    case installed
    /// A snapshot came that had nothing new.
    case installIgnored
    /// A snapshot brought another membership.
    case membershipInstalled
    /// A core was born whose caller's state lacks slots that have left the log.
    case bornWithoutBase

    // MARK: Election

    /// A probe was denied, because a leader is alive.
    case probeDenied
    /// A probe was denied because another candidate had the promise and still time to lead.
    case probeDeniedForCandidate
    /// A probe that had been denied was granted after all, because the leader was lost here too.
    case probeGrantedLate
    /// A candidate asked, and this replica did not let it go first, as it had done so before and nobody led.
    case noMoreTimeGiven
    /// The connection to the leader broke, and its death was suspected at once.
    case leaderSuspected
    /// A leader of the past was told of the higher promise in answer to its heartbeat.
    case heartbeatRejected

    // MARK: Handing over

    /// A leader stopped assigning slots, to hand over.
    case handOverBegun
    /// The order to take over left.
    case handOverOrdered
    /// The target did not become level in time: the leader went on.
    case handOverTimedOut
    /// A leader that had ordered another one to take over met a promise to that one.
    case handOverUnderWay
    /// A leader whose disk stalls handed over.
    case handOverForStalledDisk
    /// An order to take over was followed.
    case tookOver

    // MARK: Reads

    /// A question about reads was not answered in time and was asked again.
    case readAskedAgain
    /// A round of reads was refused, because a higher ballot is promised.
    case readRoundRefused
    /// An answer came to a round that is over.
    case readRoundAnswerLate
    /// Reads waited for a new leader's Lead.
    case readWaitedForLead
    /// A leader's answer came to a request that is over.
    case readAnswerLate

    // MARK: Proposals

    /// A bundle went on by the one relay hop that is allowed.
    case forwardRelayed
    /// A forwarded bundle was dropped: nobody was known who could take it.
    case forwardDropped
    /// A bundle of this node was dropped: nobody was known who could take it.
    case proposalDropped
    /// A bundle came again while it waited for a slot: its copy was not taken.
    case bundleWaitsAlready
    /// The connection over which the leader was reached broke.
    case routeForgotten

    // MARK: Roles that die alone

    /// Messages of an acceptor that was killed were dropped in their boxes.
    case messagesDroppedAtDeath
    /// An acceptor was to be revived and waited for what it had written before.
    case revivalWaitedForDisk
    /// A leader's acceptor was revived, and accepted what was open.
    case openSlotAcceptedAtRevival
    /// A leader's proposer or learner was killed: it gave leadership away.
    case abdicated

    // MARK: Memberships that change

    /// A leader proposed another membership.
    case changeProposed
    /// A change of the membership was refused.
    case changeRefused
    /// A leader that had been asked for a change led no more before it was decided.
    case changeLost
    /// A new leader found a membership in the promises, and decided it before it went on.
    case changeRecovered
    /// A leader whose change was decided prepared the new voters.
    case leaderPreparedNewVoters
    /// A leader that is no voter any more passed leadership on.
    case leaderLeft
    /// Somebody who is no member any more was told so.
    case removalTold
    /// This replica was told that it is no member any more, before it learned so.
    case removalHeard
    /// Somebody who is no member any more was told that nobody needs it.
    case retirementTold
    /// This replica was told that nobody needs it any more.
    case retired
    /// Decisions were fetched from somebody who is no member, as far as was known.
    case fetchedFromStranger

    // MARK: Birth

    /// A core was born with accepted values that are not known to be decided.
    case bornWithAccepted
}
