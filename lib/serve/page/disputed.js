// Captures on which people disagree, one after the other, with what each of them said.

import {get, imageAddress, post, Refused, SignedOut} from "./api.js";
import {by, element, fill, say} from "./dom.js";
import {className, classPicture, Picker} from "./picker.js";
import {drawBox} from "./roi.js";

const kBoxes = 5;  // kinds of line in style.css

export class DisputedView {
  constructor(context) {
    this.context = context;
    this.at = 0;
  }

  async show() {
    this.root = by("view-disputed");
    try {
      const {count, captures} = await get("disputed");
      this.count = count;
      this.captures = captures;
    } catch (error) {
      if (error instanceof SignedOut) return this.context.signedOut(error.message);
      this.captures = [];
      this.count = 0;
      return fill(this.root, element("p", {class: "nothing"}, "The server cannot be reached; try again."));
    }
    this.at = Math.min(this.at, Math.max(0, this.captures.length - 1));
    this.#draw();
  }

  hide() {}

  key(event) {
    if (event.metaKey || event.altKey || event.ctrlKey) return;
    const digit = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    const run = digit >= 0 ? () => this.#choose(this.opinions?.[digit]) : {
      "/": () => this.picker?.open(), r: () => this.#decide({}, "not usable"),
      ArrowRight: () => this.#go(1), ArrowLeft: () => this.#go(-1),
      l: () => this.context.go("label"), g: () => this.context.go("grid"),
      p: () => this.context.go("progress"), "?": () => this.context.go("help"),
      h: () => this.capture && this.context.go("history", {capture: this.capture.capture}),
    }[event.key];
    if (!run) return;
    event.preventDefault();
    if (!event.repeat) run();
  }

  #go(step) {
    const to = this.at + step;
    if (to < 0 || to >= this.captures.length) return;
    this.at = to;
    this.#draw();
  }

  #draw() {
    this.capture = this.captures[this.at];
    if (!this.capture) {
      fill(this.root, element("p", {class: "nothing"}, "Nobody disagrees on anything."));
      return say("Nobody disagrees on anything.");
    }
    const {capture} = this;
    this.opinions = capture.annotations.filter((one) => one.stands && one.verdict !== "unsure");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${capture.width} ${capture.height}`);
    svg.setAttribute("aria-hidden", "true");
    this.opinions.forEach((one, i) => { if (one.roi) drawBox(svg, one.roi, "opinion-" + (i % kBoxes)); });
    const frame = element("div", {class: "frame"},
                          element("img", {src: imageAddress(capture.capture), alt: "The disputed image"}), svg);
    frame.style.aspectRatio = `${capture.width} / ${capture.height}`;
    this.picker = new Picker(this.context.entries, {
      chosen: (one) => this.#decide({label: one.id}, one.name), closed: () => this.root.querySelector("button")?.focus(),
    }, "disputed-search");
    fill(this.root,
      element("div", {class: "bar"},
        element("p", {}, `${this.at + 1} of ${this.count} disagreements · ${capture.file?.split("/").pop() ?? capture.capture}`),
        this.#button("Before", "←", () => this.#go(-1)), this.#button("Next", "→", () => this.#go(1)),
        this.#button("History", "h", () => this.context.go("history", {capture: capture.capture}))),
      element("div", {class: "decide"}, element("div", {class: "decide-stage"}, frame),
        element("div", {class: "decide-panel"}, element("h2", {}, "Who is right?"),
          element("ol", {class: "opinions"}, ...this.opinions.map((one, i) => this.#opinion(one, i))),
          this.picker.root, this.#button("None: not usable", "r", () => this.#decide({}, "not usable")))));
    say(`Disagreement ${this.at + 1} of ${this.count}: ` + this.opinions.map((one) => this.#said(one)).join(" or ") + "?");
  }

  #said(one) {
    return one.verdict === "label" ? this.context.classes.get(one.label)?.name ?? "class " + one.label : "not usable";
  }

  #opinion(one, i) {
    const named = one.verdict === "label" ? this.context.classes.get(one.label) ?? {id: one.label, name: "class " + one.label}
                                          : {name: "Not usable", name_de: "Nicht brauchbar", id: "–"};
    return element("li", {}, element("button", {
      type: "button", class: "suggestion opinion-" + (i % kBoxes), "aria-keyshortcuts": String(i + 1),
      on: {click: () => this.#choose(one)},
    }, element("kbd", {}, String(i + 1)), classPicture(named), ...className(named),
    element("span", {class: "share"}, one.annotator)));
  }

  #button(text, key, run) {
    return element("button", {type: "button", "aria-keyshortcuts": key, on: {click: run}}, text,
                   element("kbd", {"aria-hidden": "true"}, key));
  }

  #choose(one) {
    if (one) this.#decide({annotation: one.id}, this.#said(one));
  }

  async #decide(choice, text) {
    if (!this.capture || this.deciding) return;
    this.deciding = true;
    try {
      await post("adjudicate", {capture: this.capture.capture, ...choice});
      say(`Decided: ${text}.`);
    } catch (error) {
      if (error instanceof SignedOut) return this.context.signedOut(error.message);
      this.context.notice(error instanceof Refused ? `Not kept: ${error.message}.`
                                                   : "The server cannot be reached; decide again.");
      if (!(error instanceof Refused)) return;
    } finally {
      this.deciding = false;
    }
    const told = by("status").textContent;
    await this.show();
    if (!this.capture) say(`${told} Nobody disagrees on anything else.`);
  }
}
