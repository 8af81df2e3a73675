// V4L2 as the kernel's own header has it, and what Swift's importer can't see of it. No state; thread-safe.
#pragma once
#include <libv4lconvert.h>
#include <linux/videodev2.h>

// Requests are macros that compute with sizes of types: not imported. The numbers are the ABI of 64-bit Linux.
#define MIEN_REQUEST(name) static const unsigned long mien_##name = name;
MIEN_REQUEST(VIDIOC_QUERYCAP)
MIEN_REQUEST(VIDIOC_ENUM_FMT)
MIEN_REQUEST(VIDIOC_ENUM_FRAMESIZES)
MIEN_REQUEST(VIDIOC_ENUM_FRAMEINTERVALS)
MIEN_REQUEST(VIDIOC_G_FMT)
MIEN_REQUEST(VIDIOC_S_FMT)
MIEN_REQUEST(VIDIOC_S_PARM)
MIEN_REQUEST(VIDIOC_REQBUFS)
MIEN_REQUEST(VIDIOC_QUERYBUF)
MIEN_REQUEST(VIDIOC_QBUF)
MIEN_REQUEST(VIDIOC_DQBUF)
MIEN_REQUEST(VIDIOC_STREAMON)
MIEN_REQUEST(VIDIOC_STREAMOFF)
MIEN_REQUEST(VIDIOC_QUERYCTRL)
MIEN_REQUEST(VIDIOC_QUERYMENU)
MIEN_REQUEST(VIDIOC_G_CTRL)
MIEN_REQUEST(VIDIOC_S_CTRL)
#undef MIEN_REQUEST

// `ioctl` is variadic: not imported. Returns 0 or more, or -errno.
int mien_ioctl(int descriptor, unsigned long request, void *_Nonnull argument);

// libv4lconvert, which only a camera with an odd format needs: loaded when first asked for, so that a normal start
// doesn't pay for it. The table never changes afterwards.
typedef struct {
    __typeof__(v4lconvert_create) *_Nonnull create;
    __typeof__(v4lconvert_destroy) *_Nonnull destroy;
    __typeof__(v4lconvert_convert) *_Nonnull convert;
    __typeof__(v4lconvert_get_error_message) *_Nonnull get_error_message;
} mien_v4lconvert;

// Returns NULL where the library is missing, and says why in *error (valid for good).
const mien_v4lconvert *_Nullable mien_v4lconvert_load(const char *_Nullable *_Nonnull error);
