// FFmpeg's libraries, loaded when a recording is opened: linking them would cost every start 40 ms and 27 MB. So the
// functions stand in tables of pointers, typed by FFmpeg's own headers; the structures Swift sees as they are.
//
// Thread-safe: each load happens once, and the tables never change afterwards.
#pragma once
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#define MIEN_AVFORMAT_FUNCTIONS(F)    \
    F(av_codec_get_tag)               \
    F(av_find_input_format)           \
    F(av_interleaved_write_frame)     \
    F(av_probe_input_format2)         \
    F(av_read_frame)                  \
    F(av_stream_add_side_data)        \
    F(av_stream_get_side_data)        \
    F(av_write_trailer)               \
    F(avformat_alloc_context)         \
    F(avformat_alloc_output_context2) \
    F(avformat_close_input)           \
    F(avformat_find_stream_info)      \
    F(avformat_free_context)          \
    F(avformat_new_stream)            \
    F(avformat_open_input)            \
    F(avformat_query_codec)           \
    F(avformat_write_header)          \
    F(avio_alloc_context)             \
    F(avio_closep)                    \
    F(avio_context_free)              \
    F(avio_flush)                     \
    F(avio_open)

#define MIEN_AVCODEC_FUNCTIONS(F)        \
    F(av_bsf_alloc)                      \
    F(av_bsf_free)                       \
    F(av_bsf_get_by_name)                \
    F(av_bsf_init)                       \
    F(av_bsf_receive_packet)             \
    F(av_bsf_send_packet)                \
    F(av_new_packet)                     \
    F(av_packet_alloc)                   \
    F(av_packet_clone)                   \
    F(av_packet_free)                    \
    F(av_packet_rescale_ts)              \
    F(av_packet_unref)                   \
    F(avcodec_alloc_context3)            \
    F(avcodec_decode_subtitle2)          \
    F(avcodec_encode_subtitle)           \
    F(avcodec_find_best_pix_fmt_of_list) \
    F(avcodec_find_decoder)              \
    F(avcodec_find_encoder_by_name)      \
    F(avcodec_free_context)              \
    F(avcodec_get_name)                  \
    F(avcodec_open2)                     \
    F(avcodec_parameters_copy)           \
    F(avcodec_parameters_from_context)   \
    F(avcodec_parameters_to_context)     \
    F(avcodec_receive_frame)             \
    F(avcodec_receive_packet)            \
    F(avcodec_send_frame)                \
    F(avcodec_send_packet)               \
    F(avsubtitle_free)

#define MIEN_AVUTIL_FUNCTIONS(F)   \
    F(av_dict_copy)                \
    F(av_dict_free)                \
    F(av_dict_get)                 \
    F(av_dict_set)                 \
    F(av_frame_alloc)              \
    F(av_frame_apply_cropping)     \
    F(av_frame_copy_props)         \
    F(av_frame_free)               \
    F(av_frame_get_buffer)         \
    F(av_frame_get_side_data)      \
    F(av_frame_is_writable)        \
    F(av_frame_make_writable)      \
    F(av_frame_ref)                \
    F(av_frame_unref)              \
    F(av_free)                     \
    F(av_log_set_callback)         \
    F(av_mallocz)                  \
    F(av_memdup)                   \
    F(av_pix_fmt_desc_get)         \
    F(av_rescale_q)                \
    F(av_strerror)

#define MIEN_SWSCALE_FUNCTIONS(F) \
    F(sws_freeContext)            \
    F(sws_getCachedContext)       \
    F(sws_getCoefficients)        \
    F(sws_scale)                  \
    F(sws_setColorspaceDetails)

#define MIEN_AV_MEMBER(name) __typeof__(name) *_Nonnull name;

/// What we use of libavformat, libavcodec and libavutil.
typedef struct {
    MIEN_AVFORMAT_FUNCTIONS(MIEN_AV_MEMBER)
    MIEN_AVCODEC_FUNCTIONS(MIEN_AV_MEMBER)
    MIEN_AVUTIL_FUNCTIONS(MIEN_AV_MEMBER)
} mien_av;

/// What we use of libswscale.
typedef struct {
    MIEN_SWSCALE_FUNCTIONS(MIEN_AV_MEMBER)
} mien_sws;

/// The tables; or NULL, and then `*error` is a text that stays.
const mien_av *_Nullable mien_av_load(const char *_Nullable *_Nonnull error);
const mien_sws *_Nullable mien_sws_load(const char *_Nullable *_Nonnull error);

/// The last error that FFmpeg logged on the calling thread since `mien_av_forget_message`, without a newline; "" if none.
/// FFmpeg prints nothing once it is loaded. C, since Swift can't take a va_list.
const char *_Nonnull mien_av_message(void);
void mien_av_forget_message(void);

// Macros with casts or function-like ones, which Swift's importer leaves out.
static const int64_t mien_av_no_time = AV_NOPTS_VALUE;
static const int mien_averror_eof = AVERROR_EOF;
static const int mien_averror_invalid_data = AVERROR_INVALIDDATA;
