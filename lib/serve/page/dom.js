// Builds elements. Text is only ever set as text, so that no string from the store becomes markup.

/** An element with properties and children: element("button", {type: "button"}, "Stop"). */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "on") for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const by = (id) => document.getElementById(id);

/** Replaces all that is in `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/** Tells sighted users and screen readers what happened. */
export function say(text) {
  by("status").textContent = text;
}

/** The same for what must not be missed. Empty: it is over. */
export function alarm(text) {
  if (by("alert").textContent !== text) by("alert").textContent = text;
}

/** True where a key belongs to the element that has the focus. */
export function takesKeys(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest("input:not([type=checkbox]), textarea, select")) return true;
  return (key === "Enter" || key === " ") && target.closest("button, a, summary") !== null;
}

export function openDialog(title, ...body) {
  by("dialog-title").textContent = title;
  fill(by("dialog-body"), ...body);
  if (!by("dialog").open) by("dialog").showModal();
}

export const dialogIsOpen = () => document.querySelector("dialog[open]") !== null;
