// What a setting costs by financial year: all that has a price, and placements.

import { moved, once } from "./answers.js";
import { quantile, unpacked } from "./arrays.js";
import { appliedAlike } from "./levers.js";
import { movedCosts } from "./placements.js";
import { Workforce } from "./workforce.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Outcome} Outcome */
/** @typedef {import("./answers.js").Range} Range */
/** @typedef {import("./workforce.js").Workers} Workers */

export const CARE = "looked_after";
const SHARES = [0.05, 0.5, 0.95];

/**
 * Cost of each financial year in the simulations kept, in order.
 * @param {Model} model
 * @param {Outcome} outcome
 * @returns {Float64Array[]}
 */
export function keptCosts(model, outcome) {
  const { data } = model;
  const months = data.months.length;
  const weeks = data.weeks_a_month;
  const workers = /** @type {Workers} */ (outcome.workers);
  const agency = new Workforce(data.service.workforce, outcome.paths).monthly("agency_fte");
  const children = outcome.stocks.get(CARE);
  const held = data.service.held.looked_after ?? 0;
  const perMonth = Float64Array.from({ length: months }, (_, t) => agency(t, 0));
  const alike = outcome.paths.get("workforce.agency_fte")?.ranges.length ? null : perMonth;
  return data.prices.map((/** @type {any} */ year) => {
    const [post, each, placement] = [(year.post ?? 0) / 12, (year.agency ?? 0) * weeks, (year.placement ?? 0) * weeks];
    const made = new Float64Array(data.kept);
    for (let r = 0; r < made.length; r += 1) {
      let sum = 0;
      for (let t = year.first, at = r * months + t; t < year.first + year.months; t += 1, at += 1) {
        sum += workers.inPost[at] * post + (alike ? alike[t] : agency(t, r)) * each + (children ? children[at] : held) * placement;
      }
      made[r] = sum;
    }
    return made.sort();
  });
}

/**
 * What placements cost in each financial year in the simulations kept, in order. Where nothing says
 * how children move, a child's day costs what it costs on average in the baseline of that simulation
 * and year, times the price that is set.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number} until
 * @returns {Float64Array[]}
 */
export function keptPlacements(model, outcome, until) {
  const { data } = model;
  if (data.placements.moves) return movedCosts(model, outcome, until);
  const months = data.months.length;
  const [setting, base] = [outcome, model.baseline].map((one) => /** @type {Float64Array} */ (one.stocks.get(CARE)));
  const opening = once(model, "opening of care", () =>
    unpacked(data.stages.find((/** @type {any} */ one) => one.name === CARE).opening));
  const price = appliedAlike(outcome.paths, "placements.price", 1, months);
  return data.placements.years.map((/** @type {any} */ year) => {
    const costs = once(model, `placements ${year.year}`, () => unpacked(year.costs));
    return costs.map((cost, r) => {
      let [held, before] = [0, 0];
      for (let t = year.first; t < year.first + year.months; t += 1) {
        const at = r * months + t;
        held += price[t] * (setting[at] + (t > 0 ? setting[at - 1] : opening[r]));
        before += base[at] + (t > 0 ? base[at - 1] : opening[r]);
      }
      return before > 0 ? (cost * held) / before : cost;
    }).sort();
  });
}

/**
 * Costs as they are shown: of all simulations, moved by what the setting changes in those kept.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {"prices" | "placements"} what
 * @param {number} [until] how many months are wanted; of placements, years that end later are not
 * @returns {Range[]}
 */
export function costs(model, outcome, what, until = model.data.months.length) {
  const work = what === "prices" ? keptCosts : keptPlacements;
  const years = what === "prices" ? model.data.prices : model.data.placements.years;
  if (isAsBefore(model, outcome, what)) return years.map((/** @type {any} */ year) => year.ends);
  const base = once(model, `costs of ${what}`, () => work(model, model.baseline, model.data.months.length));
  return work(model, outcome, until).map((sorted, y) => /** @type {Range} */ (
    SHARES.map((share, q) => moved(years[y].ends[q], quantile(sorted, share), quantile(base[y], share)))));
}

/**
 * Whether a setting leaves everything alone that these costs depend on.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {"prices" | "placements"} what
 * @returns {boolean}
 */
function isAsBefore(model, outcome, what) {
  if (outcome.stocks.get(CARE) !== model.baseline.stocks.get(CARE)) return false;
  const lever = what === "prices" ? "workforce." : "placements.";
  return ![...outcome.paths.keys()].some((name) => name.startsWith(lever));
}
