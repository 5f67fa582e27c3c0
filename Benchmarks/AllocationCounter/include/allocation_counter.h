// Counts the heap allocations of the program that this is linked into, by standing in for malloc.

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations are counted here: the C library lets its malloc be replaced by name.
bool allocation_counter_works(void);

/// Allocations of the calling thread since it began. A realloc counts as one.
uint64_t allocation_counter_read(void);

#endif
