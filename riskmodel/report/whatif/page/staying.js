// Shares of children still there under the levers of durations, and starts that hold up a stock.

import { stays } from "./durations.js";
import { applied, appliedAlike } from "./levers.js";

/** @typedef {import("./levers.js").Path} Path */
/** @typedef {import("./levers.js").Paths} Paths */
/** @typedef {import("./demand.js").Stage} Stage */
/** @typedef {import("./demand.js").Staying} Staying */
/** @typedef {import("./demand.js").DemandData} DemandData */

export const PLAN = "child_protection_plan";
export const SHARE = "workforce.specialist_share";
export const SHORTER = "workforce.specialist_length_multiplier";

/**
 * @param {string} stage
 * @param {Paths} paths
 * @returns {string}
 */
export function lengthLever(stage, paths) {
  return paths.has(`length.${stage}`) ? `length.${stage}` : SHORTER;
}

/**
 * Shares still there: of the baseline, after the lever of durations, after a specialist team.
 * @param {Stage} stage
 * @param {Paths} paths
 * @param {DemandData} data
 * @returns {Staying[]}
 */
export function stayingOf(stage, paths, data) {
  const months = data.months.length;
  const length = paths.get(`length.${stage.name}`);
  const team = stage.name === PLAN && paths.has(SHARE) ? paths.get(SHORTER) : undefined;
  const made = [stage.staying];
  /** @type {(r: number, t: number) => number} */
  const mean = (r, t) => (length ? applied(length, stage.mean[r], r, t) : stage.mean[r]);
  if (length) made.push(byMonth(stage, [length], mean, data));
  if (team) {
    const shares = appliedAlike(paths, SHARE, 0, months);
    const paths_ = [.../** @type {Path[]} */ (length ? [length] : []), team];
    made.push(byMonth(stage, paths_, (r, t) => mean(r, t) * (1 - shares[t] * (1 - applied(team, 1, r, t))), data, shares));
  }
  return made;
}

/**
 * A table for each mean duration that a month of start can have.
 * @param {Stage} stage
 * @param {Path[]} paths
 * @param {(r: number, t: number) => number} mean
 * @param {DemandData} data
 * @param {Float64Array} [also] what else the mean depends on, by month
 * @returns {Staying}
 */
function byMonth(stage, paths, mean, data, also) {
  const months = data.months.length;
  const places = new Map();
  const known = new Map();
  /** @type {Staying} */
  const made = { tables: [], of: [] };
  for (let t = 0; t < months; t += 1) {
    const key = keyOf(paths, t) + (also ? also[t] : "");
    if (!places.has(key)) {
      places.set(key, made.tables.length);
      // The first month with this mean needs the longest table.
      const table = stage.tables.get(`${t} ${key}`) ?? tableOf(stage, (r) => mean(r, t), months - t, data);
      known.set(`${t} ${key}`, table);
      made.tables.push(table);
    }
    made.of.push(places.get(key));
  }
  stage.tables = known;
  return made;
}

/**
 * What the levers make of a month, in a word.
 * @param {Path[]} paths
 * @param {number} month
 * @returns {string}
 */
function keyOf(paths, month) {
  return paths.map((path) => [path.lever.name, path.value[month], path.weight[month], path.multiplier[month],
    ...path.ranges.flatMap((one) => [one.part[month], one.numbers[0], one.numbers[1]])].join()).join(";");
}

/**
 * @param {Stage} stage
 * @param {(simulation: number) => number} mean
 * @param {number} reach how many months of it are needed
 * @param {DemandData} data
 * @returns {Float64Array}
 */
function tableOf(stage, mean, reach, data) {
  const days = stage.mean.map((_, r) => mean(r));
  if (days.every((value, r) => value === stage.mean[r])) return stage.staying.tables[0];
  return stays(stage.durations, days, data.days_a_month, data.months.length, reach);
}

/**
 * Children whom shorter stays have taken out of a stage by each month, as their change.
 * @param {Float64Array} rates
 * @param {Staying} longer
 * @param {Staying} shorter
 * @param {number} months
 * @returns {Float64Array}
 */
export function timeGained(rates, longer, shorter, months) {
  const gained = new Float64Array(rates.length);
  for (let from = 0; from < rates.length; from += months) {
    for (let start = 0; start < months; start += 1) {
      const before = longer.tables[longer.of[start]];
      const after = shorter.tables[shorter.of[start]];
      if (before === after) continue;
      for (let t = start, lag = from; t < months; t += 1, lag += 1) {
        gained[from + t] += rates[from + start] * (before[lag] - after[lag]);
      }
    }
    for (let t = months - 1; t > 0; t -= 1) gained[from + t] -= gained[from + t - 1];
  }
  return gained;
}

/**
 * Starts that hold up a stock which changes by so many in each month; below 0 where it falls.
 * @param {Staying} staying
 * @param {Float64Array} children
 * @param {number} months
 * @returns {Float64Array}
 */
export function startsThatHold(staying, children, months) {
  const starts = new Float64Array(children.length);
  const held = new Float64Array(months);
  for (let from = 0; from < children.length; from += months) {
    held.fill(0);
    let wanted = 0;
    for (let month = 0; month < months; month += 1) {
      wanted += children[from + month];
      const table = staying.tables[staying.of[month]];
      const begun = (wanted - held[month]) / table[from];
      starts[from + month] = begun;
      for (let t = month, lag = from; t < months; t += 1, lag += 1) held[t] += table[lag] * begun;
    }
  }
  return starts;
}
