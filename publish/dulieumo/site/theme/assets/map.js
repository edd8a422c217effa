// Points on a plain map: no tiles, no other server. Degrees on the frame, a scale bar, the nearest row on hover.
import { element, number, t } from "./text.js";
import { shown } from "./grid.js";

const HEIGHT = 440;
const EDGE = 36;
const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45];

/** A map of the rows; `point(row)` gives [longitude, latitude] or null. Returns its element and update(rows). */
export function chart(columns, point) {
  const canvas = element("canvas", { class: "map-canvas", role: "img" });
  const tip = element("p", { class: "map-tip", hidden: true });
  const zoomIn = element("button", { class: "map-zoom", type: "button", "aria-label": t("zoom_in") }, "+");
  const zoomOut = element("button", { class: "map-zoom", type: "button", "aria-label": t("zoom_out") }, "−");
  const count = element("p", { class: "preview-status" });
  const frame = element("div", { class: "map" }, canvas, tip, element("div", { class: "map-tools" }, zoomIn, zoomOut));
  const panel = element("div", { class: "map-panel" }, frame, count);
  let points = [];
  let view = null;
  let places = [];

  const fit = () => {
    const [longitudes, latitudes] = [points.map((one) => one.x), points.map((one) => one.y)];
    const [west, east, south, north] = [Math.min(...longitudes), Math.max(...longitudes), Math.min(...latitudes), Math.max(...latitudes)];
    view = { x: (west + east) / 2, y: (south + north) / 2, span: Math.max(east - west, (north - south) * 1.4, 0.01) * 1.12 };
  };

  const draw = () => {
    if (panel.hidden || !view || !canvas.clientWidth) return;
    const width = canvas.clientWidth;
    const ratio = devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = HEIGHT * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const squeeze = Math.cos((view.y * Math.PI) / 180);
    const scale = Math.min((width - 2 * EDGE) / view.span, ((HEIGHT - 2 * EDGE) / view.span) * 1.4 * squeeze);
    const left = (x) => width / 2 + (x - view.x) * scale;
    const top = (y) => HEIGHT / 2 - ((y - view.y) * scale) / squeeze;
    pen.fillStyle = colour("--sunken");
    pen.fillRect(0, 0, width, HEIGHT);
    degrees(pen, { left, top, scale, squeeze, width, view, line: colour("--line"), ink: colour("--quiet") });
    pen.fillStyle = colour("--accent");
    pen.globalAlpha = points.length > 500 ? 0.5 : 0.8;
    const radius = points.length > 500 ? 3 : 4.5;
    places = points.map((one) => ({ ...one, left: left(one.x), top: top(one.y) }));
    for (const one of places) {
      pen.beginPath();
      pen.arc(one.left, one.top, radius, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.globalAlpha = 1;
  };

  canvas.addEventListener("pointermove", (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    let nearest = null;
    let least = 15 * 15;
    for (const one of places) {
      const distance = (one.left - x) ** 2 + (one.top - y) ** 2;
      if (distance < least) [nearest, least] = [one, distance];
    }
    tip.hidden = !nearest;
    if (nearest) {
      const facts = columns.slice(0, 4).map((column, index) => [column, nearest.row[index]]);
      tip.replaceChildren(...facts.filter(([, value]) => value !== null).map(([column, value]) => element("span", {}, `${column.title}: ${shown(value, column)}`)));
      tip.classList.toggle("is-right", x > canvas.clientWidth / 2);
    }
  });
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  zoomIn.addEventListener("click", () => zoom(0.6));
  zoomOut.addEventListener("click", () => zoom(1 / 0.6));
  const zoom = (factor) => {
    if (!view) return;
    view.span *= factor;
    draw();
  };
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY, view: { ...view } };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => (held = null));
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const squeeze = Math.cos((view.y * Math.PI) / 180);
    const scale = Math.min((canvas.clientWidth - 2 * EDGE) / view.span, ((HEIGHT - 2 * EDGE) / view.span) * 1.4 * squeeze);
    view.x = held.view.x - (event.clientX - held.x) / scale;
    view.y = held.view.y + ((event.clientY - held.y) / scale) * squeeze;
    draw();
  });
  panel.addEventListener("shown", draw);
  new ResizeObserver(draw).observe(frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  const update = (rows) => {
    points = rows.flatMap((row) => {
      const at = point(row);
      return at && at.every(Number.isFinite) ? [{ x: at[0], y: at[1], row }] : [];
    });
    count.textContent = t("map_points", { n: points.length });
    canvas.setAttribute("aria-label", `${t("map_label")}: ${t("map_points", { n: points.length })}`);
    if (points.length && !view) fit();
    draw();
  };
  return { element: panel, update };
}

function degrees(pen, { left, top, scale, squeeze, width, view, line, ink }) {
  const step = STEPS.find((one) => one * scale > 90) ?? 45;
  pen.strokeStyle = line;
  pen.fillStyle = ink;
  pen.font = "12px system-ui, sans-serif";
  pen.lineWidth = 1;
  const half = [width / 2 / scale, (HEIGHT / 2 / scale) * squeeze];
  for (let x = Math.ceil((view.x - half[0]) / step) * step; x < view.x + half[0]; x += step) {
    pen.beginPath();
    pen.moveTo(left(x), 0);
    pen.lineTo(left(x), HEIGHT);
    pen.stroke();
    pen.fillText(`${number(Number(x.toFixed(3)))}°`, left(x) + 4, HEIGHT - 8);
  }
  for (let y = Math.ceil((view.y - half[1]) / step) * step; y < view.y + half[1]; y += step) {
    pen.beginPath();
    pen.moveTo(0, top(y));
    pen.lineTo(width, top(y));
    pen.stroke();
    pen.textAlign = "right";
    pen.fillText(`${number(Number(y.toFixed(3)))}°`, width - 8, top(y) - 5);
    pen.textAlign = "left";
  }
  // a scale bar: 111.32 km to a degree of latitude
  const kilometres = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => (one / 111.32 / squeeze) * scale > 60) ?? 1000;
  const length = (kilometres / 111.32 / squeeze) * scale;
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(width - 16 - length, 16);
  pen.lineTo(width - 16, 16);
  pen.stroke();
  pen.fillText(`${number(kilometres)} km`, width - 16 - length, 32);
}
