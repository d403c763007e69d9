// How far everybody has come, how fast, and how well they agree.

import {get, SignedOut} from "./api.js";
import {by, element, fill, say} from "./dom.js";

const number = (value, digits = 0) => value === undefined || value === null ? "–"
  : value.toLocaleString(undefined, {maximumFractionDigits: digits, minimumFractionDigits: digits});

function table(caption, head, rows) {
  return element("div", {class: "scroll", tabIndex: 0, role: "region", "aria-label": caption}, element("table", {}, element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", {scope: "col"}, text)))),
    element("tbody", {}, ...rows.map(([first, ...rest]) => element("tr", {}, element("th", {scope: "row"}, first),
      ...rest.map((text) => element("td", {}, text)))))));
}

/** Landis and Koch, "The measurement of observer agreement for categorical data", Biometrics 33 (1977). */
export function kappaInWords(kappa) {
  if (kappa === undefined || kappa === null) return "not defined";
  if (kappa < 0) return "poor";
  return ["slight", "fair", "moderate", "substantial", "almost perfect"][Math.min(4, Math.max(0, Math.ceil(kappa * 5) - 1))];
}

export class ProgressView {
  constructor(context) { this.context = context; }

  async show() {
    const root = by("view-progress");
    let answer;
    try {
      answer = await get("progress?all=1");
    } catch (error) {
      if (error instanceof SignedOut) return this.context.signedOut(error.message);
      return fill(root, element("p", {class: "nothing"}, "The server cannot be reached; try again."));
    }
    const {all, mine} = answer;
    const statuses = Object.entries(all.statuses ?? {});
    const parts = [
      element("h2", {}, "Progress"),
      table("Captures", ["Status", "Captures"], [...statuses.map(([name, count]) => [name, number(count)]),
                                                  ["all", number(all.captures)], ["waiting for you", number(mine.left)]]),
      table("Annotators", ["Name", "Labels", "Taken back", "Images a minute", "Reviewed", "Found wrong"],
            (all.annotators ?? []).map((one) => [one.annotator, number(one.annotations), number(one.withdrawn),
              number(one.per_minute), number(one.reviewed), number(one.refused)])),
    ];
    if (all.pairs?.length) {
      parts.push(table("Agreement of two, on what both labelled blind", ["Who", "Captures", "The same", "Cohen's kappa", "In words"],
        all.pairs.map((one) => [`${one.first} and ${one.second}`, number(one.captures),
          number(100 * one.agreement) + " %", number(one.cohen_kappa, 2), kappaInWords(one.cohen_kappa)])));
    }
    if (all.fleiss_captures) {
      parts.push(element("p", {}, `Fleiss' kappa of ${number(all.fleiss_raters)} people on ` +
        `${number(all.fleiss_captures)} captures: ${number(all.fleiss_kappa, 2)} (${kappaInWords(all.fleiss_kappa)}).`));
    }
    fill(root, ...parts);
    say(`${number(mine.annotations)} labelled by you, ${number(mine.left)} left.`);
  }

  hide() {}

  key(event) {
    const view = {l: "label", g: "grid", "?": "help", d: "disputed"}[event.key];
    if (!view || event.metaKey || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    this.context.go(view);
  }
}
