package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How many breaches of one recipe are told in full.
const breachesToldMax = 10

// A report is what one recipe has seen: how much it did, and what was not as promised.
type report struct {
	name     string
	lock     sync.Mutex
	breaches []string
	figures  []string
	longest  time.Duration
	// Calls whose outcome the client does not know, since a node died.
	unknown atomic.Int64
}

func newReport(name string) *report { return &report{name: name} }

// breach notes that a promise was broken, and when.
func (r *report) breach(format string, arguments ...interface{}) {
	text := time.Now().Format("15:04:05.000 ") + fmt.Sprintf(format, arguments...)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.breaches = append(r.breaches, text)
}

// figure notes how much was done.
func (r *report) figure(format string, arguments ...interface{}) {
	text := fmt.Sprintf(format, arguments...)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.figures = append(r.figures, text)
}

// took notes how long a call took that should not take long.
func (r *report) took(duration time.Duration) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if duration > r.longest {
		r.longest = duration
	}
}

func (r *report) isWell() bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	return len(r.breaches) == 0
}

func (r *report) String() string {
	r.lock.Lock()
	defer r.lock.Unlock()
	verdict := "ok     "
	if len(r.breaches) > 0 {
		verdict = "FAILED "
	}
	lines := []string{fmt.Sprintf("%s %s: %s, %d calls ended in doubt, longest call %d ms", verdict, r.name,
		strings.Join(r.figures, ", "), r.unknown.Load(), r.longest.Milliseconds())}
	for index, breach := range r.breaches {
		if index == breachesToldMax {
			lines = append(lines, fmt.Sprintf("         and %d more", len(r.breaches)-index))
			break
		}
		lines = append(lines, "         "+breach)
	}
	return strings.Join(lines, "\n")
}
