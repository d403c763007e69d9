// What this annotator holds: the images that come next are here, decoded, before they are asked for.

import {imageAddress, post, SignedOut, Unreachable} from "./api.js";

const kAhead = 6, kMostHeld = 100, kRetryMs = 2000, kRenewMs = 60000, kLookAgainMs = 5000;

/** Starts to load the image of an item; `item.image` is the element, `item.state` how far it is. */
export function preload(item) {
  if (item.image) return item;
  item.image = new Image();
  item.image.alt = "";
  item.image.draggable = false;
  item.image.decoding = "sync";
  item.state = "loading";
  item.image.src = imageAddress(item.capture);
  item.ready = item.image.decode().then(() => { item.state = "ready"; }, () => { item.state = "broken"; });
  return item;
}

export class Queue {
  /**
   * @param outbox whose captures are not given out again
   * @param on {changed(), lost(item), trouble(text), signedOut(why)}
   */
  constructor(outbox, on) {
    this.outbox = outbox;
    this.on = on;
    this.items = [];
    this.taken = new Set();  // captures that were labelled or put off since they were leased
    this.choice = {};        // order and class
    this.round = 0;          // counts requests, so that an answer is not held against what came later
    this.asking = false;
    this.exhausted = false;  // the server has no more than we hold
    this.active = false;
    this.current = null;
  }

  start(choice) {
    this.choice = choice;
    this.active = true;
    this.exhausted = false;
    return this.refill();
  }

  /** Forgets all; what the server had leased stays leased until somebody releases it. */
  stop() {
    this.active = false;
    clearTimeout(this.timer);
    this.items = [];
    this.current = null;
    this.taken.clear();
  }

  /** The first item becomes the current one; null if there is none yet. */
  advance() {
    this.current = this.items.shift() ?? null;
    if (this.items.length < kAhead - 1) this.refill();
    return this.current;
  }

  /** The current item is done with: labelled, or put off. */
  take() {
    this.taken.add(this.current.capture);
    return this.advance();
  }

  /** Puts an item before all others. `held`: the server has it leased to us already. */
  putBack(item, held) {
    if (this.current) this.items.unshift(this.current);
    this.current = preload(item);
    this.taken.delete(item.capture);
    item.heldSince = held ? this.round : Infinity;
  }

  /** The server has leased this capture to us from now on. */
  confirmHeld(capture) {
    for (const item of [this.current, ...this.items])
      if (item?.capture === capture) item.heldSince = this.round + 1;
  }

  /** Asks for more, and renews what is held. */
  async refill() {
    if (this.asking || !this.active) return;
    clearTimeout(this.timer);
    this.asking = true;
    const round = ++this.round;
    const sending = this.outbox.captures();
    try {
      const count = Math.min(kMostHeld, kAhead + this.outbox.size + this.items.length);
      const {items} = await post("next", {...this.choice, count});
      if (this.active) this.#merge(items, round, sending);
      this.unreached = false;
      this.on.trouble("");
    } catch (error) {
      this.unreached = error instanceof Unreachable;
      if (error instanceof SignedOut) this.on.signedOut(error.message);
      else this.on.trouble(error.message);
    } finally {
      this.asking = false;
    }
    if (!this.active) return;
    this.on.changed();
    clearTimeout(this.timer);
    const wait = this.unreached ? kRetryMs : this.current ? kRenewMs : kLookAgainMs;
    this.timer = setTimeout(() => this.refill(), wait);
  }

  /** @param sending captures of which something was on its way to the server when it was asked */
  #merge(items, round, sending) {
    const held = new Set(items.map((item) => item.capture));
    const lost = (item) => item && round >= (item.heldSince ?? round) && !held.has(item.capture);
    this.items = this.items.filter((item) => !lost(item));
    if (lost(this.current)) {
      this.on.lost(this.current);
      this.current = null;
    }
    const known = new Set([this.current, ...this.items].map((item) => item?.capture));
    let added = 0;
    for (const item of items) {
      if (known.has(item.capture) || sending.has(item.capture) || this.outbox.captures().has(item.capture)) continue;
      if (this.taken.has(item.capture) && !item.skipped) continue;
      this.taken.delete(item.capture);
      item.heldSince = round + 1;
      this.items.push(preload(item));
      ++added;
    }
    this.exhausted = added === 0;
  }
}
