package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/etcd/clientv3"
)

const (
	watchWriters = 2
	watchedKeys  = 20
	// How many revisions stay readable behind the newest, and how far back a late watcher begins.
	revisionsKept = 4_000
	revisionsLate = 2_000
	compactEvery  = 5 * time.Second
	lateEvery     = 2 * time.Second
)

// A journal holds what was written, by revision, as the writers were told.
type journal struct {
	lock    sync.Mutex
	values  map[int64]string
	highest int64
}

func (j *journal) note(revision int64, value string) {
	j.lock.Lock()
	defer j.lock.Unlock()
	j.values[revision] = value
	if revision > j.highest {
		j.highest = revision
	}
}

func (j *journal) last() int64 {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.highest
}

// runWatch watches all keys, those of the other recipes included, so that each revision has an event. It sees that
// each comes once and in order, and that what was written is what is told.
func runWatch(ctx context.Context, endpoints []string, report *report) {
	client := connect(endpoints, report)
	defer client.Close()
	// Other recipes may have written already.
	first := read(report, client, "\x00", clientv3.WithFromKey())
	if first == nil {
		return
	}
	written := &journal{values: map[int64]string{}, highest: first.Header.Revision}
	watchers := []*watcher{
		newWatcher(report, "plain", endpoints, first),
		newWatcher(report, "with all options", endpoints, first, clientv3.WithPrevKV(),
			clientv3.WithProgressNotify(), clientv3.WithFragment()),
	}
	var running sync.WaitGroup
	start := func(body func()) {
		running.Add(1)
		go func() {
			defer running.Done()
			body()
		}()
	}
	for number := 0; number < watchWriters; number++ {
		number := number
		start(func() { writeWatched(ctx, endpoints, report, written, number) })
	}
	start(func() { compact(ctx, client, report, watchers) })
	start(func() { watchLate(ctx, client, report, watchers[0]) })
	running.Wait()
	finish(client, report, watchers, written)
}

// finish waits until the watchers have seen everything, and compares that with what was written.
func finish(client *clientv3.Client, report *report, watchers []*watcher, written *journal) {
	if end := read(report, client, "recipes/"); end != nil {
		for _, each := range watchers {
			each.waitFor(end.Header.Revision)
		}
	}
	for _, each := range watchers {
		each.stop()
		each.compare(written)
		report.figure("%d revisions seen by the watcher %s", each.seen, each.name)
	}
	report.figure("%d writes compared", len(written.values))
}

// writeWatched puts, deletes, and writes several keys at one revision.
func writeWatched(ctx context.Context, endpoints []string, report *report, written *journal, number int) {
	client := connect(endpoints, report)
	defer client.Close()
	for count := 0; ctx.Err() == nil; count++ {
		key := fmt.Sprintf("recipes/watch/%d/%d", number, count%watchedKeys)
		value := fmt.Sprintf("%d by %d", count, number)
		bounded, cancel := context.WithTimeout(context.Background(), callTimeout)
		begin := time.Now()
		operations := []clientv3.Op{clientv3.OpPut(key, value)}
		switch count % 7 {
		case 3:
			operations = append(operations, clientv3.OpPut(key+"/second", value), clientv3.OpPut(key+"/third", value))
		case 5:
			operations = append(operations, clientv3.OpDelete(key+"/", clientv3.WithPrefix()))
		}
		done, err := client.Txn(bounded).Then(operations...).Commit()
		cancel()
		report.took(time.Since(begin))
		if err == nil {
			written.note(done.Header.Revision, key+"="+value)
		} else {
			report.unknown.Add(1)
		}
		rest(ctx, 4*time.Millisecond)
	}
}

// compact forgets what all watchers have seen long ago.
func compact(ctx context.Context, client *clientv3.Client, report *report, watchers []*watcher) {
	compactions := 0
	for rest(ctx, compactEvery); ctx.Err() == nil; rest(ctx, compactEvery) {
		oldest := watchers[0].last()
		for _, each := range watchers {
			if last := each.last(); last < oldest {
				oldest = last
			}
		}
		bounded, cancel := context.WithTimeout(context.Background(), callTimeout)
		// One that was compacted by a call of unknown outcome is refused, and one in the future cannot be.
		if _, err := client.Compact(bounded, oldest-revisionsKept); err == nil {
			compactions++
		}
		cancel()
	}
	report.figure("%d compactions", compactions)
}

// watchLate begins watchers in the past, which must catch up without a gap.
func watchLate(ctx context.Context, client *clientv3.Client, report *report, reference *watcher) {
	late := 0
	for rest(ctx, lateEvery); ctx.Err() == nil; rest(ctx, lateEvery) {
		end := reference.last()
		begin := end - revisionsLate
		if begin <= reference.first {
			begin = reference.first
		}
		each := makeWatcher(report, "late", begin)
		each.begin(client)
		each.waitFor(end)
		each.stop()
		late++
	}
	report.figure("%d late watchers", late)
}
