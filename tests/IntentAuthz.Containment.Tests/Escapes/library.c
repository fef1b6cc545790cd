// A library that shows that it was loaded by a file in the working directory.
#include <fcntl.h>
#include <unistd.h>
static void __attribute__((constructor)) loaded(void) { close(open("preloaded", O_CREAT | O_WRONLY, 0600)); }
unsigned la_version(unsigned version) { return version; }
