#include "mien_onednn.h"
