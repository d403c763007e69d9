// Finds classes by what somebody types: English or German, without umlauts, or the number.

/** "Höchstgeschwindigkeit (80 km/h)" -> "hochstgeschwindigkeit 80 km/h", and "ue" counts as "ü". */
export function fold(text) {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase()
    .replace(/ß/g, "ss").replace(/[^\p{L}\p{N}/]+/gu, " ").trim();
}

const umlauts = (text) => text.replace(/ä/gi, "ae").replace(/ö/gi, "oe").replace(/ü/gi, "ue");

/** Lower is better; nothing if some word of the query is not there. */
function rank(entry, words) {
  let total = 0;
  for (const word of words) {
    let best = Infinity;
    for (const name of entry.names) {
      if (name === word) best = Math.min(best, 0);
      else if (name.startsWith(word)) best = Math.min(best, 1);
      else if ((" " + name).includes(" " + word)) best = Math.min(best, 2);
      else if (name.includes(word)) best = Math.min(best, 4);
    }
    if (entry.id === word) best = Math.min(best, 3);  // "30" is a speed limit rather than class 30
    if (best === Infinity) return null;
    total += best;
  }
  return total;
}

/** For `search`: classes as the server gives them. */
export function searchable(classes) {
  return classes.map((one) => ({
    one,
    id: String(one.id),
    names: [...new Set([one.name, one.name_de, umlauts(one.name_de)].map(fold))],
  }));
}

/** The classes that fit, best first. */
export function search(entries, query) {
  const words = fold(query).split(" ").filter(Boolean);
  if (words.length === 0) return [];
  return entries.map((entry) => ({entry, score: rank(entry, words)}))
    .filter(({score}) => score !== null)
    .sort((a, b) => a.score - b.score || a.entry.one.id - b.entry.one.id)
    .map(({entry}) => entry.one);
}
