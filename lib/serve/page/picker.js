// The field that finds a class by typing: a combobox with a list, after the ARIA pattern.

import {element, fill, say} from "./dom.js";
import {signAddress} from "./api.js";
import {search} from "./search.js";

const kShown = 8;

export class Picker {
  /**
   * @param entries as `searchable` gives them
   * @param on {chosen(class), closed()}
   */
  constructor(entries, on, name) {
    this.entries = entries;
    this.on = on;
    this.list = element("ul", {role: "listbox", id: name + "-list", "aria-label": "Classes found"});
    this.input = element("input", {
      type: "text", id: name, role: "combobox", autocomplete: "off", spellcheck: false,
      placeholder: "Search a class (/)", enterKeyHint: "done",
      "aria-label": "Search a class by name or number", "aria-expanded": "false",
      "aria-controls": name + "-list", "aria-autocomplete": "list",
      on: {input: () => this.#show(), keydown: (event) => this.#key(event)},
    });
    this.list.hidden = true;
    this.root = element("div", {class: "picker"}, this.input, this.list);
  }

  open(text = "") {
    this.input.value = text;
    this.input.focus();
    this.#show();
  }

  close() {
    this.input.value = "";
    this.#show();
    this.on.closed();
  }

  #show() {
    this.found = search(this.entries, this.input.value).slice(0, kShown);
    this.at = 0;
    fill(this.list, ...this.found.map((one, i) => element("li", {
      role: "option", id: `${this.input.id}-${i}`,
      on: {pointerdown: (event) => event.preventDefault(), click: () => this.#choose(i)},
    }, classPicture(one), ...className(one))));
    this.list.hidden = this.found.length === 0;
    this.input.setAttribute("aria-expanded", String(this.found.length > 0));
    if (this.input.value && this.found.length === 0) say("No class is called that.");
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === this.at)));
    if (this.found.length > 0) this.input.setAttribute("aria-activedescendant", `${this.input.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[this.at]?.scrollIntoView?.({block: "nearest"});
  }

  #key(event) {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step && this.found.length > 0) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.#mark();
    } else if (event.key === "Enter" && !event.repeat) {
      this.#choose(this.at);
    } else if (event.key === "Escape" || (event.key === "Backspace" && this.input.value === "")) {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(i) {
    const one = this.found[i];
    if (!one) return;
    this.close();
    this.on.chosen(one);
  }
}

/** Our drawing of a class, where there is one. */
export function classPicture(one) {
  return one?.sign ? element("img", {class: "sign", src: signAddress(one.id), alt: "", width: 40, height: 40})
                   : element("span", {class: "sign number", "aria-hidden": "true"}, String(one?.id ?? "?"));
}

/** Its names: English above German. */
export function className(one) {
  return [element("span", {class: "names"}, element("span", {class: "en"}, one?.name ?? "unknown class"),
                  element("span", {class: "de", lang: "de"}, one?.name_de ?? ""))];
}
