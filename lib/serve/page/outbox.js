// Labels on their way to the server. Each is kept in the browser's storage before anything else
// happens, and leaves it when the server has answered: a restart of the server, a lost answer, a
// closed tab or an ended session loses none and doubles none.

import {post, SignedOut, Unreachable} from "./api.js";

const kFirstWaitMs = 500, kLongestWaitMs = 8000, kMostAtOnce = 50;

/**
 * An operation is {kind: "annotate", key, row}, {kind: "undo", key, of} or {kind: "skip", capture}.
 * They are sent in order, one request at a time.
 */
export class Outbox {
  /**
   * @param storage where they are kept, like localStorage
   * @param name of the annotator: each has his own
   * @param on {answered(operation, answer), refused(operation, why), waiting(count), signedOut()}
   */
  constructor(storage, name, on) {
    this.storage = storage;
    this.place = "signpost-outbox-" + name;
    this.on = on;
    this.operations = this.#read();
    this.sending = 0;  // how many of the first are with the server now
    this.waitMs = 0;
    this.timer = null;
    this.stopped = false;
  }

  get size() { return this.operations.length; }

  add(operation) {
    this.operations.push(operation);
    this.#keep();
    this.send();
  }

  /** Takes back what has not been sent; false if it is with the server, or was. */
  cancel(key) {
    const at = this.operations.findIndex((one) => one.key === key);
    if (at < this.sending) return false;
    this.operations.splice(at, 1);
    this.#keep();
    return true;
  }

  /** Of which something waits here or is with the server. */
  captures() {
    return new Set(this.operations.map((one) => one.row?.capture ?? one.capture));
  }

  /** Sends all there is; returns when that is done or cannot be done now. */
  async send() {
    if (this.sending > 0 || this.stopped) return;
    clearTimeout(this.timer);
    while (this.operations.length > 0 && !this.stopped) {
      const batch = this.#batch();
      this.sending = batch.length;
      try {
        await this.#sendBatch(batch);
        this.#done(batch.length);
      } catch (error) {
        this.sending = 0;
        if (error instanceof SignedOut) return this.on.signedOut(error.message);
        if (error instanceof Unreachable) return this.#later();
        // One that the server cannot read must not hold up the others.
        if (batch.length > 1) { this.single = batch.length; continue; }
        this.on.refused(batch[0], error.message);
        this.#done(1);
      }
    }
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  #batch() {
    const first = this.operations[0];
    if (first.kind !== "annotate" || this.single > 0) {
      this.single = Math.max(0, (this.single ?? 0) - 1);
      return [first];
    }
    let end = 1;
    while (end < this.operations.length && end < kMostAtOnce && this.operations[end].kind === "annotate") ++end;
    return this.operations.slice(0, end);
  }

  async #sendBatch(batch) {
    if (batch[0].kind === "undo") {
      const {key, of} = batch[0];
      this.on.answered(batch[0], await post("undo", of ? {key, of} : {key}));
    } else if (batch[0].kind === "skip") {
      this.on.answered(batch[0], await post("skip", {capture: batch[0].capture}));
    } else {
      const rows = batch.map((one) => ({...one.row, key: one.key}));
      const {answers} = await post("annotations", {annotations: rows});
      batch.forEach((one, i) => {
        if (answers[i].wrong) this.on.refused(one, answers[i].wrong);
        else this.on.answered(one, answers[i]);
      });
    }
  }

  #done(count) {
    if (this.stopped) return;  // another tab has them now
    this.operations.splice(0, count);
    this.sending = 0;
    this.waitMs = 0;
    this.#keep();
    this.on.waiting(0);
  }

  #later() {
    this.waitMs = Math.min(kLongestWaitMs, this.waitMs ? this.waitMs * 2 : kFirstWaitMs);
    this.on.waiting(this.operations.length);
    this.timer = setTimeout(() => this.send(), this.waitMs * (0.75 + Math.random() / 2));
  }

  #read() {
    try {
      const kept = JSON.parse(this.storage.getItem(this.place) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => typeof one?.kind === "string") : [];
    } catch {
      return [];
    }
  }

  #keep() {
    try {
      if (this.operations.length === 0) this.storage.removeItem(this.place);
      else this.storage.setItem(this.place, JSON.stringify(this.operations));
    } catch {
      // Storage that is full or forbidden: they stay in memory, and leaving the page asks first.
    }
  }
}
