#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "store/capture.h"

namespace signpost {

/// Reads a table of photographs (CSV with a first line of column names): `file`, from the folder
/// that the table is in, and perhaps `label`, `confidence` and `model` (what was predicted),
/// `taken`, `lat` and `lon`, `group`, `device`. Other columns are passed over, empty fields are
/// unknown. Calls `use` for each row, with "FILE:LINE: photo" and the row's text, and `reject` for
/// one that does not fit. Throws Error{input} if the table cannot be read or has no column `file`.
using UsePhoto =
    std::function<void(Submission, const std::string& where, const std::string& record)>;
using RejectPhoto = std::function<void(const std::string& where, const std::string& wrong,
                                       const std::string& record)>;
void read_photo_list(const std::filesystem::path& table, const UsePhoto& use,
                     const RejectPhoto& reject);

}  // namespace signpost
