// What opens over the page: keys, the reference card, the history of one capture.

import {get} from "./api.js";
import {by, element, openDialog} from "./dom.js";
import {kGridHelp, kHelp} from "./keys.js";
import {className, classPicture} from "./picker.js";

function keyTable(caption, rows) {
  return element("table", {class: "keys"}, element("caption", {}, caption), element("tbody", {},
    ...rows.map(([keys, text]) => element("tr", {}, element("th", {scope: "row"}, element("kbd", {}, keys)),
                                          element("td", {}, text)))));
}

export function openHelp() {
  openDialog("Keys", keyTable("One image", kHelp), keyTable("Grid", kGridHelp));
}

/** All classes; choosing one closes the card. `choose` is missing where there is nothing to label. */
export function openCards(classes, choose) {
  openDialog("All signs", element("ul", {class: "cards"}, ...[...classes.values()].map((one) => element("li", {},
    element("button", {
      type: "button", disabled: !choose,
      on: {click: () => { by("dialog").close(); choose(one); }},
    }, classPicture(one), element("span", {class: "id"}, String(one.id)), ...className(one))))));
}

export async function openHistory(capture, classes) {
  let history;
  try {
    history = await get("history/" + encodeURIComponent(capture));
  } catch (error) {
    return openDialog("History", element("p", {}, "Not to be had: " + error.message));
  }
  const said = (one) => one.verdict === "label" ? `${classes.get(one.label)?.name ?? "class " + one.label} (${one.label})`
    : {reject: "not usable", unsure: "unsure", withdraw: `took back annotation ${one.withdraws}`}[one.verdict];
  const events = [
    ["", history.received, "", `received${history.device ? " from " + history.device : ""} as ${history.file}`],
    ...(history.predictions ?? []).map((one) => ["model", one.created, one.model ?? "a model",
      `${classes.get(one.label)?.name ?? one.label}${one.confidence === undefined ? "" : `, ${Math.round(100 * one.confidence)} %`}`]),
    ...(history.annotations ?? []).map((one) => [one.mode, one.created, one.annotator,
      said(one) + (one.roi ? `, box ${one.roi.join(", ")}` : "") + (one.note ? `: ${one.note}` : "")]),
    ...(history.reviews ?? []).map((one) => ["review", one.created, one.reviewer,
      `${one.decision} annotation ${one.annotation}` + (one.note ? `: ${one.note}` : "")]),
  ];
  const when = (text) => new Date(text).toLocaleString();
  const rows = events.map(([kind, time, who, what]) => element("tr", {}, element("td", {}, element("time", {dateTime: time}, when(time))),
    element("td", {}, who), element("td", {}, what), element("td", {}, kind)));
  const facts = [history.taken && `Taken ${when(history.taken)}.`, history.group && `Sign: ${history.group}.`,
                 history.similar && `Looks like ${history.similar.map((one) => one.capture).join(", ")}.`,
                 history.known && `Equals ${history.known.map((one) => `${one.sample} of ${one.source}`).join(", ")}.`,
                 history.wanted && !history.status && "What others say is told when this capture is decided."];
  openDialog("History of " + history.capture, element("div", {class: "scroll", tabIndex: 0, role: "region", "aria-label": "History"}, element("table", {class: "events"}, element("tbody", {}, ...rows))),
             ...facts.filter(Boolean).map((text) => element("p", {}, text)));
}
