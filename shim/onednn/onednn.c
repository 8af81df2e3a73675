#include "mien_onednn.h"

// From OpenMP's specification; lives in libgomp.
void omp_set_num_threads(int count);

void mien_omp_compute_alone(void) { omp_set_num_threads(1); }
