#include "mien_opencv.h"
