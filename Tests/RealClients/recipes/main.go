// Recipes runs the recipes of etcd's own Go client against a cluster whose nodes are killed meanwhile, and judges
// what came of it: no lock held twice, no watch event missed, no lease lost early.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"
)

// A recipe runs until its context ends and writes down what it saw.
type recipe struct {
	name string
	run  func(ctx context.Context, endpoints []string, report *report)
}

var recipes = []recipe{
	{"mutex", runMutex},
	{"election", runElection},
	{"stm", runSTM},
	{"leasing", runLeasing},
	{"watch", runWatch},
	{"lease", runLease},
}

func main() {
	endpoints := flag.String("endpoints", "127.0.0.1:2379", "the nodes' client addresses, joined by commas")
	seconds := flag.Int("seconds", 30, "how long the recipes run before they are judged")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*seconds)*time.Second)
	defer cancel()
	if !runAll(ctx, strings.Split(*endpoints, ",")) {
		os.Exit(1)
	}
}

// runAll runs all recipes at once and prints a line for each; it says whether all are well.
func runAll(ctx context.Context, endpoints []string) bool {
	reports := make([]*report, len(recipes))
	var running sync.WaitGroup
	for index, each := range recipes {
		reports[index] = newReport(each.name)
		running.Add(1)
		go func(each recipe, report *report) {
			defer running.Done()
			each.run(ctx, endpoints, report)
		}(each, reports[index])
	}
	running.Wait()
	well := true
	for _, report := range reports {
		fmt.Println(report)
		well = well && report.isWell()
	}
	return well
}
