package main

import (
	"context"
	"time"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

const (
	// One call that waits for no other client.
	callTimeout = 5 * time.Second
	// A majority runs all the time, so a call that is tried again succeeds within this.
	patience = 20 * time.Second
	// Between a failure and the next try.
	pause = 50 * time.Millisecond
	// Long beside a change of leaders, short beside the runs.
	sessionSeconds = 10
)

// connect makes a client as the documentation of etcd's client does.
func connect(endpoints []string, report *report) *clientv3.Client {
	client, err := clientv3.New(clientv3.Config{Endpoints: endpoints, DialTimeout: callTimeout})
	if err != nil {
		// Without a connection there is nothing to judge.
		panic(report.name + ": " + err.Error())
	}
	return client
}

// insist tries a call again until it succeeds; it may be executed more than once. It says whether it succeeded.
func insist(report *report, what string, call func(ctx context.Context) error) bool {
	begin := time.Now()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		err := call(ctx)
		cancel()
		if err == nil {
			report.took(time.Since(begin))
			return true
		}
		report.unknown.Add(1)
		if time.Since(begin) > patience {
			report.breach("%s fails for %v: %v", what, patience, err)
			return false
		}
		time.Sleep(pause)
	}
}

// read is a linearizable get that is tried again until it succeeds; nil when it never does.
func read(report *report, client *clientv3.Client, key string, options ...clientv3.OpOption) *clientv3.GetResponse {
	var response *clientv3.GetResponse
	insist(report, "get "+key, func(ctx context.Context) (err error) {
		response, err = client.Get(ctx, key, options...)
		return err
	})
	return response
}

// openSession begins a session whose lease must live until it is closed; nil when none can be had.
func openSession(report *report, client *clientv3.Client) *concurrency.Session {
	var session *concurrency.Session
	insist(report, "a session", func(context.Context) (err error) {
		session, err = concurrency.NewSession(client, concurrency.WithTTL(sessionSeconds))
		return err
	})
	return session
}

// checkAlive notes a breach if the session's lease was lost though it was kept alive.
func checkAlive(report *report, session *concurrency.Session) {
	select {
	case <-session.Done():
		report.breach("the session of lease %x was lost while it was kept alive", session.Lease())
	default:
	}
}

// rest waits a little, or until the context ends.
func rest(ctx context.Context, duration time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(duration):
	}
}
