#ifndef CCRC32C_H
#define CCRC32C_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 B.4) of `count` bytes, continued from `seed` (0 to begin).
/// Uses the processor's CRC instruction where there is one.
uint32_t synod_crc32c(uint32_t seed, const void *bytes, size_t count);

/// The same by tables, for processors without the instruction and as the oracle in tests.
uint32_t synod_crc32c_portable(uint32_t seed, const void *bytes, size_t count);

#endif
