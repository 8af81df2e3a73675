#include "mien_av.h"
