// The box of the sign: half-open [x1, y1, x2, y2] in pixels of the image, as in a sample.

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** The box that two points span, in any order; nothing if it is smaller than 2 pixels a side. */
export function spanned(a, b, width, height) {
  const box = [
    clamp(Math.floor(Math.min(a.x, b.x)), 0, width), clamp(Math.floor(Math.min(a.y, b.y)), 0, height),
    clamp(Math.ceil(Math.max(a.x, b.x)), 0, width), clamp(Math.ceil(Math.max(a.y, b.y)), 0, height),
  ];
  return box[2] - box[0] >= 2 && box[3] - box[1] >= 2 ? box : null;
}

/** Where a first box starts: a tenth of the image left free on each side. */
export function startingBox(width, height) {
  const x = Math.floor(width / 10), y = Math.floor(height / 10);
  return [x, y, width - x, height - y];
}

/** The whole box moved, kept inside the image. */
export function moved(box, dx, dy, width, height) {
  const x = clamp(dx, -box[0], width - box[2]), y = clamp(dy, -box[1], height - box[3]);
  return [box[0] + x, box[1] + y, box[2] + x, box[3] + y];
}

/** The right and lower edge moved: at least 2 pixels stay, at most the image. */
export function resized(box, dx, dy, width, height) {
  return [box[0], box[1], clamp(box[2] + dx, Math.min(width, box[0] + 2), width),
          clamp(box[3] + dy, Math.min(height, box[1] + 2), height)];
}

/** Which edges lie within `reach` of a point: a set of "x1", "y1", "x2", "y2"; empty inside and far off. */
export function edgesAt(box, point, reach) {
  const near = new Set();
  const inX = point.x > box[0] - reach && point.x < box[2] + reach;
  const inY = point.y > box[1] - reach && point.y < box[3] + reach;
  if (!inX || !inY) return near;
  if (Math.abs(point.x - box[0]) < reach) near.add("x1");
  else if (Math.abs(point.x - box[2]) < reach) near.add("x2");
  if (Math.abs(point.y - box[1]) < reach) near.add("y1");
  else if (Math.abs(point.y - box[3]) < reach) near.add("y2");
  return near;
}

const kNames = ["x1", "y1", "x2", "y2"];

/** Draws boxes over a frame of an image and lets a pointer draw, move and stretch one. */
export class BoxEditor {
  /** @param changed called with the box, or null, when the pointer has changed it */
  constructor(frame, changed) {
    this.frame = frame;
    this.changed = changed;
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-hidden", "true");
    this.box = null;
    for (const [event, run] of Object.entries(this.#handlers())) frame.addEventListener(event, run);
  }

  /** A new image of this size, without a box. */
  reset(width, height) {
    this.width = width;
    this.height = height;
    this.drag = null;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.set(null);
  }

  set(box) {
    this.box = box;
    this.svg.replaceChildren();
    if (box) drawBox(this.svg, box, "roi");
  }

  #at(event) {
    const area = this.frame.getBoundingClientRect();
    return {x: (event.clientX - area.left) / area.width * this.width,
            y: (event.clientY - area.top) / area.height * this.height};
  }

  #handlers() {
    const kReachPx = 12;
    return {
      pointerdown: (event) => {
        if (event.button !== 0 || !this.width) return;
        const point = this.#at(event);
        const reach = kReachPx * this.width / this.frame.getBoundingClientRect().width;
        const small = this.box && Math.min(this.box[2] - this.box[0], this.box[3] - this.box[1]) < 3 * reach;
        const edges = this.box && !small ? edgesAt(this.box, point, reach) : new Set();
        const inside = this.box && point.x >= this.box[0] && point.x < this.box[2] &&
                       point.y >= this.box[1] && point.y < this.box[3];
        this.drag = {from: point, box: this.box, edges, inside};
        this.frame.setPointerCapture(event.pointerId);
        event.preventDefault();
        this.frame.closest("[tabindex]")?.focus();
      },
      pointermove: (event) => {
        if (this.drag) this.set(this.#dragged(this.#at(event)));
      },
      pointerup: (event) => {
        if (!this.drag) return;
        const before = this.drag.box;
        this.set(this.#dragged(this.#at(event)) ?? before);
        this.drag = null;
        if (String(before) !== String(this.box)) this.changed(this.box);
      },
      pointercancel: () => {
        if (this.drag) this.set(this.drag.box);
        this.drag = null;
      },
    };
  }

  #dragged(point) {
    const {from, box, edges, inside} = this.drag;
    if (edges.size > 0) {
      const corner = (i) => edges.has(kNames[i]) ? (i % 2 === 0 ? point.x : point.y) : box[i];
      return spanned({x: corner(0), y: corner(1)}, {x: corner(2), y: corner(3)}, this.width, this.height) ?? box;
    }
    if (inside) {
      return moved(box, Math.round(point.x - from.x), Math.round(point.y - from.y), this.width, this.height);
    }
    return spanned(from, point, this.width, this.height);
  }
}

/** A box as a rectangle of an SVG drawing. */
export function drawBox(svg, box, kind) {
  for (const layer of ["halo", "line"]) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("class", layer + " " + kind);
    rect.setAttribute("x", box[0]);
    rect.setAttribute("y", box[1]);
    rect.setAttribute("width", box[2] - box[0]);
    rect.setAttribute("height", box[3] - box[1]);
    svg.append(rect);
  }
}
