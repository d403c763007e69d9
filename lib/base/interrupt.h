#pragma once

namespace signpost {

/// Turns SIGINT and SIGTERM into a flag. A second signal ends the program at once.
void watch_for_interrupt();

/// True once a watched signal has come. Async-signal-safe, lock-free, callable from any thread.
bool interrupted();

/// Throws Interrupted if a watched signal has come.
void stop_if_interrupted();

/// Sleeps so long, or throws Interrupted soon after a watched signal has come.
void wait_or_stop(double seconds);

}  // namespace signpost
