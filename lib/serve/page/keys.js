// Every action and its keys, in one list: what is pressed, and what the help says.

export const kHelp = [
  ["1 to 5", "Label as that suggestion"],
  ["Enter", "Label as the first suggestion"],
  ["/ or Shift and a letter", "Search a class by its English or German name, or its number"],
  ["Arrows", "Start a box, or move it by a pixel"],
  ["Shift and arrows", "Move the right and lower edge of the box"],
  ["Ctrl and arrows", "The same ten pixels at a time"],
  ["Escape", "Remove the box"],
  ["r", "Reject: the image is not usable"],
  ["u", "Unsure: somebody else should look"],
  ["z or Backspace", "Undo"],
  ["s or Space", "Skip: it comes again at the end"],
  ["b", "Show images brighter, or as they are"],
  ["h", "History of this image"],
  ["c", "Reference card of all classes"],
  ["g", "Grid: confirm many images of one class"],
  ["l", "Back to labelling image by image"],
  ["p", "Progress"],
  ["?", "This list"],
];

export const kGridHelp = [
  ["Arrows", "Go from image to image"],
  ["Space or x", "Mark the image as something else"],
  ["Enter", "Confirm all images that are not marked"],
  ["z or Backspace", "Undo the last confirmation"],
  ["l", "Back to labelling image by image"],
];

const kPlain = {
  r: "reject", u: "unsure", z: "undo", Backspace: "undo", s: "skip", " ": "skip", h: "history", b: "brighten",
  c: "cards", g: "grid", l: "label", p: "progress", "?": "help", "/": "search", Enter: "accept",
  Escape: "clear-box",
};

/**
 * What a key does while one image is shown: {action, …}, or null.
 * A letter that is no command, or any with Shift, begins a search with that letter.
 */
export function labelAction(event) {
  const {key} = event;
  if (event.metaKey || event.altKey) return null;
  const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[key];
  if (arrow) {
    const step = event.ctrlKey ? 10 : 1;
    return {action: event.shiftKey ? "resize" : "move", dx: arrow[0] * step, dy: arrow[1] * step};
  }
  if (event.ctrlKey) return null;
  if (/^[1-5]$/.test(key)) return {action: "suggestion", index: Number(key) - 1};
  if (kPlain[key]) return {action: kPlain[key]};
  if (/^\p{L}$/u.test(key)) return {action: "search", text: key.toLowerCase()};
  return null;
}
