#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <optional>

namespace signpost {

/// The number of threads for a `--jobs` of `jobs`: itself, or all cores for 0.
inline int job_count(int jobs) { return jobs > 0 ? jobs : tbb::this_task_arena::max_concurrency(); }

/// source() -> std::optional<In>, in order, one call at a time, nothing when exhausted;
/// transform(In) -> Out, in parallel on `jobs` threads; sink(Out), in the order of the source, one
/// call at a time. At most four items a thread are in flight, so memory is bounded. An exception in
/// any stage ends the pipeline and is rethrown here.
template <typename In, typename Out, typename Source, typename Transform, typename Sink>
void ordered_pipeline(int jobs, Source&& source, Transform&& transform, Sink&& sink) {
  const int threads = job_count(jobs);
  if (threads == 1) {
    while (std::optional<In> item = source()) sink(transform(std::move(*item)));
    return;
  }
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::parallel_pipeline(
      static_cast<std::size_t>(threads) * 4,
      tbb::make_filter<void, In>(tbb::filter_mode::serial_in_order,
                                 [&](tbb::flow_control& control) -> In {
                                   std::optional<In> item = source();
                                   if (item) return std::move(*item);
                                   control.stop();
                                   return In{};
                                 }) &
          tbb::make_filter<In, Out>(tbb::filter_mode::parallel,
                                    [&](In item) { return transform(std::move(item)); }) &
          tbb::make_filter<Out, void>(tbb::filter_mode::serial_in_order,
                                      [&](Out item) { sink(std::move(item)); }));
}

}  // namespace signpost
