// llhttp comes from a Debian package: libllhttp-dev where there is one, node-llhttp on Debian 12,
// which ships the generated C sources. The three .c files beside this header compile the latter.
#if __has_include(<llhttp.h>)
#include <llhttp.h>
#elif __has_include("/usr/share/include/llhttp/llhttp.h")
#include "/usr/share/include/llhttp/llhttp.h"
#else
#error "llhttp is missing: apt-get install node-llhttp (Debian 12) or libllhttp-dev"
#endif
