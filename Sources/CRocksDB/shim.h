#include <rocksdb/c.h>
#if defined(__linux__)
#include <malloc.h>
#endif
