// A setting: where it starts from, and what the reader has moved, as changes of a scenario.

import { monthNumber, monthWords } from "./months.js";

/** @typedef {import("./levers.js").Change} Change */
/** @typedef {{from: string, to: string, ramp: boolean}} When An empty end is none. */
/** @typedef {{position: number, to: string, part: number}} Moved Where it stands, and whereto. */
/**
 * @typedef {object} Control
 * @property {string} parameter
 * @property {string} group
 * @property {string} label
 * @property {"percent" | "months" | "share" | "number"} kind
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {number} now
 * @property {string} present
 * @property {string} evidence
 * @property {[string, string]} said for more and for less
 * @property {[number, number] | null} seen
 * @property {boolean} away
 */
/**
 * @typedef {object} Setting
 * @property {string} start name of the scenario that it starts from
 * @property {Change[]} given its changes
 * @property {Map<string, Moved>} moved by parameter
 * @property {When} when of what is moved
 */

export const DIVERSION = "diversion.early_help";
const PRICE = "placements.price";
const IN_NEED = "child_in_need_plan";
const EARLY_HELP = "early_help";

/**
 * @param {any} data
 * @returns {Setting}
 */
export function unchanged(data) {
  return { start: "", given: [], moved: new Map(), when: { from: data.months[0], to: "", ramp: false } };
}

/**
 * Where a control rests with no change of policy.
 * @param {Control} control
 * @returns {number}
 */
export function resting(control) {
  return control.kind === "percent" || control.kind === "months" ? 0 : control.now;
}

/**
 * Where a control stands in a setting: moved, as its scenario has it at the end, or at rest.
 * @param {Setting} setting
 * @param {Control} control
 * @returns {number}
 */
export function position(setting, control) {
  const moved = setting.moved.get(control.parameter);
  if (moved) return moved.position;
  const given = setting.given.filter((one) => one.parameter === control.parameter).pop();
  if (given === undefined) return resting(control);
  const number = typeof given.number === "number" ? given.number : (given.number[0] + given.number[1]) / 2;
  if (given.multiplier) {
    if (control.kind === "percent") return 100 * (number - 1);
    return control.kind === "months" ? control.now * (number - 1) : control.now * number;
  }
  if (control.kind === "share") return 100 * number;
  return control.kind === "number" ? number : resting(control);
}

/**
 * The number of a change at a position of a control.
 * @param {Control} control
 * @param {number} at
 * @returns {{multiplier: boolean, number: number}}
 */
function numberAt(control, at) {
  const rounded = (/** @type {number} */ value) => Math.round(value * 1e4) / 1e4;
  if (control.kind === "percent") return { multiplier: true, number: rounded(1 + at / 100) };
  if (control.kind === "months") return { multiplier: true, number: rounded(1 + at / control.now) };
  return { multiplier: false, number: rounded(control.kind === "share" ? at / 100 : at) };
}

/**
 * All changes of a setting, as a scenario has them.
 * @param {Setting} setting
 * @param {any} data
 * @returns {Change[]}
 */
export function changesOf(setting, data) {
  const made = setting.given.filter((one) => !setting.moved.has(one.parameter));
  for (const control of data.controls) {
    const moved = setting.moved.get(control.parameter);
    if (moved === undefined || moved.position === resting(control)) continue;
    made.push({
      parameter: control.parameter,
      from: setting.when.from,
      to: setting.when.to || null,
      ...numberAt(control, moved.position),
      distribution: "middle_80",
      ramp: setting.when.ramp && setting.when.to !== "",
      instead: insteadOf(control, moved, data),
      reason: `${control.label}: ${amountWords(control, moved.position)}. ${control.evidence}`,
      source: `assumed: set on the what-if page of ${data.authority}`,
    });
  }
  return made;
}

/**
 * @param {Control} control
 * @param {Moved} moved
 * @param {any} data
 * @returns {[string, number][]}
 */
function insteadOf(control, moved, data) {
  if (!control.away) return [];
  if (control.parameter !== DIVERSION) return [[moved.to, 1]];
  const inNeed = data.stages.some((/** @type {any} */ one) => one.name === IN_NEED) ? moved.part / 100 : 0;
  const shares = /** @type {[string, number][]} */ ([[IN_NEED, inNeed], [EARLY_HELP, Math.round((1 - inNeed) * 100) / 100]]);
  return shares.filter(([, share]) => share > 0);
}

/**
 * A position in words: "+10%", "−1.1 months (−10%)", "155".
 * @param {Control} control
 * @param {number} at
 * @returns {string}
 */
export function amountWords(control, at) {
  const signed = (/** @type {number} */ value, /** @type {number} */ digits) =>
    `${value > 0 ? "+" : ""}${value.toFixed(digits)}`.replace("-", "−");
  if (control.kind === "percent") return at === 0 ? "no change" : `${signed(at, Number.isInteger(at) ? 0 : 1)}%`;
  if (control.kind === "months") {
    return at === 0 ? "no change" : `${signed(at, 1)} ${Math.abs(at) === 1 ? "month" : "months"} (${signed((100 * at) / control.now, 0)}%)`;
  }
  if (control.kind === "share") return `${at.toFixed(1).replace(/\.0$/, "")}%`;
  return at.toFixed(1).replace(/\.0$/, "");
}

/**
 * When a change holds, in words.
 * @param {Change} change
 * @param {any} data
 * @returns {string}
 */
export function whenWords(change, data) {
  const words = (/** @type {string | number} */ month) =>
    monthWords(data.months[Math.min(monthNumber(month, data.opening), data.months.length) - 1]);
  if (change.to === null) return `from ${words(change.from)}`;
  if (change.ramp) return `in equal steps from ${words(change.from)} to ${words(change.to)}`;
  return `from ${words(change.from)} to ${words(change.to)}`;
}

/**
 * A change as a part of a sentence.
 * @param {Change} change
 * @param {any} data
 * @returns {string}
 */
export function changeWords(change, data) {
  const control = data.controls.find((/** @type {Control} */ one) => one.parameter === change.parameter);
  const { number, multiplier } = change;
  const relative = control && ["percent", "months"].includes(control.kind);
  if (control && (relative ? multiplier : !multiplier || control.now !== 0)) {
    const plain = (/** @type {number} */ value) => Number(value.toFixed(1)).toString();
    const level = (/** @type {number} */ one) => (multiplier ? control.now * one : control.kind === "share" ? 100 * one : one);
    const ends = [number].flat().map((one) => (control.kind === "percent" ? 100 * (one - 1) : control.kind === "months" ? control.now * (one - 1) : level(one)));
    if (ends.length === 1 || ends[0] * ends[1] >= 0) {
      const size = ends.map((one) => plain(Math.abs(one))).sort((a_, b_) => Number(a_) - Number(b_)).join(" to ");
      const unit = { percent: "%", months: size === "1" ? " month" : " months", share: "%", number: "" }[/** @type {Control} */ (control).kind];
      const now = { percent: "", months: ` (${ends.map((one) => (control.now + one).toFixed(1)).join(" to ")} in place of ${control.now.toFixed(1)})`,
        share: ` (now ${plain(control.now)}%)`, number: ` (now ${plain(control.now)})` }[/** @type {Control} */ (control).kind];
      return control.said[ends[0] < 0 ? 1 : 0].replace("{}", size + unit) + now;
    }
  }
  const lever = data.levers.find((/** @type {any} */ one) => one.name === change.parameter);
  const text = typeof number === "number" ? String(number) : `${number[0]} to ${number[1]}`;
  return `${lever.label.slice(0, 1).toLowerCase()}${lever.label.slice(1)} ${multiplier ? `${text} times the baseline` : `${text} (${lever.unit})`}`;
}

/**
 * What a setting sets beyond what history has seen, in sentences.
 * @param {Setting} setting
 * @param {any} data
 * @returns {string[]}
 */
export function cautions(setting, data) {
  const set = new Set(changesOf(setting, data).map((one) => one.parameter));
  const moved = (/** @type {string} */ name) => data.placements !== null && (data.placements.moves !== null || name === PRICE);
  const made = data.levers
    .filter((/** @type {any} */ one) => set.has(one.name) && one.name.startsWith("placements.") && !moved(one.name))
    .map((/** @type {any} */ one) => `${one.label}: this page does not say what it changes, for that needs a return on looked-after children and prices of placements; riskmodel placements works it out where it can be.`);
  for (const control of /** @type {Control[]} */ (data.controls)) {
    const at = position(setting, control);
    if (!set.has(control.parameter)) continue;
    if (control.seen === null) {
      made.push(`${control.label}: nothing in this folder says how far this has moved before.`);
    } else if (at < control.seen[0] - 1e-9 || at > control.seen[1] + 1e-9) {
      made.push(`${control.label}, ${amountWords(control, Math.round(at * 10) / 10)}: beyond what has been seen. ${control.evidence.slice(0, 1).toUpperCase()}${control.evidence.slice(1)}`);
    }
  }
  return made;
}
