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
)

const (
	bankAccounts  = 6
	bankTellers   = 4
	bankBalance   = 100
	accountPrefix = "recipes/stm/account/"
	transfersKey  = "recipes/stm/transfers"
)

// A bank moves money between accounts in software transactions, and counts the transfers in each of them.
type bank struct {
	report *report
	// Transfers that were begun, and those that are known to be done.
	begun, done atomic.Int64
	audits      int
}

func runSTM(ctx context.Context, endpoints []string, report *report) {
	client := connect(endpoints, report)
	defer client.Close()
	all := &bank{report: report}
	if !all.open(client) {
		return
	}
	var running sync.WaitGroup
	for number := int64(0); number < bankTellers; number++ {
		running.Add(1)
		go func(number int64) {
			defer running.Done()
			all.transfer(ctx, endpoints, number)
		}(number)
	}
	for ctx.Err() == nil {
		all.audit(client)
		rest(ctx, 20*time.Millisecond)
	}
	running.Wait()
	all.audit(client)
	if all.done.Load() == 0 {
		report.breach("no transfer was done")
	}
	report.figure("%d transfers, %d audits", all.done.Load(), all.audits)
}

// open gives each account its first money.
func (b *bank) open(client *clientv3.Client) bool {
	for account := 0; account < bankAccounts; account++ {
		key := accountPrefix + strconv.Itoa(account)
		opened := insist(b.report, "put "+key, func(ctx context.Context) error {
			_, err := client.Put(ctx, key, strconv.Itoa(bankBalance))
			return err
		})
		if !opened {
			return false
		}
	}
	return true
}

func (b *bank) transfer(ctx context.Context, endpoints []string, number int64) {
	client := connect(endpoints, b.report)
	defer client.Close()
	random := rand.New(rand.NewSource(number))
	levels := []concurrency.Isolation{
		concurrency.SerializableSnapshot, concurrency.Serializable, concurrency.RepeatableReads,
	}
	for turn := 0; ctx.Err() == nil; turn++ {
		from, to := random.Intn(bankAccounts), random.Intn(bankAccounts-1)
		if to >= from {
			to++
		}
		amount := 1 + random.Intn(10)
		b.begun.Add(1)
		begin := time.Now()
		bounded, cancel := context.WithTimeout(context.Background(), patience)
		_, err := concurrency.NewSTM(client, func(stm concurrency.STM) error {
			move(stm, accountPrefix+strconv.Itoa(from), -amount)
			move(stm, accountPrefix+strconv.Itoa(to), amount)
			move(stm, transfersKey, 1)
			return nil
		}, concurrency.WithIsolation(levels[turn%len(levels)]), concurrency.WithAbortContext(bounded))
		cancel()
		b.report.took(time.Since(begin))
		if err == nil {
			b.done.Add(1)
		} else {
			b.report.unknown.Add(1)
		}
		rest(ctx, 5*time.Millisecond)
	}
}

func move(stm concurrency.STM, key string, amount int) {
	// A key that is not there reads as the empty text, and counts as zero.
	balance, _ := strconv.Atoi(stm.Get(key))
	stm.Put(key, strconv.Itoa(balance+amount))
}

// audit reads everything at one revision: no money is made or lost, and no transfer that is known to be done.
func (b *bank) audit(client *clientv3.Client) {
	least := b.done.Load()
	found := read(b.report, client, "recipes/stm/", clientv3.WithPrefix())
	if found == nil {
		return
	}
	b.audits++
	sum, transfers := 0, 0
	for _, pair := range found.Kvs {
		number, err := strconv.Atoi(string(pair.Value))
		if err != nil {
			b.report.breach("%s has the value %q", pair.Key, pair.Value)
		}
		if string(pair.Key) == transfersKey {
			transfers = number
		} else {
			sum += number
		}
	}
	if sum != bankAccounts*bankBalance {
		b.report.breach("the accounts hold %d at revision %d: %v", sum, found.Header.Revision, balances(found))
	}
	if most := b.begun.Load(); int64(transfers) < least || int64(transfers) > most {
		b.report.breach("%d transfers are counted, between %d and %d were done", transfers, least, most)
	}
}

func balances(found *clientv3.GetResponse) (all []string) {
	for _, pair := range found.Kvs {
		all = append(all, fmt.Sprintf("%s=%s", pair.Key, pair.Value))
	}
	return all
}
