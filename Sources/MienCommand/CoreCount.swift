import Glibc

/// How many threads can compute at once here, at least 1.
let coreCount = max(sysconf(CInt(_SC_NPROCESSORS_ONLN)), 1)
