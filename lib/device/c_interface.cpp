#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "base/error.h"
#include "codecs/decode.h"
#include "device/answer.h"
#include "device/classifier.h"
#include "device/frame.h"
#include "device/signpost_device.h"
#include "model/signature.h"

struct signpost_device {
  explicit signpost_device(signpost::Classifier opened)
      : classifier(std::move(opened)), model(classifier.package().id()) {}

  signpost::Classifier classifier;
  std::string model;
  signpost::Image image;
  std::vector<std::uint8_t> tensor;
  std::vector<float> probabilities;
  bool answered = false;
};

namespace signpost {
namespace {

thread_local char last_error[512] = "";

signpost_status failed(signpost_status status, const char* what) {
  std::snprintf(last_error, sizeof last_error, "%s", what);
  return status;
}

/// Runs `action`, which returns a status; nothing that it throws comes out. An Error that blames
/// the input becomes `refusal`.
template <typename Action>
signpost_status guarded(signpost_status refusal, Action&& action) noexcept {
  try {
    return action();
  } catch (const Error& error) {
    const signpost_status status = error.blame() == Blame::input   ? refusal
                                   : error.blame() == Blame::usage ? SIGNPOST_BAD_ARGUMENT
                                                                   : SIGNPOST_FAILED;
    return failed(status, error.what());
  } catch (const std::bad_alloc&) {
    return failed(SIGNPOST_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return failed(SIGNPOST_FAILED, error.what());
  } catch (...) {
    return failed(SIGNPOST_FAILED, "unknown failure");
  }
}

/// The caller's options as this release knows them.
bool read_options(const signpost_options* given, signpost_options& options) {
  options = {};
  if (!given) return true;
  if (given->size < sizeof options) {
    failed(SIGNPOST_BAD_ARGUMENT, "options: set .size to sizeof(signpost_options)");
    return false;
  }
  std::memcpy(&options, given, sizeof options);
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (std::any_of(bytes + sizeof options, bytes + given->size, [](unsigned char b) { return b; })) {
    failed(SIGNPOST_BAD_ARGUMENT,
           "options: hold what this release of the library does not know; update it");
    return false;
  }
  return true;
}

void prove_and_keep(std::shared_ptr<const Package> package, signpost_device** device) {
  *device = new signpost_device(Classifier(std::move(package)));
}

/// Where the answer goes; throws Error{usage} on one that this release cannot fill.
void check_result(const signpost_result* result) {
  if (!result || result->size < sizeof(signpost_result))
    throw Error(Blame::usage, "result: pass one with .size set to sizeof(signpost_result)");
}

signpost_label label_of(const Label& label) {
  return {label.id, label.name.c_str(), label.name_de.c_str()};
}

/// Classifies what stands in device.tensor.
void answer(signpost_device& device, signpost_result& result) {
  const PackageContents& contents = device.classifier.package().contents();
  device.probabilities.resize(contents.labels.size());
  device.classifier.classify_tensor(device.tensor, device.probabilities);
  device.answered = true;
  const std::vector<std::size_t> order = highest(device.probabilities, SIGNPOST_TOP);
  const std::size_t best = order[0];
  result.abstained =
      abstains(device.classifier.package(), best, device.probabilities[best]).value_or(false);
  result.count = static_cast<std::int32_t>(order.size());
  std::fill(std::begin(result.guesses), std::end(result.guesses), signpost_guess{});
  for (std::size_t i = 0; i < order.size(); ++i)
    result.guesses[i] = {label_of(contents.labels[order[i]]), device.probabilities[order[i]]};
}

void classify(signpost_device& device, const FrameView& frame, const signpost_box* region,
              signpost_result& result) {
  const Box roi = region ? Box{region->x1, region->y1, region->x2, region->y2}
                         : Box{0, 0, frame.width, frame.height};
  const std::string wrong = device.classifier.refusal(frame.width, frame.height, roi);
  if (!wrong.empty()) throw Error(Blame::usage, "the region " + wrong);
  const Preprocessing& contract = device.classifier.package().contents().preprocessing;
  device.tensor.resize(static_cast<std::size_t>(contract.size) *
                       static_cast<std::size_t>(contract.size) * 3);
  preprocess_frame(frame, roi, contract, device.image, device.tensor);
  answer(device, result);
}

constexpr const char* kNoDevice = "the device is null; signpost_open_file gives one";

}  // namespace
}  // namespace signpost

using namespace signpost;

const char* signpost_version(void) { return SIGNPOST_VERSION; }

const char* signpost_last_error(void) { return last_error; }

signpost_status signpost_open_file(const char* path, const signpost_options* options,
                                   signpost_device** device) {
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, "there is no place for the device");
  *device = nullptr;
  if (!path) return failed(SIGNPOST_BAD_ARGUMENT, "the path is null");
  signpost_options known;
  if (!read_options(options, known)) return SIGNPOST_BAD_ARGUMENT;
  if (!known.public_key) {
    return guarded(SIGNPOST_BAD_PACKAGE, [&] {
      prove_and_keep(Package::open(path), device);
      return SIGNPOST_OK;
    });
  }
  Bytes bytes;
  const signpost_status readable = guarded(SIGNPOST_BAD_PACKAGE, [&] {
    read_regular_file(path, bytes);
    return SIGNPOST_OK;
  });
  if (readable != SIGNPOST_OK) return readable;
  const signpost_status genuine = guarded(SIGNPOST_BAD_SIGNATURE, [&] {
    verify_signature_beside(path, bytes, read_public_key(known.public_key));
    return SIGNPOST_OK;
  });
  if (genuine != SIGNPOST_OK) return genuine;
  return guarded(SIGNPOST_BAD_PACKAGE, [&] {
    prove_and_keep(Package::open_bytes(bytes, path), device);
    return SIGNPOST_OK;
  });
}

signpost_status signpost_open_memory(const void* bytes, size_t size,
                                     const signpost_options* options, signpost_device** device) {
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, "there is no place for the device");
  *device = nullptr;
  if (!bytes) return failed(SIGNPOST_BAD_ARGUMENT, "the package's bytes are null");
  signpost_options known;
  if (!read_options(options, known)) return SIGNPOST_BAD_ARGUMENT;
  const ByteView view{static_cast<const std::uint8_t*>(bytes), size};
  constexpr const char* kName = "package in memory";
  if (known.public_key) {
    const signpost_status genuine = guarded(SIGNPOST_BAD_SIGNATURE, [&] {
      const PublicKey key = read_public_key(known.public_key);
      if (!known.signature)
        throw Error(Blame::input, "the package is not signed: options hold no signature");
      verify_signature(view, {known.signature, known.signature_size}, key, "the signature");
      return SIGNPOST_OK;
    });
    if (genuine != SIGNPOST_OK) return genuine;
  }
  return guarded(SIGNPOST_BAD_PACKAGE, [&] {
    prove_and_keep(Package::open_bytes(view, kName), device);
    return SIGNPOST_OK;
  });
}

signpost_status signpost_clone(const signpost_device* device, signpost_device** clone) {
  if (!clone) return failed(SIGNPOST_BAD_ARGUMENT, "there is no place for the clone");
  *clone = nullptr;
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, kNoDevice);
  return guarded(SIGNPOST_FAILED, [&] {
    *clone = new signpost_device(device->classifier.twin());
    return SIGNPOST_OK;
  });
}

void signpost_close(signpost_device* device) { delete device; }

const char* signpost_model(const signpost_device* device) {
  return device ? device->model.c_str() : nullptr;
}

size_t signpost_label_count(const signpost_device* device) {
  return device ? device->classifier.labels().size() : 0;
}

signpost_status signpost_label_at(const signpost_device* device, size_t index,
                                  signpost_label* label) {
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, kNoDevice);
  if (!label) return failed(SIGNPOST_BAD_ARGUMENT, "there is no place for the label");
  if (index >= device->classifier.labels().size())
    return failed(SIGNPOST_BAD_ARGUMENT,
                  "there are fewer labels; signpost_label_count says how many");
  *label = label_of(device->classifier.labels()[index]);
  return SIGNPOST_OK;
}

signpost_status signpost_classify_frame(signpost_device* device, const signpost_frame* frame,
                                        const signpost_box* region, signpost_result* result) {
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, kNoDevice);
  if (!frame) return failed(SIGNPOST_BAD_ARGUMENT, "the frame is null");
  return guarded(SIGNPOST_BAD_IMAGE, [&] {
    check_result(result);
    FrameView view{frame->pixels, frame->width, frame->height, frame->stride, {}};
    if (frame->format == SIGNPOST_RGB) {
      view.order = PixelOrder::rgb;
    } else if (frame->format == SIGNPOST_RGBA) {
      view.order = PixelOrder::rgba;
    } else if (frame->format == SIGNPOST_BGRA) {
      view.order = PixelOrder::bgra;
    } else {
      throw Error(Blame::usage, "frame: the format is none of signpost_format");
    }
    const std::string wrong = refusal(view);
    if (!wrong.empty()) throw Error(Blame::usage, "frame: " + wrong);
    classify(*device, view, region, *result);
    return SIGNPOST_OK;
  });
}

signpost_status signpost_classify_encoded(signpost_device* device, const void* bytes, size_t size,
                                          const signpost_box* region, signpost_result* result) {
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, kNoDevice);
  if (!bytes) return failed(SIGNPOST_BAD_ARGUMENT, "the picture's bytes are null");
  return guarded(SIGNPOST_BAD_IMAGE, [&] {
    check_result(result);
    Image image;
    std::string wrong;
    if (!decode_image({static_cast<const std::uint8_t*>(bytes), size}, image, wrong))
      throw Error(Blame::input, "the picture " + wrong);
    classify(*device,
             {image.rgb.data(), image.width, image.height, image.row_bytes(), PixelOrder::rgb},
             region, *result);
    return SIGNPOST_OK;
  });
}

signpost_status signpost_probabilities(const signpost_device* device, float* probabilities,
                                       size_t count) {
  if (!device) return failed(SIGNPOST_BAD_ARGUMENT, kNoDevice);
  if (!probabilities || count != device->classifier.labels().size())
    return failed(SIGNPOST_BAD_ARGUMENT, "probabilities: pass signpost_label_count numbers");
  if (!device->answered)
    return failed(SIGNPOST_BAD_ARGUMENT, "probabilities: nothing was classified yet");
  std::copy(device->probabilities.begin(), device->probabilities.end(), probabilities);
  return SIGNPOST_OK;
}
