package main

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/etcdserver/api/v3rpc/rpctypes"
)

const (
	leaseClients    = 3
	leasesPerClient = 10
	keptSeconds     = 5
	leasePrefix     = "recipes/lease/"
	forgottenEvery  = 300 * time.Millisecond
	// A change of leaders gives each lease its whole time again, and there may be several.
	extensions = 4
)

// A tenancy is one lease with one key.
type tenancy struct {
	// No revocation may come before this. A lease that is kept alive has no such time yet: zero.
	earliest, latest time.Time
}

// An office knows when each lease may end, by the key that hangs on it.
type office struct {
	report    *report
	lock      sync.Mutex
	tenancies map[string]tenancy
	ended     int
	lateMost  time.Duration
}

func runLease(ctx context.Context, endpoints []string, report *report) {
	all := &office{report: report, tenancies: map[string]tenancy{}}
	client := connect(endpoints, report)
	defer client.Close()
	watching, stopWatching := context.WithCancel(context.Background())
	defer stopWatching()
	events := client.Watch(watching, leasePrefix, clientv3.WithPrefix(), clientv3.WithFilterPut())
	go func() {
		for response := range events {
			for _, event := range response.Events {
				all.end(string(event.Kv.Key))
			}
		}
	}()
	var running sync.WaitGroup
	for number := 0; number < leaseClients; number++ {
		running.Add(1)
		go func(number int) {
			defer running.Done()
			all.keep(ctx, endpoints, number)
		}(number)
	}
	forgotten := all.forget(ctx, client)
	running.Wait()
	all.waitForEnds()
	report.figure("%d leases kept alive, %d forgotten, %d ended, the latest %.1f s after its time",
		leaseClients*leasesPerClient, forgotten, all.ended, all.lateMost.Seconds())
}

// keep keeps some leases alive as long as the run, and then lets them go.
func (o *office) keep(ctx context.Context, endpoints []string, number int) {
	client := connect(endpoints, o.report)
	defer client.Close()
	keeping, stop := context.WithCancel(context.Background())
	var leases []clientv3.LeaseID
	for index := 0; index < leasesPerClient; index++ {
		key := fmt.Sprintf("%skept/%d/%d", leasePrefix, number, index)
		if lease := o.grant(client, key); lease != clientv3.NoLease {
			leases = append(leases, lease)
			o.watchOver(keeping, client, lease, key)
		}
	}
	for ctx.Err() == nil {
		if len(leases) > 0 {
			o.look(client, leases[rand.Intn(len(leases))])
		}
		rest(ctx, 100*time.Millisecond)
	}
	stop()
	for index, lease := range leases {
		o.letGo(client, lease, fmt.Sprintf("%skept/%d/%d", leasePrefix, number, index))
	}
}

// grant makes a lease with a key on it that may not end yet.
func (o *office) grant(client *clientv3.Client, key string) clientv3.LeaseID {
	lease := clientv3.NoLease
	insist(o.report, "a lease", func(ctx context.Context) error {
		granted, err := client.Grant(ctx, keptSeconds)
		if err != nil {
			return err
		}
		lease = granted.ID
		o.expect(key, tenancy{})
		_, err = client.Put(ctx, key, strconv.FormatInt(int64(lease), 10), clientv3.WithLease(lease))
		return err
	})
	return lease
}

// watchOver keeps a lease alive until the context ends; the client must never say that it is lost.
func (o *office) watchOver(ctx context.Context, client *clientv3.Client, lease clientv3.LeaseID, key string) {
	answers, err := client.KeepAlive(ctx, lease)
	if err != nil {
		o.report.breach("lease %x cannot be kept alive: %v", lease, err)
		return
	}
	go func() {
		last := time.Now()
		for answer := range answers {
			if answer.TTL <= 0 {
				o.report.breach("lease %x has %d s to live", lease, answer.TTL)
			}
			last = time.Now()
		}
		if ctx.Err() == nil {
			o.report.breach("lease %x of %s is not kept alive any more, %v after the last answer", lease, key,
				time.Since(last))
		}
	}()
}

// look asks how long a lease that is kept alive has to live.
func (o *office) look(client *clientv3.Client, lease clientv3.LeaseID) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	found, err := client.TimeToLive(ctx, lease, clientv3.WithAttachedKeys())
	if err != nil {
		o.report.unknown.Add(1)
		return
	}
	if found.TTL < 0 || found.TTL > found.GrantedTTL || len(found.Keys) != 1 {
		o.report.breach("lease %x has %d of %d s and %d keys", lease, found.TTL, found.GrantedTTL, len(found.Keys))
	}
}

// letGo renews a lease for the last time: it must live as long as was promised then, and not much longer.
func (o *office) letGo(client *clientv3.Client, lease clientv3.LeaseID, key string) {
	insist(o.report, "the last renewal", func(ctx context.Context) error {
		sent := time.Now()
		answer, err := client.KeepAliveOnce(ctx, lease)
		if err == rpctypes.ErrLeaseNotFound {
			o.report.breach("lease %x of %s was lost", lease, key)
			return nil
		}
		if err != nil {
			return err
		}
		o.expect(key, term(sent, answer.TTL))
		return nil
	})
}

// forget grants leases that nobody keeps alive, and says how many.
func (o *office) forget(ctx context.Context, client *clientv3.Client) int {
	count := 0
	for ; ctx.Err() == nil; rest(ctx, forgottenEvery) {
		bounded, cancel := context.WithTimeout(context.Background(), callTimeout)
		sent := time.Now()
		granted, err := client.Grant(bounded, int64(2+count%4))
		if err == nil {
			key := fmt.Sprintf("%sforgotten/%d", leasePrefix, count)
			o.expect(key, term(sent, granted.TTL))
			_, err = client.Put(bounded, key, "", clientv3.WithLease(granted.ID))
			if err == rpctypes.ErrLeaseNotFound && time.Since(sent) < time.Duration(granted.TTL)*time.Second {
				o.report.breach("lease %x of %d s was gone after %v", granted.ID, granted.TTL, time.Since(sent))
			}
			count++
			if err != nil {
				// Whether the key is there is not known, so its end need not come.
				o.forgo(key)
			}
		}
		if err != nil {
			o.report.unknown.Add(1)
		}
		cancel()
	}
	return count
}

// term is what may be expected of a lease that was asked for, or renewed, at a time.
func term(sent time.Time, seconds int64) tenancy {
	duration := time.Duration(seconds) * time.Second
	return tenancy{earliest: sent.Add(duration), latest: sent.Add((extensions + 1) * duration)}
}

func (o *office) expect(key string, expected tenancy) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.tenancies[key] = expected
}

func (o *office) forgo(key string) {
	o.lock.Lock()
	defer o.lock.Unlock()
	delete(o.tenancies, key)
}

// end is called when a key is gone.
func (o *office) end(key string) {
	o.lock.Lock()
	defer o.lock.Unlock()
	now := time.Now()
	expected, isKnown := o.tenancies[key]
	if !isKnown {
		if strings.Contains(key, "/kept/") {
			o.report.breach("%s ended twice", key)
		}
		return
	}
	delete(o.tenancies, key)
	o.ended++
	switch {
	case expected.earliest.IsZero():
		o.report.breach("%s is gone though its lease is kept alive", key)
	case now.Before(expected.earliest):
		o.report.breach("%s is gone %v too early", key, expected.earliest.Sub(now))
	case now.Sub(expected.earliest) > o.lateMost:
		o.lateMost = now.Sub(expected.earliest)
	}
}

// waitForEnds waits until all leases that nobody keeps alive are gone.
func (o *office) waitForEnds() {
	for {
		o.lock.Lock()
		left, overdue := len(o.tenancies), ""
		for key, expected := range o.tenancies {
			if time.Now().After(expected.latest) {
				overdue = key
			}
		}
		o.lock.Unlock()
		if left == 0 {
			return
		}
		if overdue != "" {
			o.report.breach("%s is still there, of %d", overdue, left)
			return
		}
		time.Sleep(pause)
	}
}
