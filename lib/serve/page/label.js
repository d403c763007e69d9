// One image at a time.

import {newKey, post} from "./api.js";
import {by, element, fill, say} from "./dom.js";
import {labelAction} from "./keys.js";
import {className, classPicture, Picker} from "./picker.js";
import {Queue} from "./queue.js";
import {BoxEditor, moved, resized, startingBox} from "./roi.js";

const kMostUndo = 500, kLongestMs = 3600000;

export class LabelView {
  /** @param context {setup, classes, entries, outbox, go(view), notice(text), signedOut(why), counted()} */
  constructor(context) {
    this.context = context;
    this.done = [];  // what can be undone: {key, kind, item, box, text}
    this.boxes = new BoxEditor(by("frame"), () => this.#tellBox());
    this.queue = new Queue(context.outbox, {
      changed: () => this.#queueChanged(),
      lost: () => context.notice("This image was held too long and went back to the queue."),
      trouble: (text) => { this.trouble = text; },
      signedOut: (why) => context.signedOut(why),
    });
    this.picker = new Picker(context.entries, {
      chosen: (one) => this.label(one.id),
      closed: () => by("stage").focus({preventScroll: true}),
    }, "search");
    fill(by("search-box"), this.picker.root);
    this.buttons = this.#makeButtons();
    by("order").value = context.setup.order;
    by("order").addEventListener("change", () => this.#reorder(by("order").value));
    new ResizeObserver(() => this.#fit()).observe(by("stage"));
  }

  /** @param first items to begin with, which are leased already */
  show(first = []) {
    this.trouble = "";
    for (const item of [...first].reverse()) this.queue.putBack(item, true);
    this.#display();
    this.queue.start({order: this.context.setup.order, class: this.context.setup.class ?? null});
    by("stage").focus({preventScroll: true});
  }

  hide() { this.queue.stop(); }

  async #reorder(order) {
    this.context.setup.order = order;
    this.hide();
    await post("release", {}).catch(() => {});
    this.show();
  }

  key(event) {
    const found = labelAction(event);
    if (!found) return;
    event.preventDefault();
    // A key that is held down would label images that nobody has seen.
    if (event.repeat && !["move", "resize"].includes(found.action)) return;
    this.act(found);
  }

  act({action, index, text, dx, dy}) {
    switch (action) {
      case "suggestion": return this.#suggestion(index);
      case "accept": return this.#suggestion(0);
      case "reject": return this.#finish({verdict: "reject"}, "Rejected");
      case "unsure": return this.#finish({verdict: "unsure"}, "Unsure");
      case "skip": return this.skip();
      case "undo": return this.undo();
      case "move": case "resize": return this.#nudge(action, dx, dy);
      case "clear-box": this.boxes.set(null); return say("No box.");
      case "brighten": return this.#brighten();
      case "search": return this.picker.open(text);
      default: return this.context.go(action, this.queue.current);
    }
  }

  label(id) {
    this.#finish({verdict: "label", label: id}, this.context.classes.get(id)?.name ?? "Class " + id);
  }

  skip() {
    const item = this.#ready();
    if (!item) return;
    const key = newKey();
    this.context.outbox.add({kind: "skip", key, capture: item.capture});
    this.#remember({key, kind: "skip", item, box: this.boxes.box, text: "skip"});
    this.queue.take();
    this.#display("Skipped.");
  }

  undo() {
    const last = this.done.pop();
    const {outbox} = this.context;
    if (!last) {
      this.earlier = newKey();
      outbox.add({kind: "undo", key: this.earlier});
      return;
    }
    const held = outbox.cancel(last.key);
    if (!held && last.kind === "annotate") outbox.add({kind: "undo", key: newKey(), of: last.key});
    this.queue.putBack(last.item, held);
    this.#display("Undone: " + last.text + ".");
    this.boxes.set(last.box);
    this.context.counted(-1);
  }

  /** The server has answered an operation of the outbox. */
  answered(operation, answer) {
    if (operation.kind !== "undo") return;
    if (operation.key === this.earlier && answer.item && this.queue.active) {
      this.queue.putBack(answer.item, true);
      this.#display("Undone.");
      this.context.counted(-1);
    }
    this.queue.confirmHeld(answer.capture);
  }

  refused(operation, why) {
    this.done = this.done.filter((one) => one.key !== operation.key);
    if (operation.kind === "undo") return this.context.notice("Nothing is undone: " + why);
    this.context.notice("Not kept: the capture " + why + ".");
  }

  #remember(entry) {
    this.done.push(entry);
    if (this.done.length > kMostUndo) this.done.shift();
  }

  /** The current item, if its image is before the annotator's eyes. */
  #ready() {
    const item = this.queue.current;
    if (item && item === this.displayed) return item;
    say(item ? "The image is still loading." : "There is no image.");
    return null;
  }

  #suggestion(index) {
    const suggestion = this.queue.current?.suggestions?.[index];
    if (suggestion) this.label(suggestion.label);
    else if (this.#ready()) say("The model suggests nothing there; press / to search a class.");
  }

  #finish(verdict, text) {
    const item = this.#ready();
    if (!item) return;
    const row = {capture: item.capture, ...verdict,
                 milliseconds: Math.min(kLongestMs, Math.round(performance.now() - this.shownAt))};
    if (this.boxes.box && verdict.verdict !== "reject") row.roi = this.boxes.box;
    const key = newKey();
    this.#remember({key, kind: "annotate", item, box: this.boxes.box, text});
    this.context.outbox.add({kind: "annotate", key, row});
    this.queue.take();
    this.#display(text + ".");
    this.context.counted(1);
  }

  #brighten() {
    const bright = by("frame").classList.toggle("bright");
    say(bright ? "Shown brighter." : "Shown as it is.");
  }

  #nudge(action, dx, dy) {
    const item = this.#ready();
    if (!item) return;
    const {width, height} = item;
    const {box} = this.boxes;
    const change = action === "move" ? moved : resized;
    this.boxes.set(box ? change(box, dx, dy, width, height) : startingBox(width, height));
    this.#tellBox();
  }

  #tellBox() {
    const {box} = this.boxes;
    say(box ? `Box ${box[0]}, ${box[1]} to ${box[2]}, ${box[3]}.` : "No box.");
  }

  #queueChanged() {
    if (!this.queue.current) {
      this.queue.advance();
      this.#display();
    }
  }

  /** Shows the current item; `told` is what happened before. */
  #display(told = "") {
    const item = this.queue.current;
    this.displayed = null;
    by("empty").hidden = item !== null;
    by("frame").hidden = item === null;
    for (const button of this.buttons) button.disabled = item === null && button.dataset.action !== "undo";
    fill(by("suggestions"), ...(item?.suggestions ?? []).map((one, i) => this.#suggestionItem(one, i)));
    by("suggestions-title").hidden = !item?.suggestions;
    this.#describe(item);
    if (!item) {
      const text = this.#emptyText();
      by("empty").textContent = text;
      say(`${told} ${text}`.trim());
      return;
    }
    if (item.state === "ready") return this.#paint(item, told);
    fill(by("frame"));
    say(`${told} Loading.`.trim());
    item.ready.then(() => {
      if (item === this.queue.current && item !== this.displayed) this.#paint(item, told);
    });
  }

  #paint(item, told) {
    if (item.state === "broken") {
      this.context.notice("An image could not be shown and was put off.");
      this.context.outbox.add({kind: "skip", key: newKey(), capture: item.capture});
      this.queue.take();
      return this.#display(told);
    }
    this.boxes.reset(item.width, item.height);
    fill(by("frame"), item.image, this.boxes.svg);
    this.#fit();
    this.displayed = item;
    this.shownAt = performance.now();
    const first = item.suggestions?.[0];
    const model = first ? "The model says " + this.#nameOf(first.label) + percent(first.confidence) + "."
                        : "No model has seen it.";
    by("stage").setAttribute("aria-label", "Image to label. " + model);
    say(`${told} ${told ? "Next: " : ""}${model}`.trim());
  }

  #emptyText() {
    if (this.trouble && !this.queue.exhausted) return "Waiting for the server…";
    if (!this.queue.exhausted) return "Loading…";
    const all = this.context.setup.class == null ? "" : " of this class";
    return `All done: nothing${all} waits for your label. ${this.context.setup.admin ? "Disagreements and progress are" : "Progress is"} above.`;
  }

  #describe(item) {
    const badges = [];
    if (item?.blind) badges.push("blind");
    if (item?.skipped) badges.push("skipped before");
    fill(by("badges"), ...badges.map((text) => element("span", {class: "badge"}, text)));
    const facts = item ? [item.file.split("/").pop(), item.device, `${item.width} × ${item.height}`, item.model] : [];
    by("caption").textContent = facts.filter(Boolean).join(" · ");
    by("facts").title = item?.file ?? "";
  }

  #nameOf(id) { return this.context.classes.get(id)?.name ?? "class " + id; }

  #suggestionItem(suggestion, i) {
    const one = this.context.classes.get(suggestion.label);
    const bar = element("span", {class: "confidence", "aria-hidden": "true"});
    bar.style.inlineSize = Math.round(100 * (suggestion.confidence ?? 0)) + "%";
    return element("li", {}, element("button", {
      type: "button", class: "suggestion", "aria-keyshortcuts": String(i + 1),
      on: {click: () => this.act({action: "suggestion", index: i})},
    }, element("kbd", {}, String(i + 1)), classPicture(one), ...className(one),
    element("span", {class: "share"}, percent(suggestion.confidence).trim()), bar));
  }

  #makeButtons() {
    const list = [
      ["reject", "Reject", "r"], ["unsure", "Unsure", "u"], ["skip", "Skip", "s"], ["undo", "Undo", "z"],
      ["clear-box", "No box", "Esc"], ["brighten", "Brighter", "b"], ["cards", "All signs", "c"], ["history", "History", "h"],
      ["grid", "Grid", "g"], ["help", "Keys", "?"],
    ];
    const buttons = list.map(([action, text, key]) => element("button", {
      type: "button", "aria-keyshortcuts": key, "data-action": action,
      on: {click: () => { this.act({action}); by("stage").focus({preventScroll: true}); }},
    }, text, element("kbd", {"aria-hidden": "true"}, key)));
    fill(by("actions"), ...buttons);
    return buttons.filter((button) => !["help", "cards", "grid"].includes(button.dataset.action));
  }

  /** As large as fits, in its own proportions. */
  #fit() {
    const item = this.queue.current;
    if (!item) return;
    const stage = by("stage"), frame = by("frame");
    const scale = Math.min(stage.clientWidth / item.width, stage.clientHeight / item.height);
    frame.style.width = Math.floor(item.width * scale) + "px";
    frame.style.height = Math.floor(item.height * scale) + "px";
  }
}

export function percent(confidence) {
  return confidence === undefined ? "" : ` ${Math.round(100 * confidence)} %`;
}
