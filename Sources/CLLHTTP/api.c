#include "CLLHTTP.h"
#if !__has_include(<llhttp.h>)
#include "/usr/share/llhttp/api.c"
#endif
