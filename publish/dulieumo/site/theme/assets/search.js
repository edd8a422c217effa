// Search in the index that search.py writes: fetches only the shards of the words asked for. No server takes part.
import { element, fold, loadWords, t } from "./text.js";

const RANKED = 200;
const PAGE = 15;
const MOST_SHARDS = 8;

let base;
let manifest;
const files = new Map();

async function read(name) {
  if (!files.has(name)) {
    files.set(
      name,
      fetch(`${base}${name}.json`).then((answer) => {
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
        return answer.json();
      }),
    );
  }
  return files.get(name);
}

export const syllables = (text) => fold(text).split(/[^0-9a-z]+/).filter(Boolean);

const shardName = (term, letters) => term.slice(0, letters).replaceAll("+", "_");

/** The postings of a term, and of every term that it begins, as a map document → weight. */
async function postings(term, { asPrefix }) {
  const found = new Map();
  const names = new Set();
  for (let letters = Math.min(4, term.length); letters > 0; letters -= 1) {
    const name = shardName(term, letters);
    if (manifest.known.has(name)) {
      names.add(name);
      break;
    }
  }
  if (asPrefix) {
    const longer = manifest.shards.filter((name) => name.startsWith(shardName(term, term.length)));
    if (longer.length <= MOST_SHARDS) longer.forEach((name) => names.add(name));
  }
  const shards = await Promise.all([...names].map((name) => read(`t-${name}`)));
  for (const shard of shards) {
    for (const [word, [steps, weights]] of Object.entries(shard)) {
      const isWhole = word === term;
      if (!isWhole && !(asPrefix && word.startsWith(term) && !word.includes("+"))) continue;
      let number = 0;
      steps.forEach((step, position) => {
        number += step;
        const weight = weights[position] * (isWhole ? 1 : 0.5);
        if (weight > (found.get(number) ?? 0)) found.set(number, weight);
      });
    }
  }
  return found;
}

/** Numbers of the documents that fit, best first: those with every word, else those with most of them. */
async function rank(query) {
  const words = [...new Set(syllables(query))];
  if (!words.length) return [];
  const order = syllables(query);
  const pairs = order.slice(1).map((word, position) => `${order[position]}+${word}`);
  pairs.push(order.map((word) => `${word}+`).join(""));
  const [singles, doubles] = await Promise.all([
    Promise.all(words.map((word, position) => postings(word, { asPrefix: position === words.length - 1 && word.length > 1 }))),
    Promise.all(pairs.map((pair) => postings(pair, { asPrefix: false }))),
  ]);
  const rarity = (found) => Math.log(1 + manifest.documents / (1 + found.size));
  const scores = new Map();
  const matched = new Map();
  for (const found of singles) {
    for (const [number, weight] of found) {
      scores.set(number, (scores.get(number) ?? 0) + weight * rarity(found));
      matched.set(number, (matched.get(number) ?? 0) + 1);
    }
  }
  for (const found of doubles) {
    for (const [number, weight] of found) {
      if (scores.has(number)) scores.set(number, scores.get(number) + 2 * weight * rarity(found));
    }
  }
  const most = Math.max(0, ...matched.values());
  const chosen = [...scores.keys()].filter((number) => matched.get(number) === most);
  return chosen.sort((one, other) => scores.get(other) - scores.get(one) || one - other);
}

async function documents(numbers) {
  const chunks = [...new Set(numbers.map((number) => Math.floor(number / manifest.chunk)))];
  const loaded = new Map(await Promise.all(chunks.map(async (chunk) => [chunk, await read(`d-${chunk}`)])));
  return numbers.map((number) => loaded.get(Math.floor(number / manifest.chunk))[number % manifest.chunk]);
}

/** Where the words stand, if not in what the result shows anyway. */
function where(shown, words) {
  const visible = fold(`${shown.t} ${shown.s} ${shown.f ?? ""}`);
  const hidden = words.filter((word) => !visible.includes(word));
  if (!hidden.length) return null;
  const has = (text) => hidden.every((word) => syllables(text).some((part) => part.startsWith(word)));
  const column = shown.c?.find(has);
  if (column) return `${t("found_in_column")} ${column}`;
  const code = shown.v?.find(has);
  return code ? `${t("found_in_code")} ${code}` : null;
}

function result(shown, words, home) {
  const marks = (shown.k ?? []).flatMap((kind) => [element("span", { class: `mark mark-${kind}` }, t(`kind_${kind}`)), " "]);
  const place = where(shown, words);
  return element(
    "li",
    {},
    element("a", { href: home + shown.u }, shown.t),
    " ",
    ...marks,
    element("span", { class: "dataset-line" }, shown.s),
    element("span", { class: "dataset-facts" }, [shown.f, place].filter(Boolean).join(" · ")),
  );
}

export async function start() {
  const place = document.querySelector("[data-search]");
  const input = document.querySelector("#search-query");
  base = new URL(place.dataset.search, location.href).href;
  const home = place.dataset.home;
  await loadWords();
  const status = element("p", { role: "status" });
  const list = element("ul", { class: "dataset-list" });
  const more = element("button", { class: "button button-quiet", type: "button", hidden: true }, t("search_more"));
  place.replaceChildren(status, list, more);
  manifest = await read("index");
  manifest.known = new Set(manifest.shards);
  let turn = 0;

  async function show(query) {
    const own = ++turn;
    const words = syllables(query);
    if (!words.length) {
      status.textContent = "";
      list.replaceChildren();
      more.hidden = true;
      return;
    }
    const numbers = (await rank(query)).slice(0, RANKED);
    if (own !== turn) return;
    status.textContent = numbers.length ? t("search_count", { n: numbers.length, query }) : t("search_none", { query });
    list.replaceChildren();
    let next = 0;
    const add = async () => {
      const found = await documents(numbers.slice(next, next + PAGE));
      if (own !== turn) return;
      next += PAGE;
      list.append(...found.map((shown) => result(shown, words, home)));
      more.hidden = next >= numbers.length;
    };
    more.onclick = add;
    await add();
  }

  const asked = () => new URLSearchParams(location.search).get("q") ?? "";
  // what was typed before this script came stays
  input.value ||= asked();
  input.addEventListener("input", () => {
    const address = new URL(location.href);
    address.searchParams.set("q", input.value);
    history.replaceState(null, "", address);
    show(input.value);
  });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(input.value);
  });
  addEventListener("popstate", () => show((input.value = asked())));
  await show(input.value);
  if (!input.value) input.focus();
}
