#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace signpost {

/// By how many bytes the resident memory of this process grew at most while `work` ran: proc(5),
/// VmHWM less VmRSS. Nothing where the system does not tell (another than Linux, or a sandbox that
/// hides /proc/self/clear_refs). Other threads should rest meanwhile.
std::optional<std::uint64_t> added_memory(const std::function<void()>& work);

}  // namespace signpost
