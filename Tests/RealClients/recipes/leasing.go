package main

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
	"go.etcd.io/etcd/clientv3/leasing"
)

const (
	leasingCaches = 3
	leasingKeys   = 3
	leasingOwners = "recipes/leasing-owners/"
)

// A register has one writer, which writes 1, 2, 3 and so on. After a write of unknown outcome it begins again with a
// new name: the old write may come late, and then the old name reads backwards with good reason.
type register struct {
	lock sync.RWMutex
	name string
	// The highest number that is known to be written, and the highest that may be.
	written, tried atomic.Int64
}

// caches are clients that hold keys by the leasing protocol: what is read from a cache must be as new as a
// linearizable read.
type caches struct {
	report    *report
	registers [leasingKeys]*register
	reads     atomic.Int64
	writes    atomic.Int64
}

func runLeasing(ctx context.Context, endpoints []string, report *report) {
	all := &caches{report: report}
	for index := range all.registers {
		all.registers[index] = &register{name: fmt.Sprintf("recipes/leasing/%d/0", index)}
	}
	var running sync.WaitGroup
	for number := 0; number < leasingCaches; number++ {
		running.Add(1)
		go func(number int) {
			defer running.Done()
			all.use(ctx, endpoints, number)
		}(number)
	}
	running.Wait()
	if all.reads.Load() == 0 || all.writes.Load() == 0 {
		report.breach("nothing was read or written")
	}
	report.figure("%d writes and %d reads through %d caches", all.writes.Load(), all.reads.Load(), leasingCaches)
}

// use writes one of the registers and reads all of them through one cache.
func (c *caches) use(ctx context.Context, endpoints []string, number int) {
	client := connect(endpoints, c.report)
	defer client.Close()
	cache, closeCache, err := leasing.NewKV(client, leasingOwners, concurrency.WithTTL(sessionSeconds))
	if err != nil {
		c.report.breach("cache %d cannot be had: %v", number, err)
		return
	}
	defer closeCache()
	// The client looks after a key it holds with the context of the call that got it, so calls have one that
	// outlives them: with another, a key is held for ever once its watch has been compacted away.
	life, end := context.WithCancel(context.Background())
	defer end()
	var running sync.WaitGroup
	running.Add(1)
	go func() {
		defer running.Done()
		c.write(ctx, life, cache, number)
	}()
	random := rand.New(rand.NewSource(int64(number)))
	for ctx.Err() == nil {
		c.read(life, cache, c.registers[random.Intn(leasingKeys)])
		rest(ctx, 2*time.Millisecond)
	}
	running.Wait()
}

func (c *caches) write(ctx, life context.Context, cache clientv3.KV, number int) {
	own := c.registers[number]
	for epoch := 1; ctx.Err() == nil; {
		done := c.timed("a write of " + own.name)
		err := c.store(life, cache, own.name, own.tried.Add(1))
		done()
		if err == nil {
			own.written.Store(own.tried.Load())
			c.writes.Add(1)
		} else {
			c.report.unknown.Add(1)
			own.rename(fmt.Sprintf("recipes/leasing/%d/%d", number, epoch))
			epoch++
		}
		rest(ctx, 20*time.Millisecond)
	}
}

// store writes by a put, and every third time by a transaction.
func (c *caches) store(ctx context.Context, cache clientv3.KV, key string, number int64) error {
	value := strconv.FormatInt(number, 10)
	if number%3 != 0 {
		_, err := cache.Put(ctx, key, value)
		return err
	}
	done, err := cache.Txn(ctx).If(clientv3.Compare(clientv3.Value(key), "!=", value)).
		Then(clientv3.OpPut(key, value)).Else(clientv3.OpGet(key)).Commit()
	if err == nil && !done.Succeeded {
		found := done.Responses[0].GetResponseRange().Kvs
		// A compare of the value fails on a key that is not there.
		if len(found) == 0 {
			_, err = cache.Put(ctx, key, value)
		} else {
			c.report.breach("%s held %s before it was written", key, value)
		}
	}
	return err
}

func (r *register) rename(name string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.name = name
	r.written.Store(0)
	r.tried.Store(0)
}

// timed begins to time a call, which must end within our patience; the function it returns ends that.
func (c *caches) timed(what string) func() {
	begin := time.Now()
	alarm := time.AfterFunc(patience, func() { c.report.breach("%s takes longer than %v", what, patience) })
	return func() {
		alarm.Stop()
		c.report.took(time.Since(begin))
	}
}

func (c *caches) read(life context.Context, cache clientv3.KV, register *register) {
	register.lock.RLock()
	defer register.lock.RUnlock()
	least := register.written.Load()
	done := c.timed("a read of " + register.name)
	found, err := cache.Get(life, register.name)
	done()
	if err != nil {
		c.report.unknown.Add(1)
		return
	}
	number := int64(0)
	if len(found.Kvs) == 1 {
		number, _ = strconv.ParseInt(string(found.Kvs[0].Value), 10, 64)
	}
	if most := register.tried.Load(); number < least || number > most {
		c.report.breach("%s reads %d; between %d and %d were written", register.name, number, least, most)
	}
	c.reads.Add(1)
}
