// What a setting comes to: fans and caseloads, from the simulations kept.
//
// A report has more simulations than a page keeps. So the baseline shown is that of all of them, and
// a setting moves it by what it changes in those kept (control variates): with nothing changed the
// page has the numbers of the brief.

import { monthOf, occurred, quantile, unpacked } from "./arrays.js";
import { openStages, stocksUnder } from "./demand.js";
import { appliedAlike, pathsOf } from "./levers.js";
import { Workforce, openLuck, workersUnder } from "./workforce.js";

/** @typedef {import("./levers.js").Change} Change */
/** @typedef {import("./levers.js").Paths} Paths */
/** @typedef {import("./demand.js").Stage} Stage */
/** @typedef {import("./workforce.js").Luck} Luck */
/** @typedef {import("./workforce.js").Workers} Workers */
/** @typedef {{cap: number, by: string, chance: number}} Question */
/** @typedef {[number, number, number]} Range Lower end, centre, upper end. */
/** @typedef {number[][]} Ends By month the quantiles of ENDS; months that are not drawn are empty. */
/**
 * One setting worked out in every simulation that is kept.
 * @typedef {object} Outcome
 * @property {Paths} paths
 * @property {Map<string, Float64Array>} stocks
 * @property {Workers | null} workers
 * @property {Float64Array} cases
 * @property {Float64Array} load
 */
/**
 * The page's data, opened.
 * @typedef {object} Model
 * @property {any} data
 * @property {Map<string, Stage>} stages
 * @property {Luck | null} luck
 * @property {Outcome} baseline
 * @property {Map<string, any>} kept numbers of the baseline that are asked for again
 */

export const ENDS = [0.05, 0.25, 0.5, 0.75, 0.95];
const FEW = 5;

/**
 * @param {any} data
 * @returns {Model}
 */
export function openModel(data) {
  const stages = openStages(data);
  const luck = data.service ? openLuck(data.service) : null;
  const model = /** @type {Model} */ ({ data, stages, luck, kept: new Map() });
  model.baseline = outcomeOf(model, []);
  return model;
}

/**
 * A setting worked out; what it leaves as it is, is the baseline's own.
 * @param {Model} model
 * @param {Change[]} changes
 * @returns {Outcome}
 */
export function outcomeOf(model, changes) {
  const { data, luck, baseline } = model;
  const paths = pathsOf(changes, data);
  const stocks = stocksOf(model, changes, paths);
  /** @type {Outcome} */
  const made = { paths, stocks, workers: null, cases: new Float64Array(0), load: new Float64Array(0) };
  if (data.service === null || luck === null) return made;
  const months = data.months.length;
  const names = [...paths.keys()].filter((name) => name.startsWith("workforce."));
  const own = new Workforce(data.service.workforce, new Map());
  made.workers = baseline && names.length === 0
    ? baseline.workers
    : workersUnder(new Workforce(data.service.workforce, paths), own, luck, months);
  made.cases = casesOf(model, stocks);
  made.load = loadOf(made.cases, /** @type {Workers} */ (made.workers).fte, paths, model);
  return made;
}

/**
 * Stocks of a setting; those of the last one where only the workers differ.
 * @param {Model} model
 * @param {Change[]} changes
 * @param {Paths} paths
 * @returns {Map<string, Float64Array>}
 */
function stocksOf(model, changes, paths) {
  const shorter = /^workforce\.specialist/;
  const key = JSON.stringify(changes.filter(({ parameter }) => !parameter.startsWith("workforce.") || shorter.test(parameter)));
  const last = model.kept.get("stocks");
  if (last?.key === key) return last.stocks;
  const stocks = stocksUnder(model.stages, paths, model.data);
  model.kept.set("stocks", { key, stocks });
  return stocks;
}

/**
 * Open cases of the teams, by simulation and month.
 * @param {Model} model
 * @param {Map<string, Float64Array>} stocks
 * @returns {Float64Array}
 */
function casesOf(model, stocks) {
  const { shares, held } = model.data.service;
  const months = model.data.months.length;
  const cases = new Float64Array(model.data.kept * months);
  for (const [status, packed] of Object.entries(shares)) {
    const part = once(model, `share ${status}`, () => unpacked(/** @type {any} */ (packed)));
    const stock = stocks.get(status);
    for (let r = 0, i = 0; r < part.length; r += 1) {
      for (let t = 0; t < months; t += 1, i += 1) cases[i] += (stock ? stock[i] : held[status] ?? 0) * part[r];
    }
  }
  return cases;
}

/**
 * Cases for each full-time worker, without those of a specialist team.
 * @param {Float64Array} cases
 * @param {Float64Array} fte
 * @param {Paths} paths
 * @param {Model} model
 * @returns {Float64Array}
 */
function loadOf(cases, fte, paths, model) {
  const { share, each, months } = specialists(paths, model);
  const load = new Float64Array(cases.length);
  for (let i = 0, t = 0; i < load.length; i += 1, t = t + 1 === months ? 0 : t + 1) {
    const left = cases[i] * (1 - share[t]);
    load[i] = left === 0 ? 0 : left / Math.max(fte[i] - (cases[i] * share[t]) / each[t], 0);
  }
  return load;
}

/**
 * @param {Paths} paths
 * @param {Model} model
 * @returns {{share: Float64Array, each: Float64Array, months: number}}
 */
export function specialists(paths, model) {
  const months = model.data.months.length;
  const force = model.data.service.workforce;
  return {
    share: appliedAlike(paths, "workforce.specialist_share", force.specialist_share, months),
    each: appliedAlike(paths, "workforce.specialist_caseload", force.specialist_caseload, months),
    months,
  };
}

/**
 * A number of all simulations, moved by what a setting changes in those kept.
 * @param {number} all the baseline in all simulations
 * @param {number} setting the setting in those kept
 * @param {number} base the baseline in those kept
 * @returns {number}
 */
export function moved(all, setting, base) {
  if (!Number.isFinite(setting) || !Number.isFinite(base)) return setting;
  return base > FEW ? (all * setting) / base : Math.max(all + setting - base, 0);
}

/**
 * A chance of all simulations, moved likewise: none stays none, and certain stays certain.
 * @param {number} all
 * @param {number} setting
 * @param {number} base
 * @returns {number}
 */
export function movedChance(all, setting, base) {
  if (setting === base) return all;
  return setting < base ? (all * setting) / base : 1 - ((1 - all) * (1 - setting)) / (1 - base);
}

/**
 * Kept in the model for the next time.
 * @template T
 * @param {Model} model
 * @param {string} key
 * @param {() => T} make
 * @returns {T}
 */
export function once(model, key, make) {
  if (!model.kept.has(key)) model.kept.set(key, make());
  return model.kept.get(key);
}

/**
 * Quantiles by month of an array of shape (simulation, month), as they are in those kept.
 * @param {Float64Array} values
 * @param {number} months
 * @param {(sorted: Float64Array, share: number) => number} at
 * @param {number[]} which months; the others stay empty
 * @returns {Ends}
 */
export function endsOf(values, months, at, which) {
  /** @type {Ends} */
  const made = new Array(months);
  for (const t of which) {
    const sorted = monthOf(values, t, months).sort();
    made[t] = ENDS.map((share) => at(sorted, share));
  }
  return made;
}

/**
 * Months that are drawn and listed: each quarter, the month asked of, and the last.
 * @param {any} data
 * @param {number} asked
 * @returns {number[]}
 */
export function drawnMonths(data, asked) {
  const last = data.months.length - 1;
  return data.months.map((/** @type {string} */ _, /** @type {number} */ t) => t)
    .filter((/** @type {number} */ t) => Number(data.months[t].slice(5)) % 3 === 0 || t === asked || t === last);
}

/**
 * Quantiles by month as they are shown.
 * @param {Model} model
 * @param {string} key of what is counted
 * @param {any} all packed, of the baseline in all simulations, by month or by quantile
 * @param {{setting: Float64Array, base: Float64Array}} values
 * @param {(sorted: Float64Array, share: number) => number} at
 * @param {number[]} which
 * @returns {Ends}
 */
function shownEnds(model, key, all, values, at, which) {
  const months = model.data.months.length;
  const whole = once(model, `all ${key}`, () => {
    const flat = unpacked(all);
    return Array.from({ length: months }, (_, t) => ENDS.map((__, q) => flat[q * months + t]));
  });
  if (values.setting === values.base) return whole;
  const base = once(model, `base ${key} ${which}`, () => endsOf(values.base, months, at, which));
  return endsOf(values.setting, months, at, which).map((row, t) =>
    row.map((value, q) => moved(whole[t][q], value, base[t][q])));
}

/**
 * Children of a stage by month.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {string} stage
 * @param {number[]} which
 * @returns {Ends}
 */
export function stockEnds(model, outcome, stage, which) {
  const kept = model.data.stages.find((/** @type {any} */ one) => one.name === stage);
  const values = {
    setting: /** @type {Float64Array} */ (outcome.stocks.get(stage)),
    base: /** @type {Float64Array} */ (model.baseline.stocks.get(stage)),
  };
  return shownEnds(model, stage, kept.ends, values, quantile, which);
}

/**
 * Average caseload by month.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number[]} which
 * @returns {Ends}
 */
export function loadEnds(model, outcome, which) {
  const values = { setting: outcome.load, base: model.baseline.load };
  return shownEnds(model, "load", model.data.service.ends, values, occurred, which);
}

/**
 * Average caseload of each area at the end of a month.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number} month
 * @returns {{name: string, range: Range}[]}
 */
export function areaLoads(model, outcome, month) {
  const { months, kept } = { months: model.data.months.length, kept: model.data.kept };
  return model.data.service.areas.map((/** @type {any} */ area) => {
    const all = once(model, `area ${area.name}`, () => unpacked(area.ends));
    const of = (/** @type {Outcome} */ one) => {
      const cases = areaCases(model, one, area, month);
      const weight = once(model, `weight ${area.name}`, () => unpacked(area.weight));
      const { share, each } = specialists(one.paths, model);
      const sorted = Float64Array.from({ length: kept }, (_, r) => {
        const fte = /** @type {Workers} */ (one.workers).fte[r * months + month] * weight[r];
        const own = Math.max(fte - (cases[r] * share[month]) / each[month], 0);
        const left = cases[r] * (1 - share[month]);
        return left === 0 ? 0 : left / own;
      }).sort();
      return [0.05, 0.5, 0.95].map((share_) => occurred(sorted, share_));
    };
    const base = once(model, `area ${area.name} ${month}`, () => of(model.baseline));
    const range = of(outcome).map((value, q) => moved(all[[0, 2, 4][q] * months + month], value, base[q]));
    return { name: area.name, range: /** @type {Range} */ (range) };
  });
}

/**
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {any} area
 * @param {number} month
 * @returns {Float64Array}
 */
function areaCases(model, outcome, area, month) {
  const months = model.data.months.length;
  const cases = new Float64Array(model.data.kept);
  for (const [status, packed] of Object.entries(area.shares)) {
    const part = once(model, `share ${area.name} ${status}`, () => unpacked(/** @type {any} */ (packed)));
    const stock = outcome.stocks.get(status);
    const held = model.data.service.held[status] ?? 0;
    for (let r = 0; r < cases.length; r += 1) cases[r] += (stock ? stock[r * months + month] : held) * part[r];
  }
  return cases;
}

/**
 * What a setting changes in the same simulations, in one month.
 * @param {Float64Array} setting
 * @param {Float64Array} base
 * @param {number} month
 * @param {number} months
 * @returns {Range}
 */
export function difference(setting, base, month, months) {
  const [one, other] = [setting, base].map((values) => monthOf(values, month, months));
  const apart = one.map((value, r) => (value === other[r] ? 0 : value - other[r])).sort();
  return [quantile(apart, 0.05), quantile(apart, 0.5), quantile(apart, 0.95)];
}
