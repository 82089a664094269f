// Fans drawn as SVG at the width of their place, so that type keeps its size.

import { monthWords } from "./months.js";
import { number } from "./words.js";

/**
 * @typedef {object} Fan
 * @property {string} id
 * @property {string} title
 * @property {string} text what it shows, for those who do not see it
 * @property {number} width
 * @property {number} height
 * @property {string} opening
 * @property {string[]} months
 * @property {number | null} now at the opening
 * @property {number[][]} ends
 * @property {number[][] | null} base the baseline, where the setting differs from it
 * @property {number} asked month that is asked of
 * @property {number | null} cap
 * @property {number} digits
 * @property {{name: string, colour: string, ends: number[][]}[]} others settings beside
 * @property {string} name of the setting
 * @property {string} colour
 */

const SVG = "http://www.w3.org/2000/svg";
const GREY = "#505a5f";
const PALE = "#d4d8dd";
const INK = "#0b0c0c";
/** Width of a letter of a label, at most on average. */
const LETTER = 7.4;

/**
 * @param {string} kind
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 * @returns {SVGElement}
 */
function part(kind, attributes, text) {
  const made = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * Steps of an axis from 0: 1, 2 or 5 times a power of ten.
 * @param {number} most
 * @returns {number}
 */
function stepOf(most) {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (/** @type {number} */ ([1, 2, 5, 10].find((one) => one * power >= rough)));
}

/**
 * Labels at the ends of lines, pushed apart where they would meet.
 * @param {{y: number, text: string, colour: string}[]} labels
 * @param {number} gap
 * @param {number} lowest
 */
function spread(labels, gap, lowest) {
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i += 1) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + gap);
  for (let i = labels.length - 1; i >= 0; i -= 1) {
    const most = i === labels.length - 1 ? lowest : labels[i + 1].y - gap;
    labels[i].y = Math.min(labels[i].y, most);
  }
}

/**
 * What stands at the ends of the lines.
 * @param {Fan} fan
 * @returns {{value: number, text: string, colour: string}[]}
 */
function labelTexts(fan) {
  const last = fan.months.length - 1;
  const one = (/** @type {string} */ name, /** @type {number[][]} */ ends, /** @type {string} */ colour) =>
    ({ value: ends[last][2], text: `${name} ${number(ends[last][2], fan.digits)}`, colour });
  return [
    ...(fan.base ? [one("No change", fan.base, GREY)] : []),
    ...fan.others.map((other) => one(other.name, other.ends, other.colour)),
    one(fan.base || fan.others.length > 0 ? fan.name : "Central", fan.ends, fan.colour),
    ...(fan.cap === null ? [] : [{ value: fan.cap, text: `Cap ${number(fan.cap, fan.cap % 1 ? 1 : 0)}`, colour: INK }]),
  ];
}

/**
 * A fan with the baseline behind it.
 * @param {Fan} fan
 * @returns {SVGElement}
 */
export function drawFan(fan) {
  const texts = labelTexts(fan);
  const size = { left: 44, right: fan.width - 10 - LETTER * Math.max(...texts.map((one) => one.text.length)), top: 12, bottom: fan.height - 26 };
  const drawn = fan.ends.flatMap((_, t) => (Number(fan.months[t].slice(5)) % 3 === 0 || t === fan.asked || t === fan.months.length - 1 ? [t] : []));
  const finite = [...fan.ends, ...(fan.base ?? []), ...fan.others.flatMap((one) => one.ends)].flat().filter(Number.isFinite);
  const middles = [fan.ends, ...(fan.base ? [fan.base] : [])].flat().map((row) => row[2]).filter(Number.isFinite);
  const cap = fan.cap === null ? 0 : 1.15 * fan.cap;
  const most = Math.max(Math.min(Math.max(...finite), 4 * Math.max(...middles, 1)), fan.now ?? 0, cap, 1) * 1.03;
  const count = fan.months.length;
  const x = (/** @type {number} */ t) => Math.round(10 * (size.left + ((t + 1) / count) * (size.right - size.left))) / 10;
  const y = (/** @type {number} */ value) => Math.round(10 * (size.bottom - (Math.min(value, most) / most) * (size.bottom - size.top))) / 10;
  const root = part("svg", { viewBox: `0 0 ${fan.width} ${fan.height}`, width: fan.width, height: fan.height,
    role: "img", "aria-labelledby": `${fan.id}-t ${fan.id}-d`, focusable: "false" });
  root.append(part("title", { id: `${fan.id}-t` }, fan.title), part("desc", { id: `${fan.id}-d` }, fan.text));
  drawAxes(root, fan, { size, most, x, y });
  const area = (/** @type {number[][]} */ ends, /** @type {number} */ low, /** @type {number} */ high) =>
    `M${[...drawn.map((t) => `${x(t)},${y(ends[t][high])}`), ...drawn.map((t) => `${x(t)},${y(ends[t][low])}`).reverse()].join("L")}Z`;
  const line = (/** @type {number[][]} */ ends) => {
    const start = fan.now === null ? [] : [`${x(-1)},${y(fan.now)}`];
    return `M${[...start, ...drawn.map((t) => `${x(t)},${y(ends[t][2])}`)].join("L")}`;
  };
  if (fan.base) root.append(part("path", { d: area(fan.base, 0, 4), fill: PALE, opacity: 0.75 }));
  root.append(part("path", { d: area(fan.ends, 0, 4), fill: fan.colour, opacity: 0.17 }));
  root.append(part("path", { d: area(fan.ends, 1, 3), fill: fan.colour, opacity: 0.24 }));
  if (fan.base) root.append(part("path", { d: line(fan.base), fill: "none", stroke: GREY, "stroke-width": 2, "stroke-dasharray": "5 4" }));
  for (const other of fan.others) root.append(part("path", { d: line(other.ends), fill: "none", stroke: other.colour, "stroke-width": 2 }));
  root.append(part("path", { d: line(fan.ends), fill: "none", stroke: fan.colour, "stroke-width": 2.5 }));
  if (fan.cap !== null) root.append(part("path", { d: `M${size.left},${y(fan.cap)}H${size.right}`, stroke: INK, "stroke-width": 1.2 }));
  const labels = texts.map((one) => ({ ...one, y: y(one.value) }));
  spread(labels, 14, size.bottom);
  for (const one of labels) root.append(part("text", { x: size.right + 6, y: one.y + 4, fill: one.colour, "font-size": 12, "font-weight": 600 }, one.text));
  return root;
}

/**
 * @param {SVGElement} root
 * @param {Fan} fan
 * @param {{size: {left: number, right: number, top: number, bottom: number}, most: number, x: (t: number) => number, y: (value: number) => number}} scale
 */
function drawAxes(root, fan, scale) {
  const { size, most, x, y } = scale;
  const step = stepOf(most);
  for (let value = 0; value <= most; value += step) {
    root.append(part("path", { d: `M${size.left},${y(value)}H${size.right}`, stroke: PALE, "stroke-width": value ? 0.8 : 1.2 }));
    root.append(part("text", { x: size.left - 6, y: y(value) + 4, "text-anchor": "end", "font-size": 12, fill: GREY }, number(value, step < 1 ? 1 : 0)));
  }
  const room = (size.right - size.left) / (fan.months.length / 12);
  const every = room > 58 ? 1 : 2;
  fan.months.filter((month) => month.endsWith("-03")).forEach((month, place) => {
    const at = x(fan.months.indexOf(month));
    root.append(part("path", { d: `M${at},${size.bottom}v4`, stroke: GREY }));
    if (place % every === 0) root.append(part("text", { x: at, y: size.bottom + 18, "text-anchor": "middle", "font-size": 12, fill: GREY }, `Mar ${month.slice(0, 4)}`));
  });
  root.append(part("path", { d: `M${x(fan.asked)},${size.top}V${size.bottom}`, stroke: GREY, "stroke-width": 1, "stroke-dasharray": "2 3" }));
}

/**
 * Rows of a chart's table: every March, the month asked of, and the last.
 * @param {Fan} fan
 * @returns {{t: number, month: string, values: {name: string, row: number[]}[]}[]}
 */
export function fanRows(fan) {
  const places = fan.months.map((_, t) => t).filter((t) => fan.months[t].endsWith("-03") || t === fan.asked || t === fan.months.length - 1);
  const series = [
    ...(fan.base ? [{ name: "No change", ends: fan.base }] : []),
    { name: fan.base || fan.others.length > 0 ? fan.name : "No change", ends: fan.ends },
    ...fan.others,
  ];
  return places.map((t) => ({ t, month: monthWords(fan.months[t]), values: series.map((one) => ({ name: one.name, row: one.ends[t] })) }));
}
