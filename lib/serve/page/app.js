// Starts the page: who works here, in which tab, on which view.

import {ask, get, post, SignedOut, Unreachable} from "./api.js";
import {openCards, openHelp, openHistory} from "./dialogs.js";
import {DisputedView} from "./disputed.js";
import {alarm, by, dialogIsOpen, fill, say, takesKeys} from "./dom.js";
import {GridView} from "./grid.js";
import {LabelView} from "./label.js";
import {Outbox} from "./outbox.js";
import {ProgressView} from "./progress.js";
import {searchable} from "./search.js";

const kNoticeMs = 8000, kRetryMs = 1500, kTallyMs = 20000;
const views = {};
let context = null, shown = null, switching = Promise.resolve();

// --- signing in

async function signIn(token) {
  await ask("POST", "/v1/session", {token});
}

/** Asks for a token until one fits; returns when it does. */
function askForToken(reason) {
  by("login-reason").textContent = reason;
  by("login-wrong").textContent = "";
  if (!by("login").open) by("login").showModal();
  by("token").focus();
  return new Promise((done) => {
    by("login-form").onsubmit = async (event) => {
      event.preventDefault();
      try {
        await signIn(by("token").value.trim());
      } catch (error) {
        by("login-wrong").textContent = error instanceof Unreachable ? "The server cannot be reached." : error.message + ".";
        return;
      }
      by("token").value = "";
      by("login").close();
      done();
    };
  });
}

/** The address that `signpost annotate` prints holds the key of its session. */
async function signInByAddress() {
  const key = /^#key=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (!key) return false;
  history.replaceState(null, "", "#label");
  await signIn(key).catch(() => {});
  return true;
}

async function signedOut(why) {
  if (by("login").open) return;
  await askForToken(`Your session is over (${why}). Sign in again, or open the address that ` +
                    "signpost annotate prints; what you labelled is kept here meanwhile.");
  await resume();
}

/** Gives back what is held here and ends the session, once all labels are at the server. */
async function signOut() {
  const kept = context.outbox.size;
  if (kept > 0) return notice(`${kept} ${kept === 1 ? "label is" : "labels are"} not at the server yet; sign out when it has them.`);
  const view = shown;
  await views[view]?.hide();
  shown = null;
  try {
    await post("release", {});
    await ask("DELETE", "/v1/session");
  } catch {
    notice("The server cannot be reached; you are still signed in.");
    return switchTo(view);
  }
  location.replace("/annotate");
}

/** After a new session: the same annotator goes on, another one starts afresh. */
async function resume() {
  const setup = await get("setup").catch(() => null);
  if (!setup || setup.annotator !== context.setup.annotator) return location.reload();
  if (by("login").open) by("login").close();
  say("Signed in.");
  context.outbox.send();
  if (shown) views[shown].show();
}

// --- one tab at a time

/** Returns when this tab is the one; asks to have the place if another tab has it. */
function takePlace(annotator) {
  const name = "signpost-annotate-" + annotator;
  const steal = sessionStorage.getItem("signpost-steal") === "1";
  sessionStorage.removeItem("signpost-steal");
  if (!navigator.locks) return Promise.resolve();
  return new Promise((mine) => {
    const held = (lock) => {
      if (!lock) return elsewhere();
      mine();
      return new Promise(() => {});  // until the tab goes
    };
    navigator.locks.request(name, steal ? {steal: true} : {ifAvailable: true}, held).catch(() => {
      context?.outbox.stop();
      views[shown]?.hide();
      shown = null;
      elsewhere();
    });
  });
}

function elsewhere() {
  by("take-over").onclick = () => {
    sessionStorage.setItem("signpost-steal", "1");
    location.reload();
  };
  if (!by("elsewhere").open) by("elsewhere").showModal();
}

// --- views

const kTitles = {label: "Label", grid: "Grid", disputed: "Disagreements", progress: "Progress"};

async function show(name, ...given) {
  if (name === shown && given.length === 0) return;
  if (shown) await views[shown].hide();
  shown = name;
  for (const view of Object.keys(kTitles)) by("view-" + view).hidden = view !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === "#" + name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = kTitles[name] + " · signpost";
  if (location.hash !== "#" + name) history.pushState(null, "", "#" + name);
  await views[name].show(...given);
}

/** One switch after the other, however fast keys come. */
function switchTo(name, ...given) {
  switching = switching.then(() => show(name, ...given)).catch((error) => notice(String(error)));
  return switching;
}

function go(action, item) {
  if (action === "help") return openHelp();
  if (action === "history") return item ? openHistory(item.capture, context.classes) : undefined;
  if (action === "cards") {
    return openCards(context.classes, shown === "label" ? (one) => views.label.label(one.id) : undefined);
  }
  if (action === "disputed" && !context.setup.admin) return undefined;
  return switchTo(action);
}

function viewOfAddress() {
  const name = location.hash.slice(1);
  return kTitles[name] && (name !== "disputed" || context.setup.admin) ? name : "label";
}

let noticeTimer = null;
function notice(text) {
  alarm(text);
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { if (!context.offline) alarm(""); }, kNoticeMs);
}

// --- progress in the corner

let tally = null, tallyTimer = null;
async function loadTally() {
  clearTimeout(tallyTimer);
  tallyTimer = setTimeout(loadTally, kTallyMs);
  if (document.hidden || !context) return;
  const answer = await get("progress").catch(() => null);
  if (!answer) return;
  tally = answer.mine;
  drawTally();
}

function drawTally() {
  if (!tally) return;
  const speed = tally.median_ms ? `${Math.round(60000 / tally.median_ms)} a minute` : "";
  const parts = [`${tally.last_day} in 24 h`, speed, `${tally.left} left`].filter(Boolean);
  by("tally").textContent = parts.join(" · ");
}

function counted(count) {
  if (!tally) return;
  tally.last_day = Math.max(0, tally.last_day + count);
  tally.left = Math.max(0, tally.left - count);
  drawTally();
}

// --- the whole

async function loadSetup() {
  for (;;) {
    try {
      return await get("setup");
    } catch (error) {
      if (error instanceof SignedOut) await askForToken("Labels are kept under your name.");
      else await new Promise((again) => { alarm("The server cannot be reached; trying again."); setTimeout(again, kRetryMs); });
    }
  }
}

function makeOutbox(annotator) {
  const outbox = new Outbox(localStorage, annotator, {
    answered: (operation, answer) => views.label?.answered(operation, answer),
    refused: (operation, why) => views.label?.refused(operation, why),
    waiting: (count) => {
      const was = context.offline;
      context.offline = count > 0;
      if (count > 0) alarm(`The server cannot be reached. ${count} ${count === 1 ? "label is" : "labels are"} kept here and sent when it is back.`);
      else if (was) { alarm(""); say("The server is back; everything is sent."); }
    },
    signedOut,
  });
  window.addEventListener("beforeunload", (event) => { if (outbox.size > 0) event.preventDefault(); });
  window.addEventListener("online", () => outbox.send());
  return outbox;
}

async function start() {
  by("login").addEventListener("cancel", (event) => event.preventDefault());
  by("elsewhere").addEventListener("cancel", (event) => event.preventDefault());
  by("dialog-close").addEventListener("click", () => by("dialog").close());
  await signInByAddress();
  const setup = await loadSetup();
  alarm("");
  await takePlace(setup.annotator);
  const classes = new Map(setup.classes.map((one) => [one.id, one]));
  context = {setup, classes, entries: searchable(setup.classes), go, notice, signedOut, counted, offline: false};
  context.outbox = makeOutbox(setup.annotator);
  context.fix = (items) => switchTo("label", items);
  views.label = new LabelView(context);
  views.grid = new GridView(context);
  views.disputed = new DisputedView(context);
  views.progress = new ProgressView(context);
  fill(by("who"), setup.annotator);
  by("nav-disputed").hidden = !setup.admin;
  document.addEventListener("keydown", (event) => {
    if (!shown || dialogIsOpen() || takesKeys(event.target, event.key)) return;
    views[shown].key(event);
  });
  by("sign-out").addEventListener("click", signOut);
  by("skip").addEventListener("click", (event) => {
    event.preventDefault();
    (by("view-" + shown).querySelector("[tabindex='0'], select") ?? by("work")).focus();
  });
  window.addEventListener("hashchange", async () => {
    if (await signInByAddress()) return resume();
    if (location.hash.slice(1) !== shown) switchTo(viewOfAddress());
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { context.outbox.send(); loadTally(); } });
  context.outbox.send();
  loadTally();
  await switchTo(viewOfAddress());
}

start().catch((error) => alarm("The page could not start: " + error));
