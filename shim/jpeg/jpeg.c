#include "mien_jpeg.h"
