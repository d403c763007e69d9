#pragma once

#include <array>
#include <span>

namespace signpost {

struct CommandEntry {
  const char* name;
  const char* summary;
};

struct CommandGroup {
  const char* title;
  std::span<const CommandEntry> commands;
};

inline constexpr std::array kDataCommands = {
    CommandEntry{"fetch", "Fetch a data set's official archives and verify them"},
    CommandEntry{"synth", "Draw a synthetic data set in GTSRB's layout"},
    CommandEntry{"ingest", "Read images and annotations into a stream of samples"},
    CommandEntry{"check", "Look for leaks, duplicates, label errors, and bad boxes and images"},
    CommandEntry{"select", "Pass on the samples that an expression describes"},
    CommandEntry{"split", "Assign whole tracks to train, validation and test"},
    CommandEntry{"crop", "Add the crop of the sign to each sample's operations"},
    CommandEntry{"augment", "Add random variants of each training sample"},
    CommandEntry{"merge", "Unite several streams, one record for each id"},
    CommandEntry{"diff", "Tell what changed between two data sets"},
    CommandEntry{"stats", "Count classes, tracks, splits, sizes and pixels"},
    CommandEntry{"view", "Draw contact sheets of samples"},
    CommandEntry{"export", "Write a data set of another tool's format"},
    CommandEntry{"pack", "Execute the operations and write WebDataset shards"},
};

inline constexpr std::array kCaptureCommands = {
    CommandEntry{"capture", "Keep, label and export what devices saw"},
    CommandEntry{"annotate", "Label captures on a page in the browser"},
    CommandEntry{"serve", "Take captures from devices over HTTP, and hand out models"},
};

inline constexpr std::array kModelCommands = {
    CommandEntry{"train", "Train a network on a stream of samples"},
    CommandEntry{"eval", "Measure a run or a package on a stream of samples"},
    CommandEntry{"explain", "Draw where a run looked when it classified samples"},
    CommandEntry{"package", "Prove a run and write it as a package for devices"},
    CommandEntry{"verify", "Prove again, on this machine, what a package promises"},
    CommandEntry{"study", "Train a published table's networks and compare"},
};

inline constexpr std::array kDeviceCommands = {
    CommandEntry{"camera", "Write the frames of a video or a camera for run"},
    CommandEntry{"run", "Classify images, frames or samples with a package"},
    CommandEntry{"submit", "Send captures from a queue on the device to the server"},
    CommandEntry{"update", "Keep a device's model the newest that proves itself"},
};

/// What `signpost --help` lists. tests/unit/cli checks it against the programs that are built.
inline constexpr std::array kCommandGroups = {
    CommandGroup{"Data", kDataCommands},
    CommandGroup{"Captures", kCaptureCommands},
    CommandGroup{"Models", kModelCommands},
    CommandGroup{"Devices", kDeviceCommands},
};

}  // namespace signpost
