package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

const (
	mutexContenders = 5
	mutexName       = "recipes/mutex"
	guardedKey      = "recipes/guarded"
)

// A guarded counter, which only the holder of one mutex may touch.
type guarded struct {
	report *report
	// Who is inside the critical section: a number from 1, or 0.
	holder atomic.Int64
	// What follows belongs to the holder.
	lock      sync.Mutex
	value     string
	lastToken int64
	sections  int
}

func runMutex(ctx context.Context, endpoints []string, report *report) {
	shared := &guarded{report: report}
	var running sync.WaitGroup
	for number := int64(1); number <= mutexContenders; number++ {
		running.Add(1)
		go func(number int64) {
			defer running.Done()
			shared.contend(ctx, endpoints, number)
		}(number)
	}
	running.Wait()
	if shared.sections == 0 {
		report.breach("the lock was never held")
	}
	report.figure("%d critical sections of %d clients", shared.sections, mutexContenders)
}

// contend takes the lock again and again. After a call of unknown outcome it begins a new session: a late
// deletion of the old session's key must not take a lock from the new one.
func (g *guarded) contend(ctx context.Context, endpoints []string, number int64) {
	client := connect(endpoints, g.report)
	defer client.Close()
	for ctx.Err() == nil {
		session := openSession(g.report, client)
		if session == nil {
			return
		}
		mutex := concurrency.NewMutex(session, mutexName)
		for ctx.Err() == nil && g.once(ctx, client, session, mutex, number) {
		}
		checkAlive(g.report, session)
		session.Close()
	}
}

// once takes and gives back the lock; it says whether the session may be used on.
func (g *guarded) once(ctx context.Context, client *clientv3.Client, session *concurrency.Session,
	mutex *concurrency.Mutex, number int64) bool {
	if err := mutex.Lock(ctx); err != nil {
		if ctx.Err() == nil {
			g.report.unknown.Add(1)
		}
		return false
	}
	g.inside(client, session, mutex, number)
	bounded, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	if err := mutex.Unlock(bounded); err != nil {
		g.report.unknown.Add(1)
		return false
	}
	rest(ctx, time.Duration(number)*time.Millisecond)
	return true
}

// inside is the critical section.
func (g *guarded) inside(client *clientv3.Client, session *concurrency.Session, mutex *concurrency.Mutex,
	number int64) {
	if !g.holder.CompareAndSwap(0, number) {
		g.report.breach("client %d got the lock that client %d holds", number, g.holder.Load())
		return
	}
	defer g.holder.Store(0)
	g.lock.Lock()
	defer g.lock.Unlock()
	checkAlive(g.report, session)
	g.checkToken(client, mutex, number)
	g.sections++
	g.advance(client, mutex, fmt.Sprintf("%d by %d", g.sections, number))
}

// checkToken sees that each holder's key was made after that of the holder before.
func (g *guarded) checkToken(client *clientv3.Client, mutex *concurrency.Mutex, number int64) {
	own := read(g.report, client, mutex.Key())
	if own == nil || len(own.Kvs) != 1 {
		g.report.breach("client %d holds the lock, and its key %s is gone", number, mutex.Key())
		return
	}
	token := own.Kvs[0].CreateRevision
	if token <= g.lastToken {
		g.report.breach("client %d got the lock with token %d after token %d", number, token, g.lastToken)
	}
	g.lastToken = token
}

// advance writes the next value, fenced by the mutex's own compare; nobody else may have written.
func (g *guarded) advance(client *clientv3.Client, mutex *concurrency.Mutex, next string) {
	refused := false
	for begin := time.Now(); time.Since(begin) < patience; {
		found := read(g.report, client, guardedKey)
		if found == nil {
			return
		}
		value, revision := "", int64(0)
		if len(found.Kvs) == 1 {
			value, revision = string(found.Kvs[0].Value), found.Kvs[0].ModRevision
		}
		if value == next {
			g.value = next
			return
		}
		if value != g.value || refused {
			g.report.breach("%q wanted to follow %q and found %q; refused: %t", next, g.value, value, refused)
			g.value = value
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		response, err := client.Txn(ctx).
			If(mutex.IsOwner(), clientv3.Compare(clientv3.ModRevision(guardedKey), "=", revision)).
			Then(clientv3.OpPut(guardedKey, next)).Commit()
		cancel()
		if err != nil {
			g.report.unknown.Add(1)
		}
		// An earlier try may have been executed after all; the next read shows it.
		refused = err == nil && !response.Succeeded
	}
	g.report.breach("%q could not be written for %v", next, patience)
}
