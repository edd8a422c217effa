// The real rows of a table on its page: read from Parquet when they come into view, sorted and filtered here.
import { fill } from "./grid.js";
import { open, SMALL_BYTES } from "./parquet.js";
import { csv, element, fold, loadWords, number, save, size, t } from "./text.js";

const STEP = 25;

export async function start() {
  await loadWords();
  const places = [...document.querySelectorAll("[data-preview]")];
  const tables = places.map((place) => {
    const facts = JSON.parse(place.dataset.preview);
    let reading;
    return { facts, place, read: () => (reading ??= open(facts)) };
  });
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        seen.unobserve(entry.target);
        const table = tables.find((one) => one.place === entry.target);
        show(table, tables).catch((error) => {
          table.place.replaceChildren(element("p", { class: "preview-absent", role: "alert" }, t("failed", { cause: error.message })));
        });
      }
    },
    { rootMargin: "300px" },
  );
  places.forEach((place) => seen.observe(place));
}

async function show(table, tables) {
  const { facts, place } = table;
  place.replaceChildren(element("p", { class: "preview-absent", role: "status" }, t("loading")));
  const isSmall = facts.bytes <= SMALL_BYTES;
  const read = await table.read();
  const state = { rows: await read(isSmall), isAll: isSmall, sort: null, isDown: false, text: "", column: "", shown: STEP };

  const status = element("p", { class: "preview-status", role: "status" });
  const grid = element("table", { class: "grid" });
  const region = element(
    "div",
    { class: "scroll grid-scroll", role: "region", tabIndex: 0, "aria-label": `${t("rows_of")} ${facts.title}` },
    grid,
  );
  const more = element("button", { class: "button button-quiet", type: "button" }, t("more"));
  const all = element("button", { class: "button button-quiet", type: "button", hidden: isSmall }, t("load_all", { size: size(facts.bytes) }));
  const download = element("button", { class: "button button-quiet", type: "button" }, t("save_csv"));
  const column = element(
    "select",
    { "aria-label": t("filter_column") },
    element("option", { value: "" }, t("any_column")),
    ...facts.columns.map((one) => element("option", { value: one.name }, one.title)),
  );
  const text = element("input", { type: "search", autocomplete: "off", placeholder: t("filter_hint"), "aria-label": t("filter") });
  const view = element("div", { class: "preview-view" }, region, element("p", { class: "preview-actions" }, more, all, download));
  const panels = [{ name: t("table_tab"), panel: view }];

  let matching = [];
  const update = () => {
    matching = filtered(state, facts);
    fill(grid, facts.columns, matching.slice(0, state.shown), state, (index) => {
      if (state.sort === index && state.isDown) state.sort = null;
      else if (state.sort === index) state.isDown = true;
      else Object.assign(state, { sort: index, isDown: false });
      update();
      grid.querySelectorAll("thead button")[index].focus();
    });
    const shown = Math.min(state.shown, matching.length);
    const parts = [t("shown", { shown, total: state.text ? matching.length : facts.rows })];
    if (state.text) parts.push(t("matching", { matching: matching.length, total: state.rows.length }));
    if (!state.isAll) parts.push(t("only_first", { n: state.rows.length }));
    status.textContent = matching.length ? parts.join(" · ") : t("empty");
    more.hidden = shown >= matching.length;
    panels.forEach((one) => one.update?.(matching));
  };
  text.addEventListener("input", () => {
    Object.assign(state, { text: text.value, shown: STEP });
    update();
  });
  column.addEventListener("change", () => {
    state.column = column.value;
    update();
  });
  more.addEventListener("click", () => {
    state.shown += 4 * STEP;
    update();
  });
  all.addEventListener("click", async () => {
    all.disabled = true;
    all.textContent = t("loading");
    state.rows = await read(true);
    Object.assign(state, { isAll: true });
    all.hidden = true;
    update();
  });
  download.addEventListener("click", () => {
    save(`${facts.table}.csv`, csv(facts.columns.map((one) => one.name), matching));
  });

  const point = coordinates(facts.columns);
  if (point) {
    const { chart } = await import("./map.js");
    const drawn = chart(facts.columns, point);
    panels.push({ name: t("map_tab"), panel: drawn.element, update: drawn.update });
  }
  panels.push({
    name: t("sql_tab"),
    panel: element("div", { class: "sql" }),
    open: (panel) => import("./sql.js").then((module) => module.start(panel, tables, facts)),
  });
  const filters = element("div", { class: "preview-filters" }, text, column);
  place.replaceChildren(tabs(panels, facts), filters, status, ...panels.map((one) => one.panel));
  place.classList.add("is-ready");
  update();
  place.dataset.rows = number(state.rows.length);
}

/** The rows that fit the filter, in the chosen order. */
function filtered(state, facts) {
  let rows = state.rows;
  const wanted = fold(state.text).split(/\s+/).filter(Boolean);
  if (wanted.length) {
    const only = facts.columns.findIndex((one) => one.name === state.column);
    const readable = (row) => {
      const cells = only < 0 ? row.map((value, index) => label(value, facts.columns[index])) : [label(row[only], facts.columns[only])];
      return fold(cells.join(" "));
    };
    rows = rows.filter((row) => {
      const own = readable(row);
      return wanted.every((word) => own.includes(word));
    });
  }
  if (state.sort === null) return rows;
  const { sort, isDown } = state;
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  return [...rows].sort((one, other) => {
    const [first, second] = [one[sort], other[sort]];
    // what is missing stays last, whichever the direction
    if (first === null || second === null) return (first === null) - (second === null);
    const order = typeof first === "number" && typeof second === "number" ? first - second : compare(String(first), String(second));
    return isDown ? -order : order;
  });
}

const label = (value, column) => {
  if (value === null) return "";
  const name = column.labels?.[value];
  return name ? `${value} ${name}` : String(value);
};

/** Which columns hold longitude and latitude: two columns by their declared role, or one geopoint. */
function coordinates(columns) {
  const of = (role) => columns.findIndex((column) => column.role === role);
  if (of("longitude") >= 0 && of("latitude") >= 0) {
    const [longitude, latitude] = [of("longitude"), of("latitude")];
    return (row) => (row[longitude] === null || row[latitude] === null ? null : [Number(row[longitude]), Number(row[latitude])]);
  }
  const point = columns.findIndex((column) => column.type === "geopoint");
  if (point < 0) return null;
  return (row) => {
    if (row[point] === null) return null;
    const { lon, lat } = JSON.parse(row[point]);
    return [lon, lat];
  };
}

/** Tabs as the ARIA practices have them: arrows move, the chosen one is in the tab order. */
function tabs(panels, facts) {
  const list = element("div", { class: "tabs", role: "tablist", "aria-label": facts.table });
  const choose = (chosen, withFocus) => {
    panels.forEach((one, index) => {
      const isChosen = index === chosen;
      one.panel.hidden = !isChosen;
      one.tab.setAttribute("aria-selected", String(isChosen));
      one.tab.tabIndex = isChosen ? 0 : -1;
      if (isChosen) {
        if (withFocus) one.tab.focus();
        one.open?.(one.panel);
        one.open = undefined;
        list.parentElement?.classList.toggle("is-sql", one.panel.classList.contains("sql"));
        list.parentElement?.classList.toggle("is-map", one.panel.classList.contains("map-panel"));
        one.panel.dispatchEvent(new Event("shown"));
      }
    });
  };
  panels.forEach((one, index) => {
    const id = `${facts.table}-${index}`;
    one.tab = element("button", { class: "tab", type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` }, one.name);
    Object.assign(one.panel, { id: `panel-${id}` });
    one.panel.setAttribute("role", "tabpanel");
    one.panel.setAttribute("aria-labelledby", `tab-${id}`);
    one.tab.addEventListener("click", () => choose(index));
    one.tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choose((index + step + panels.length) % panels.length, true);
    });
    list.append(one.tab);
  });
  choose(0);
  return list;
}
