internal import Basics

/// How far a client has been told everything.
extension WatchHub {
    /// Time has passed.
    package func tick(nowMilliseconds: UInt64) {
        self.nowMilliseconds = nowMilliseconds
        if !progressWanted.isEmpty { answerProgress() }
        guard nowMilliseconds >= earliestProgressMilliseconds else { return }
        earliestProgressMilliseconds = .max
        for stream in streams where stream.progressCount > 0 {
            if nowMilliseconds >= stream.nextProgressMilliseconds { tellProgress(stream) }
            earliestProgressMilliseconds = min(
                earliestProgressMilliseconds, stream.nextProgressMilliseconds)
        }
    }

    /// A stream wants to be told as soon as all its watches have been given everything.
    func wantProgress(_ stream: WatchStream) {
        progressWanted.append(stream)
        answerProgress()
        if stream.wantsProgress { marks.hit(.progressWaited) }
    }

    /// A stream has a watch that is told of progress by itself.
    func scheduleProgress(_ stream: WatchStream) {
        guard stream.nextProgressMilliseconds == .max else { return }
        setProgress(stream)
    }

    func answerProgress() {
        progressWanted.removeAll { stream in
            guard stream.isSynced(at: revision) || injectedBug == .progressAheadOfEvents else {
                return false
            }
            stream.wantsProgress = false
            stream.answer(WatchAnswer(kind: .progress, watchID: -1, revision: revision))
            return true
        }
    }

    private func tellProgress(_ stream: WatchStream) {
        defer { setProgress(stream) }
        // A client that does not read is told once: what it is told later would wait with the rest, without end.
        guard stream.answersWaiting == 0 else { return }
        for id in stream.watchers.keys.sorted() {
            guard let watcher = stream.watchers[id], watcher.hasProgress else { continue }
            let isSynced = watcher.place == .live && watcher.next <= revision + 1
            if isSynced, !watcher.hasNews, watcher.pending.isEmpty {
                stream.answer(
                    WatchAnswer(kind: .progress, watchID: watcher.id, revision: revision))
            }
            watcher.hasNews = false
        }
    }

    private func setProgress(_ stream: WatchStream) {
        let spread = max(1, plan.progressMilliseconds / Limits.progressJitterParts)
        let jitter = UInt64(truncatingIfNeeded: stream.index) &* 7919 % spread
        stream.nextProgressMilliseconds = nowMilliseconds + plan.progressMilliseconds + jitter
        earliestProgressMilliseconds = min(
            earliestProgressMilliseconds, stream.nextProgressMilliseconds)
    }
}

extension WatchStream {
    /// Whether all watches have been given everything up to `revision`, and none waits for a later one.
    fileprivate func isSynced(at revision: Int64) -> Bool {
        if laggingCount > 0 { return false }
        return highestStart <= revision + 1
            || watchers.values.allSatisfy { $0.next <= revision + 1 }
    }
}
