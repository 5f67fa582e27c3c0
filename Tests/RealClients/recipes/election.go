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
	electionCandidates = 4
	electionObservers  = 2
	electionName       = "recipes/election"
	proclamations      = 3
)

// An electorate is the candidates of one election.
type electorate struct {
	report *report
	// Who leads: a number from 1, or 0.
	leader atomic.Int64
	// What follows belongs to the leader.
	lock     sync.Mutex
	lastTerm int64
	terms    int
	observed atomic.Int64
}

func runElection(ctx context.Context, endpoints []string, report *report) {
	all := &electorate{report: report}
	var running sync.WaitGroup
	start := func(body func()) {
		running.Add(1)
		go func() {
			defer running.Done()
			body()
		}()
	}
	for number := int64(1); number <= electionCandidates; number++ {
		number := number
		start(func() { all.stand(ctx, endpoints, number) })
	}
	for number := 0; number < electionObservers; number++ {
		start(func() { all.observe(ctx, endpoints) })
	}
	running.Wait()
	if all.terms == 0 || all.observed.Load() == 0 {
		report.breach("%d terms, and %d proclamations were observed", all.terms, all.observed.Load())
	}
	report.figure("%d terms of %d candidates, %d proclamations observed", all.terms, electionCandidates,
		all.observed.Load())
}

// stand campaigns again and again; with a new session after a call of unknown outcome, as in runMutex.
func (e *electorate) stand(ctx context.Context, endpoints []string, number int64) {
	client := connect(endpoints, e.report)
	defer client.Close()
	for ctx.Err() == nil {
		session := openSession(e.report, client)
		if session == nil {
			return
		}
		election := concurrency.NewElection(session, electionName)
		for ctx.Err() == nil && e.once(ctx, session, election, number) {
		}
		checkAlive(e.report, session)
		session.Close()
	}
}

// once is one term; it says whether the session may be used on.
func (e *electorate) once(ctx context.Context, session *concurrency.Session, election *concurrency.Election,
	number int64) bool {
	if err := election.Campaign(ctx, fmt.Sprintf("%d elected", number)); err != nil {
		if ctx.Err() == nil {
			e.report.unknown.Add(1)
		}
		return false
	}
	e.lead(ctx, session, election, number)
	bounded, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	if err := election.Resign(bounded); err != nil {
		e.report.unknown.Add(1)
		return false
	}
	rest(ctx, 5*time.Millisecond)
	return true
}

// lead is what a leader does in its term.
func (e *electorate) lead(ctx context.Context, session *concurrency.Session, election *concurrency.Election,
	number int64) {
	if !e.leader.CompareAndSwap(0, number) {
		e.report.breach("candidate %d was elected while candidate %d leads", number, e.leader.Load())
		return
	}
	defer e.leader.Store(0)
	e.lock.Lock()
	defer e.lock.Unlock()
	checkAlive(e.report, session)
	if election.Rev() <= e.lastTerm {
		e.report.breach("candidate %d was elected with token %d after token %d", number, election.Rev(), e.lastTerm)
	}
	e.lastTerm = election.Rev()
	e.terms++
	for count := 1; count <= proclamations; count++ {
		insist(e.report, "proclaim", func(ctx context.Context) error {
			err := election.Proclaim(ctx, fmt.Sprintf("%d proclaims %d", number, count))
			if err == concurrency.ErrElectionNotLeader {
				e.report.breach("candidate %d leads and may not proclaim", number)
				return nil
			}
			return err
		})
		rest(ctx, 2*time.Millisecond)
	}
}

// observe sees leaders in the order of their tokens, and what one proclaims in the order of revisions.
func (e *electorate) observe(ctx context.Context, endpoints []string) {
	client := connect(endpoints, e.report)
	defer client.Close()
	session := openSession(e.report, client)
	if session == nil {
		return
	}
	defer session.Close()
	var term, revision int64
	for ctx.Err() == nil {
		election := concurrency.NewElection(session, electionName)
		for response := range election.Observe(ctx) {
			term, revision = e.checkObserved(response, term, revision)
			e.observed.Add(1)
		}
		rest(ctx, pause)
	}
}

func (e *electorate) checkObserved(response clientv3.GetResponse, term, revision int64) (int64, int64) {
	found := response.Kvs[0]
	if found.CreateRevision < term {
		e.report.breach("a leader with token %d was observed after one with %d", found.CreateRevision, term)
	}
	if found.CreateRevision == term && found.ModRevision < revision {
		e.report.breach("revision %d of a leader was observed after %d", found.ModRevision, revision)
	}
	return found.CreateRevision, found.ModRevision
}
