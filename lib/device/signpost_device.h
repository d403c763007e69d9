#ifndef SIGNPOST_DEVICE_H
#define SIGNPOST_DEVICE_H

/*
 * signpost on a device: opens a package and says which sign a picture shows. C99, for hosts in any
 * language. docs/device.md explains; docs/examples/classify.c is a program.
 *
 * Threads: a handle is used by one thread at a time. signpost_clone gives another thread its own
 * over the same package, at the cost of the engine's buffers. Different handles may be used at
 * once. signpost_version and signpost_last_error may be called any time.
 *
 * Errors: what can fail returns a status; signpost_last_error then says in one line, for the
 * developer and not for the user, what is wrong and what to do. Nothing is printed, no exception
 * crosses this interface, and nothing in here ends the process.
 *
 * Compatibility: structs that may grow start with their size, which the caller sets to sizeof. A
 * program that was compiled with an older header goes on working with a newer library.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SIGNPOST_API __attribute__((visibility("default")))
#else
#define SIGNPOST_API
#endif

/* A package, opened and proven on this machine. */
typedef struct signpost_device signpost_device;

typedef enum signpost_status {
  SIGNPOST_OK = 0,
  SIGNPOST_BAD_ARGUMENT = 1, /* the caller is wrong: a null pointer, an empty region, … */
  SIGNPOST_BAD_PACKAGE = 2,  /* unreadable, damaged, of another format, or not reproduced here */
  SIGNPOST_BAD_SIGNATURE =
      3,                  /* a signature was required; it is missing, by another key or forged */
  SIGNPOST_BAD_IMAGE = 4, /* encoded bytes that are no sound PPM, PGM, PNG, JPEG or WebP */
  SIGNPOST_OUT_OF_MEMORY = 5,
  SIGNPOST_FAILED = 6 /* the machine: the processor is not supported, a read failed */
} signpost_status;

/* Zero everything that is not needed: signpost_options options = {sizeof options, …}. */
typedef struct signpost_options {
  size_t size;
  /* The minisign key ("RW…", or the name of a file that holds it) by which the package must be
   * signed; null: any package is opened. */
  const char* public_key;
  /* For signpost_open_memory with a key: the text of the .minisig file. */
  const char* signature;
  size_t signature_size;
} signpost_options;

/* The order of bytes in memory. Alpha is ignored, and not divided out. */
typedef enum signpost_format {
  SIGNPOST_RGB = 1, /* three bytes a pixel */
  SIGNPOST_RGBA = 2,
  SIGNPOST_BGRA = 3
} signpost_format;

/* Pixels of the caller, top row first; they are read during the call only. */
typedef struct signpost_frame {
  const uint8_t* pixels;
  int32_t width, height; /* 1 to 32768 */
  size_t stride;         /* bytes from one row to the next; at least those of a row */
  int32_t format;        /* a signpost_format */
} signpost_frame;

/* Whole pixels, half-open: x2 and y2 are the first column and row that do not belong to it. */
typedef struct signpost_box {
  int32_t x1, y1, x2, y2;
} signpost_box;

/* One of the package's classes. The names are UTF-8 and live as long as the handle. */
typedef struct signpost_label {
  int32_t id; /* of the class catalogue */
  const char* name;
  const char* name_de;
} signpost_label;

typedef struct signpost_guess {
  signpost_label label;
  float confidence; /* 0 to 1 */
} signpost_guess;

#define SIGNPOST_TOP 5

typedef struct signpost_result {
  size_t size;
  /* 1 if the best guess is not to be relied on: its confidence is under the package's threshold for
   * its class. Treat it as no answer. Always 0 for a package without thresholds. */
  int32_t abstained;
  int32_t count;                        /* guesses that follow: SIGNPOST_TOP, or all labels */
  signpost_guess guesses[SIGNPOST_TOP]; /* best first */
} signpost_result;

/* "0.1.0". Static. */
SIGNPOST_API const char* signpost_version(void);

/* Why the last call of this thread that did not return SIGNPOST_OK failed; "" before the first.
 * Valid until the next call of this thread. */
SIGNPOST_API const char* signpost_last_error(void);

/* Opens NAME.signpost and proves it: its digests, its preprocessing contract and its golden vectors
 * must hold on this machine. With a public key, PATH.minisig must be its signature, and the bytes
 * that were verified are the ones that run. `options` may be null. On failure *device is null. */
SIGNPOST_API signpost_status signpost_open_file(const char* path, const signpost_options* options,
                                                signpost_device** device);

/* The same for a package in memory (an asset of an app). The bytes are copied. */
SIGNPOST_API signpost_status signpost_open_memory(const void* bytes, size_t size,
                                                  const signpost_options* options,
                                                  signpost_device** device);

/* A handle for another thread. The package is shared, and not proven again. */
SIGNPOST_API signpost_status signpost_clone(const signpost_device* device, signpost_device** clone);

/* Null is allowed. */
SIGNPOST_API void signpost_close(signpost_device* device);

/* "NAME-VERSION" of the package; lives as long as the handle. Null for a null handle. */
SIGNPOST_API const char* signpost_model(const signpost_device* device);

/* How many classes there are, and each of them, in the order of the network's outputs. */
SIGNPOST_API size_t signpost_label_count(const signpost_device* device);
SIGNPOST_API signpost_status signpost_label_at(const signpost_device* device, size_t index,
                                               signpost_label* label);

/* What `region` of the frame shows; null for the whole frame. The region must lie in the frame and
 * should be the box around the sign: the answer is far better than for a picture of a street. Only
 * the region's surroundings are read. */
SIGNPOST_API signpost_status signpost_classify_frame(signpost_device* device,
                                                     const signpost_frame* frame,
                                                     const signpost_box* region,
                                                     signpost_result* result);

/* The same for a PPM, PGM, PNG, JPEG or WebP file in memory, turned upright as its Exif data asks:
 * the region is in pixels of the upright picture. */
SIGNPOST_API signpost_status signpost_classify_encoded(signpost_device* device, const void* bytes,
                                                       size_t size, const signpost_box* region,
                                                       signpost_result* result);

/* The probability of every label in the last successful classification, in the order of the labels.
 * `count` must be signpost_label_count. */
SIGNPOST_API signpost_status signpost_probabilities(const signpost_device* device,
                                                    float* probabilities, size_t count);

#ifdef __cplusplus
}
#endif

#endif
