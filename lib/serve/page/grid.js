// Many images at once that the model takes for one class: mark the wrong ones, confirm the rest.

import {get, newKey, post, SignedOut} from "./api.js";
import {by, element, fill, say} from "./dom.js";
import {className, classPicture} from "./picker.js";
import {preload} from "./queue.js";

const kPage = 24, kLongestMs = 3600000;

export class GridView {
  /** @param context as LabelView has it, and fix(items): label these one by one */
  constructor(context) {
    this.context = context;
    this.items = [];
    this.confirmed = [];  // keys of each confirmation, for undo
    this.chosen = null;
    by("grid-class").addEventListener("change", () => this.load(Number(by("grid-class").value)));
    this.buttons = [
      ["confirm", "Confirm the rest", "Enter", () => this.confirm()],
      ["fix", "Confirm, then label the marked ones", "f", () => this.confirm(true)],
      ["undo", "Undo", "z", () => this.undo()],
    ].map(([action, text, key, run]) => element("button", {
      type: "button", "data-action": action, class: action === "confirm" ? "primary" : "", "aria-keyshortcuts": key,
      on: {click: run},
    }, text, element("kbd", {"aria-hidden": "true"}, key)));
    fill(by("grid-actions"), ...this.buttons);
  }

  async show(predicted) {
    this.active = true;
    this.round = 0;
    await this.#classes();
    const wanted = predicted ?? this.chosen;
    const choice = this.waiting.has(wanted) ? wanted : [...this.waiting.keys()][0];
    if (choice === undefined) return this.#nothing("No image waits that a model has seen.");
    by("grid-class").value = String(choice);
    await this.load(choice);
  }

  /** Gives back what was not confirmed; what is to be labelled one by one is not among it. */
  async hide() {
    this.active = false;
    const rest = this.items.length;
    this.items = [];
    if (rest > 0) await post("release", {}).catch(() => {});
  }

  async load(predicted) {
    this.chosen = predicted;
    const round = ++this.round;
    const sending = this.context.outbox.captures();
    say("Loading.");
    try {
      const {items} = await post("next", {class: predicted, count: kPage, order: "class"});
      if (!this.active || round !== this.round) return;
      this.items = items.filter((item) => item.predicted === predicted && !sending.has(item.capture));
    } catch (error) {
      if (error instanceof SignedOut) return this.context.signedOut(error.message);
      return this.#nothing("The server cannot be reached; choose the class again to retry.");
    }
    this.at = 0;
    this.#draw();
    this.shownAt = performance.now();
  }

  key(event) {
    if (event.metaKey || event.altKey || event.ctrlKey) return;
    const columns = getComputedStyle(by("grid-cells")).gridTemplateColumns.split(" ").length;
    const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[event.key];
    const run = {
      " ": () => this.mark(this.at), x: () => this.mark(this.at), Enter: () => this.confirm(),
      f: () => this.confirm(true), z: () => this.undo(), Backspace: () => this.undo(),
      l: () => this.context.go("label"), p: () => this.context.go("progress"),
      "?": () => this.context.go("help"), c: () => this.context.go("cards"), g: () => {},
    }[event.key];
    if (!step && !run) return;
    event.preventDefault();
    if (event.repeat && !step) return;
    if (run) return run();
    const to = this.at + step;
    if (to >= 0 && to < this.items.length) this.#focus(to);
  }

  mark(i) {
    const item = this.items[i];
    if (!item || item.state === "broken") return;
    item.marked = !item.marked;
    this.#drawCell(i);
    this.#count();
    say(item.marked ? "Marked as something else." : "Not marked.");
  }

  /** @param fix whether the marked ones are labelled one by one now, rather than put off */
  confirm(fix = false) {
    if (this.items.length === 0) return;
    if (this.items.some((item) => item.state === "loading")) return say("Some images are still loading.");
    const each = Math.min(kLongestMs, Math.round((performance.now() - this.shownAt) / this.items.length));
    const right = this.items.filter((item) => !item.marked && item.state === "ready");
    const wrong = this.items.filter((item) => item.marked);
    const keys = right.map((item) => {
      const key = newKey();
      this.context.outbox.add({kind: "annotate", key, row: {
        capture: item.capture, verdict: "label", label: this.chosen, milliseconds: each,
      }});
      return key;
    });
    const later = fix ? this.items.filter((item) => item.state === "broken") : this.items.filter((item) => !right.includes(item));
    for (const item of later) this.context.outbox.add({kind: "skip", key: newKey(), capture: item.capture});
    if (keys.length > 0) this.confirmed.push(keys);
    this.context.counted(keys.length);
    const told = `${keys.length} confirmed as ${this.context.classes.get(this.chosen)?.name}` +
                 (wrong.length === 0 ? "." : `, ${wrong.length} ${fix ? "to label now" : "put off"}.`);
    this.items = [];
    if (fix && wrong.length > 0) {
      say(told);
      return this.context.fix(wrong);
    }
    this.#turnPage(told);
  }

  undo() {
    const keys = this.confirmed.pop();
    if (!keys) return say("Nothing was confirmed here.");
    for (const key of [...keys].reverse()) {
      if (!this.context.outbox.cancel(key)) this.context.outbox.add({kind: "undo", key: newKey(), of: key});
    }
    this.context.counted(-keys.length);
    this.#turnPage(`${keys.length} taken back.`);
  }

  /** The next page, when what was said of this one has reached the server. */
  async #turnPage(told) {
    fill(by("grid-cells"));
    say(told);
    while (this.active && this.context.outbox.size > 0) await new Promise((go) => setTimeout(go, 30));
    if (!this.active) return;
    await this.load(this.chosen);
    say(told + (this.items.length > 0 ? ` ${this.items.length} more.` : ""));
    if (this.items.length > 0) return;
    await this.#classes();
    this.#nothing(`${told} Nothing more of this class; choose another.`);
  }

  async #classes() {
    const {waiting} = await get("progress").catch(() => ({waiting: {}}));
    const counts = Object.entries(waiting).map(([id, count]) => [Number(id), count]);
    counts.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    this.waiting = new Map(counts);
    fill(by("grid-class"), ...counts.map(([id, count]) => element("option", {value: String(id)},
      `${this.context.classes.get(id)?.name ?? "class " + id} (${count})`)));
  }

  #nothing(text) {
    this.items = [];
    fill(by("grid-reference"));
    fill(by("grid-cells"), element("p", {class: "nothing"}, text));
    say(text);
    this.#count();
  }

  #draw() {
    const one = this.context.classes.get(this.chosen);
    fill(by("grid-reference"), classPicture(one), ...className(one));
    fill(by("grid-cells"), ...this.items.map((item, i) => {
      preload(item);
      item.image.alt = "";
      item.ready.then(() => { if (this.items[i] === item) this.#drawCell(i); this.#count(); });
      return element("div", {
        role: "option", class: "cell", tabIndex: i === 0 ? 0 : -1,
        on: {click: () => { this.#focus(i); this.mark(i); }, focus: () => { this.at = i; }},
      }, item.image, element("span", {class: "cross", "aria-hidden": "true"}, "✕"));
    }));
    this.items.forEach((_, i) => this.#drawCell(i));
    this.#count();
    this.#focus(0);
    say(this.items.length > 0 ? `${this.items.length} images that may show ${one?.name}.` : "Nothing waits here.");
  }

  #drawCell(i) {
    const item = this.items[i], cell = by("grid-cells").children[i];
    if (!cell) return;
    cell.classList.toggle("marked", Boolean(item.marked));
    cell.classList.toggle("broken", item.state === "broken");
    cell.setAttribute("aria-selected", String(Boolean(item.marked)));
    const state = item.state === "broken" ? "cannot be shown" : item.marked ? "marked as something else" : "not marked";
    const sure = item.suggestions?.[0]?.confidence;
    cell.setAttribute("aria-label", `Image ${i + 1} of ${this.items.length}, ${state}` +
      (sure === undefined ? "" : `, the model is ${Math.round(100 * sure)} % sure`));
  }

  #focus(i) {
    [...by("grid-cells").children].forEach((cell, other) => { if (cell.tabIndex !== undefined) cell.tabIndex = other === i ? 0 : -1; });
    this.at = i;
    by("grid-cells").children[i]?.focus?.();
  }

  #count() {
    const marked = this.items.filter((item) => item.marked).length;
    const rest = this.items.filter((item) => !item.marked && item.state !== "broken").length;
    const [confirm, fix, undo] = this.buttons;
    confirm.firstChild.textContent = `Confirm ${marked > 0 ? "the other " : ""}${rest}`;
    fix.firstChild.textContent = marked > 0 ? `Confirm, then label the ${marked} marked` : "Confirm, then label the marked";
    confirm.disabled = this.items.length === 0;
    fix.disabled = marked === 0;
    undo.disabled = this.confirmed.length === 0;
  }
}
