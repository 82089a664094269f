// Numbers with their ranges, and what a setting comes to in sentences.

import { difference, outcomeOf } from "./answers.js";
import { meanOf, monthOf } from "./arrays.js";
import { monthWords } from "./months.js";
import { chanceRange } from "./posts.js";
import { changeWords, whenWords } from "./setting.js";

/** @typedef {import("./answers.js").Range} Range */
/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Outcome} Outcome */
/** @typedef {import("./levers.js").Change} Change */

const MOST = 1e15;
const FORMS = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/**
 * A number with separated thousands and a real minus.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function number(value, digits = 0) {
  if (!(Math.abs(value) < MOST)) return "no number";
  const text = FORMS[digits].format(value);
  return text.replace("-", /[1-9]/.test(text) ? "−" : "");
}

/**
 * The same with its sign.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function signed(value, digits = 0) {
  const text = number(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/**
 * @param {Range} range
 * @param {number} [digits]
 * @returns {string}
 */
export function rangeWords(range, digits = 0) {
  const high = Number.isFinite(range[2]) ? number(range[2], digits) : "no limit";
  return `${number(range[0], digits)} to ${high}`;
}

/**
 * A chance in whole percent, which simulations never make nought or certain.
 * @param {number} chance
 * @returns {string}
 */
export function chanceWords(chance) {
  if (chance < 0.01) return "less than 1%";
  return chance > 0.99 ? "more than 99%" : `${Math.round(100 * chance)}%`;
}

/**
 * What so many simulations leave open of a chance.
 * @param {number} chance
 * @param {Model} model
 * @returns {string}
 */
export function chanceRangeWords(chance, model) {
  const [low, high] = chanceRange(chance, model.data.kept);
  return `${Math.round(100 * low)}% to ${Math.round(100 * high)}%`;
}

/**
 * An amount of money in millions or thousands.
 * @param {number} value
 * @param {string} currency
 * @returns {string}
 */
export function money(value, currency) {
  const sign = currency === "GBP" ? "£" : `${currency} `;
  return value >= 999500 ? `${sign}${number(value / 1e6, 1)} million` : `${sign}${number(Math.round(value / 1000) * 1000)}`;
}

/**
 * Both ends of a range of amounts.
 * @param {Range} range
 * @param {string} currency
 * @returns {string}
 */
export function moneyRange(range, currency) {
  const [low, high] = [range[0], range[2]].map((one) => money(one, currency));
  const unit = " million";
  return low.endsWith(unit) && high.endsWith(unit) ? `${low.slice(0, -unit.length)} to ${high}` : `${low} to ${high}`;
}

/**
 * @param {string} text
 * @returns {string}
 */
export function lowered(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/**
 * Parts of a sentence: one, two and three.
 * @param {string[]} parts
 * @returns {string}
 */
export function listed(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/**
 * What is set, in a sentence.
 * @param {Change[]} changes
 * @param {any} data
 * @returns {string}
 */
export function setWords(changes, data) {
  if (changes.length === 0) return "Nothing is changed: this is the projection with no change of policy.";
  /** @type {Map<string, string[]>} */
  const parts = new Map();
  for (const change of changes) {
    const when = whenWords(change, data);
    parts.set(when, [...(parts.get(when) ?? []), changeWords(change, data)]);
  }
  const said = [...parts].map(([when, each]) => `${when}, ${listed(each)}`).join("; ");
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`;
}

/**
 * Where children are otherwise whom changes add or take away, in a sentence; empty where none are.
 * @param {Change[]} changes
 * @param {any} data
 * @returns {string}
 */
export function otherwiseWords(changes, data) {
  /** @type {Map<string, string[]>} */
  const by = new Map();
  for (const { parameter, instead } of changes) {
    if (instead.length !== 1) continue;
    const [[name]] = instead;
    const label = data.outside[name] ?? data.stages.find((/** @type {any} */ one) => one.name === name)?.row ?? name;
    const control = data.controls.find((/** @type {any} */ one) => one.parameter === parameter);
    by.set(label, [...(by.get(label) ?? []), lowered(control?.label ?? parameter)]);
  }
  if (by.size === 0) return "";
  return `Children whom this adds or takes away are otherwise: ${[...by].map(([label, levers]) => `${lowered(label)} (${listed(levers)})`).join("; ")}.`;
}

/**
 * What the children come to, and what brings it about.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {Change[]} changes
 * @param {{month: number, shown: Map<string, number[][]>, base: Map<string, number[][]>}} at
 * @returns {string}
 */
export function childrenWords(model, outcome, changes, at) {
  const { data, baseline } = model;
  const day = monthWords(data.months[at.month]);
  const said = data.stages.flatMap((/** @type {any} */ stage) => {
    const [stock, base] = [outcome, baseline].map((one) => /** @type {Float64Array} */ (one.stocks.get(stage.name)));
    if (stock === base) return [];
    const [ends, before] = [at.shown, at.base].map((one) => /** @type {number[][]} */ (one.get(stage.name))[at.month]);
    const apart = Math.round(ends[2]) - Math.round(before[2]);
    const [low, , high] = difference(stock, base, at.month, data.months.length).map(Math.round);
    const range = `90% range of the difference ${signed(low)} to ${signed(high)}`;
    const than = apart === 0 ? "as many as with no change" : `${number(Math.abs(apart))} ${apart < 0 ? "fewer" : "more"} than with no change`;
    return [`${number(ends[2])} ${lowered(stage.label)} (90% range ${number(ends[0])} to ${number(ends[4])}), ${than} (${range})`];
  });
  if (said.length === 0) return "Children of each stage are as with no change of policy.";
  return `The central projection for the end of ${day} is ${said.join("; ")}.${causes(model, outcome, changes, at.month)}`;
}

/**
 * What each lever does by itself to the group that moves most, and all of them together; what is
 * printed adds up.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {Change[]} changes
 * @param {number} month
 * @returns {string}
 */
function causes(model, outcome, changes, month) {
  const { data, baseline } = model;
  const moving = changes.filter((one) => data.levers.find((/** @type {any} */ lever) => lever.name === one.parameter).moves);
  const names = [...new Set(moving.map((one) => one.parameter))];
  if (names.length < 2) return "";
  const apart = (/** @type {Outcome} */ one, /** @type {string} */ stage) =>
    meanOf(monthOf(/** @type {Float64Array} */ (one.stocks.get(stage)), month, data.months.length))
    - meanOf(monthOf(/** @type {Float64Array} */ (baseline.stocks.get(stage)), month, data.months.length));
  const stages = data.stages.map((/** @type {any} */ one) => one.name);
  const most = stages.reduce((/** @type {string} */ best, /** @type {string} */ one) =>
    (Math.abs(apart(outcome, one)) > Math.abs(apart(outcome, best)) ? one : best));
  const label = data.stages.find((/** @type {any} */ one) => one.name === most).label;
  const all = Math.round(apart(outcome, most));
  let rest = all;
  const said = names.flatMap((name) => {
    const own = changes.filter((one) => one.parameter === name);
    const single = outcomeOf(model, own);
    const alone = Math.round(apart(single, most));
    rest -= alone;
    const [stock, base] = [single, baseline].map((one) => /** @type {Float64Array} */ (one.stocks.get(most)));
    const [low, , high] = difference(stock, base, month, data.months.length);
    return alone === 0 ? [] : `if only ${lowered(changeWords(own[0], data)).replace(/ \(.*\)$/, "")}, ${signed(alone)} (90% range ${signed(low)} to ${signed(high)})`;
  });
  const acting = rest === 0 ? "" : `, of which ${signed(rest)} because they act on each other (rounding included)`;
  return ` ${label}, on average: ${[...said, `all together, ${signed(all)}${acting}`].join("; ")}.`;
}

/**
 * What the workers come to.
 * @param {Model} model
 * @param {{load: number[][], apart: Range, chance: number[], before: number[], baseLoad: number[][], month: number, cap: number}} at
 * @returns {string}
 */
export function workersWords(model, at) {
  const day = monthWords(model.data.months[at.month]);
  const [now, base] = [at.load[at.month], at.baseLoad[at.month]];
  const [chance, before] = [at.chance[at.month], at.before[at.month]];
  const than = Math.abs(now[2] - base[2]) < 0.05
    ? "as with no change"
    : `${number(Math.abs(now[2] - base[2]), 1)} ${now[2] < base[2] ? "lower" : "higher"} than with no change (90% range of the difference ${signed(at.apart[0], 1)} to ${signed(at.apart[2], 1)})`;
  return `The average caseload is then ${number(now[2], 1)} (90% range ${rangeWords([now[0], now[2], now[4]], 1)}), ${than}; the chance of ${at.cap} or fewer at the end of ${day} is ${chanceWords(chance)} (${chanceRangeWords(chance, model)} from ${model.data.kept} simulations), ${chanceWords(chance) === chanceWords(before) ? "as with no change" : `in place of ${chanceWords(before)} (${chanceRangeWords(before, model)})`}.`;
}
