package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/clientv3"
)

// A watcher watches all keys from a revision on and sees that no revision is missing, and none comes twice.
type watcher struct {
	name   string
	first  int64
	seen   int
	report *report
	cancel context.CancelFunc
	ended  chan struct{}
	close  func()

	lock sync.Mutex
	// The newest revision seen.
	revision int64
	// What the journal's keys got at each revision.
	values map[int64]string
	// The revision at which each key was written last; what is deleted is not in it.
	modified map[string]int64
	// The options ask for the pair before, and the watcher knows what was there when it began.
	knowsPrevious bool
}

// newWatcher watches by a client of its own what comes after a read of all keys.
func newWatcher(report *report, name string, endpoints []string, found *clientv3.GetResponse,
	options ...clientv3.OpOption) *watcher {
	w := makeWatcher(report, name, found.Header.Revision+1)
	w.knowsPrevious = len(options) > 0
	for _, pair := range found.Kvs {
		w.modified[string(pair.Key)] = pair.ModRevision
	}
	client := connect(endpoints, report)
	w.close = func() { client.Close() }
	w.begin(client, options...)
	return w
}

func makeWatcher(report *report, name string, first int64) *watcher {
	return &watcher{
		name: name, first: first, report: report, ended: make(chan struct{}), close: func() {},
		revision: first - 1, values: map[int64]string{}, modified: map[string]int64{},
	}
}

// begin watches until the watcher is stopped.
func (w *watcher) begin(client *clientv3.Client, options ...clientv3.OpOption) {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(context.Background()))
	w.cancel = cancel
	go func() {
		defer close(w.ended)
		for ctx.Err() == nil {
			all := append([]clientv3.OpOption{clientv3.WithFromKey(), clientv3.WithRev(w.last() + 1)}, options...)
			// The client goes on by itself when a node dies; only the end of the channel begins anew here.
			for response := range client.Watch(ctx, "\x00", all...) {
				w.take(response)
			}
			if ctx.Err() == nil {
				w.report.unknown.Add(1)
				rest(ctx, pause)
			}
		}
	}()
}

// take checks one response: each revision follows the one before, and is never told twice.
func (w *watcher) take(response clientv3.WatchResponse) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if err := response.Err(); err != nil {
		if strings.Contains(err.Error(), "no leader") {
			return
		}
		w.report.breach("watcher %s at revision %d: %v", w.name, w.revision, err)
		return
	}
	if response.IsProgressNotify() && response.Header.Revision > w.revision {
		w.report.breach("watcher %s was told of progress to %d and has seen %d", w.name, response.Header.Revision,
			w.revision)
	}
	for index, event := range response.Events {
		revision := event.Kv.ModRevision
		isSame := revision == w.revision && index > 0
		if revision != w.revision+1 && !isSame && !(revision == w.revision && w.knowsPrevious) {
			w.report.breach("watcher %s was told %d after %d", w.name, revision, w.revision)
		}
		if revision != w.revision {
			w.seen++
		}
		w.revision = revision
		w.keep(event)
	}
}

// keep remembers an event, and checks the pair before.
func (w *watcher) keep(event *clientv3.Event) {
	key := string(event.Kv.Key)
	if event.Type == clientv3.EventTypePut && strings.HasPrefix(key, "recipes/watch/") &&
		strings.Count(key, "/") == 3 {
		w.values[event.Kv.ModRevision] = key + "=" + string(event.Kv.Value)
	}
	if !w.knowsPrevious {
		return
	}
	previous := int64(0)
	if event.PrevKv != nil {
		previous = event.PrevKv.ModRevision
	}
	if previous != w.modified[key] {
		w.report.breach("the pair before %s at %d is of %d, not of %d", key, event.Kv.ModRevision, previous,
			w.modified[key])
	}
	if event.Type == clientv3.EventTypePut {
		w.modified[key] = event.Kv.ModRevision
	} else {
		delete(w.modified, key)
	}
}

func (w *watcher) last() int64 {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.revision
}

// waitFor waits until the watcher has seen a revision.
func (w *watcher) waitFor(revision int64) {
	begin := time.Now()
	for w.last() < revision {
		if time.Since(begin) > patience {
			w.report.breach("watcher %s has seen %d, not %d, after %v", w.name, w.last(), revision, patience)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (w *watcher) stop() {
	w.cancel()
	<-w.ended
	w.close()
}

// compare sees that everything that was acknowledged was told, as it was written.
func (w *watcher) compare(written *journal) {
	for revision, value := range written.values {
		if w.values[revision] != value {
			w.report.breach("watcher %s was told %q at %d, and %q was written", w.name, w.values[revision], revision,
				value)
		}
	}
}
