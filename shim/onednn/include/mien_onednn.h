#pragma once

#include <dnnl.h>

#ifdef __cplusplus
extern "C" {
#endif

/// oneDNN here is built on OpenMP, whose teams would fight with the workers for the cores: makes the calling thread
/// compute alone. A setting of the thread, not of the process; costs nothing when repeated. A shim, since Swift's
/// compiler comes without omp.h.
void mien_omp_compute_alone(void);

#ifdef __cplusplus
}
#endif
