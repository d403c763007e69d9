/* classify PACKAGE [--key PUBLIC_KEY] PICTURE...: which sign each picture shows.
 *   cc -std=c99 classify.c $(pkg-config --cflags --libs signpost_device) -o classify */
#include <signpost_device.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole of a file, to be freed; null if it cannot be read. */
static unsigned char* read_file(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  unsigned char* bytes = NULL;
  long length = 0;
  if (!file) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0) {
    rewind(file);
    *size = (size_t)length;
    bytes = malloc(*size + 1);
    if (bytes && fread(bytes, 1, *size, file) != *size) {
      free(bytes);
      bytes = NULL;
    }
  }
  fclose(file);
  return bytes;
}

static int classify(signpost_device* device, const char* path) {
  signpost_result result = {sizeof result, 0, 0, {{{0, NULL, NULL}, 0}}};
  signpost_status status;
  size_t size = 0;
  unsigned char* bytes = read_file(path, &size);
  if (!bytes) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return 1;
  }
  status = signpost_classify_encoded(device, bytes, size, NULL, &result);
  free(bytes);
  if (status != SIGNPOST_OK) {
    fprintf(stderr, "%s: %s\n", path, signpost_last_error());
    return 1;
  }
  printf("%s: %s (%d), %.1f %%%s\n", path, result.guesses[0].label.name,
         (int)result.guesses[0].label.id, 100.0 * result.guesses[0].confidence,
         result.abstained ? ", too unsure to rely on" : "");
  return 0;
}

int main(int argc, char** argv) {
  signpost_options options = {sizeof options, NULL, NULL, 0};
  signpost_device* device = NULL;
  int first = 2, failures = 0, i;
  if (argc > 3 && strcmp(argv[2], "--key") == 0) {
    options.public_key = argv[3];
    first = 4;
  }
  if (argc <= first) {
    fprintf(stderr, "usage: classify PACKAGE [--key PUBLIC_KEY] PICTURE...\n");
    return 2;
  }
  if (signpost_open_file(argv[1], &options, &device) != SIGNPOST_OK) {
    fprintf(stderr, "%s\n", signpost_last_error());
    return 3;
  }
  for (i = first; i < argc; ++i) failures += classify(device, argv[i]);
  signpost_close(device);
  return failures > 0 ? 4 : 0;
}
