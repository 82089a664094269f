// Placements under a setting: children of each kind, their days and what they cost.

import { moved, once } from "./answers.js";
import { quantile, unpacked } from "./arrays.js";
import { applied, appliedAlike } from "./levers.js";
import { childrenOf, openFew } from "./moves.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Outcome} Outcome */
/** @typedef {import("./answers.js").Range} Range */
/** @typedef {import("./moves.js").Few} Few */
/** @typedef {import("./moves.js").Who} Who */
/**
 * Children and days of all kept simulations.
 * @typedef {object} Placed
 * @property {(place: number) => Float64Array[]} stock of a date, by kind, the simulations
 * @property {Float64Array[][]} days by year and kind
 * @property {number[][]} dear by year and kind, times the price
 */

const LOOKED_AFTER_STAGE = "looked_after";
const UNACCOMPANIED = "starts.unaccompanied_children";
const RANGE_ENDS = [0.05, 0.5, 0.95];
const MOVED_LEVERS = ["step_down", "reunification", "own_carer_places", "own_home_beds"];

/**
 * Children by date and kind, and days by year and kind, of what was followed.
 * @param {Model} model
 * @param {Float64Array[]} held
 * @returns {{stock: number[][][], days: number[][][], byMonth: number[][]}} by place, kind and simulation
 */
function counted(model, held) {
  const { moves, years } = model.data.placements;
  const kinds = held[0].length / (model.data.months.length + 1);
  const lengths = once(model, "days of months", () => model.data.months.map((/** @type {string} */ month) =>
    new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()));
  const at = (/** @type {Float64Array} */ one, /** @type {number} */ month, /** @type {number[]} */ of) => {
    let sum = 0;
    for (const kind of of) sum += one[month * kinds + kind];
    return sum;
  };
  const day = (/** @type {Float64Array} */ one, /** @type {number} */ t, /** @type {number[]} */ of) => (lengths[t] * (at(one, t, of) + at(one, t + 1, of))) / 2;
  const whole = (/** @type {Float64Array} */ one, /** @type {any} */ year, /** @type {number[]} */ of) => {
    let sum = 0;
    for (let t = year.first; t < year.first + year.months; t += 1) sum += day(one, t, of);
    return sum;
  };
  return {
    stock: moves.dates.map((/** @type {number} */ t) => moves.shown.map((/** @type {any} */ kind) => held.map((one) => at(one, t + 1, kind.of)))),
    days: years.map((/** @type {any} */ year) => moves.shown.map((/** @type {any} */ kind) => held.map((one) => whole(one, year, kind.of)))),
    byMonth: moves.shown.map((/** @type {any} */ kind) => model.data.months.map((/** @type {string} */ _, /** @type {number} */ t) =>
      held.reduce((sum, one) => sum + day(one, t, kind.of), 0))),
  };
}

/**
 * Placements of a setting; of the last one where nothing of them differs.
 * @param {Model} model
 * @param {Outcome} outcome
 * @returns {Placed}
 */
export function placedUnder(model, outcome) {
  const { data } = model;
  const { moves, years } = data.placements;
  const months = data.months.length;
  const few = once(model, "few", () => openFew(moves));
  const kept = once(model, "placed", () => keptPlaced(model));
  const plain = once(model, "plain", () => {
    const who = enters(few, null, null);
    const held = childrenOf(few, null, who);
    return { held, counted: counted(model, held), who };
  });
  const children = /** @type {Float64Array} */ (outcome.stocks.get(LOOKED_AFTER_STAGE));
  const before = /** @type {Float64Array} */ (model.baseline.stocks.get(LOOKED_AFTER_STAGE));
  const sets = MOVED_LEVERS.some((name) => outcome.paths.has(`placements.${name}`));
  const price = appliedAlike(outcome.paths, "placements.price", 1, months);
  let [whole, without, who] = [plain.counted, plain.counted, plain.who];
  if (children !== before) {
    who = enters(few, outcome, plain.held.map((one, r) => Float64Array.from({ length: months }, (_, t) => {
      const row = moves.rows[r] * months + t;
      let sum = children[row] - before[row];
      for (let kind = 0; kind < few.kinds; kind += 1) sum += one[(t + 1) * few.kinds + kind];
      return sum;
    })), data.unaccompanied, moves.rows);
    whole = counted(model, childrenOf(few, null, who));
    without = whole;
  }
  if (sets) {
    const path = (/** @type {string} */ name, /** @type {number} */ base) => appliedAlike(outcome.paths, `placements.${name}`, base, months);
    const set = { down: path("step_down", 1), home: path("reunification", 1), places: [path("own_carer_places", 0), path("own_home_beds", 0)] };
    whole = counted(model, childrenOf(few, set, who.map((one) => ({ ...one, total: null }))));
  }
  const weights = once(model, "weights", () => unpacked(moves.weights));
  const spread = (/** @type {Float64Array} */ base, /** @type {number[][]} */ parts, /** @type {Float64Array | null} */ total) => {
    const [now, then, none, all] = parts;
    // What stands for a simulation may have another total than it has: the rest is shared alike.
    const slope = total ? slopeOf(all, then.map((one, c) => one - none[c])) : 0;
    return base.map((one, r) => {
      let made = one + (total ? slope * total[r] : 0);
      for (let c = 0, at = r * few.count; c < few.count; c += 1, at += 1) {
        made += weights[at] * (now[c] - none[c] - (total ? slope * all[c] : 0));
      }
      return Math.max(made, 0);
    });
  };
  const under = (/** @type {"stock" | "days"} */ what, /** @type {Float64Array | null} */ total, /** @type {number} */ place) => {
    const all = total ? without[what][place][0].map((_, c) => moves.shown.reduce((/** @type {number} */ sum, /** @type {any} */ __, /** @type {number} */ k) => sum + without[what][place][k][c] - plain.counted[what][place][k][c], 0)) : [];
    return moves.shown.map((/** @type {any} */ _, /** @type {number} */ k) => (what === "days" && moves.listed[place][k] === 0 ? kept.days[place][k] : spread(kept[what][place][k], [whole[what][place][k], without[what][place][k], plain.counted[what][place][k], all], total)));
  };
  const differs = children !== before;
  return {
    stock: (place) => under("stock", differs ? Float64Array.from({ length: data.kept }, (_, r) => {
      const at = r * months + moves.dates[place];
      return children[at] - before[at];
    }) : null, place),
    days: years.map((/** @type {any} */ year, /** @type {number} */ place) => under("days", differs
      ? moreDays(model, children, before, year) : null, place)),
    dear: years.map((/** @type {any} */ year) => whole.byMonth.map((days) => {
      let [sum, paid] = [0, 0];
      for (let t = year.first; t < year.first + year.months; t += 1) {
        sum += days[t];
        paid += days[t] * price[t];
      }
      return sum > 0 ? paid / sum : 1;
    })),
  };
}

/**
 * How steeply one number rises with another.
 * @param {number[]} x
 * @param {number[]} y
 * @returns {number}
 */
function slopeOf(x, y) {
  const [mx, my] = [x, y].map((values) => values.reduce((sum, one) => sum + one, 0) / values.length);
  let [xx, xy] = [0, 0];
  for (let c = 0; c < x.length; c += 1) {
    xx += (x[c] - mx) ** 2;
    xy += (x[c] - mx) * (y[c] - my);
  }
  return xx > 1e-9 ? xy / xx : 0;
}

/**
 * @param {Model} model
 * @param {Float64Array} children
 * @param {Float64Array} before
 * @param {any} year
 * @returns {Float64Array}
 */
function moreDays(model, children, before, year) {
  const months = model.data.months.length;
  const lengths = model.kept.get("days of months");
  return Float64Array.from({ length: model.data.kept }, (_, r) => {
    let sum = 0;
    for (let t = year.first; t < year.first + year.months; t += 1) {
      const at = r * months + t;
      sum += (lengths[t] * (children[at] - before[at] + (t > 0 ? children[at - 1] - before[at - 1] : 0))) / 2;
    }
    return sum;
  });
}

/**
 * Who enters in each of the few.
 * @param {Few} few
 * @param {Outcome | null} outcome
 * @param {Float64Array[] | null} totals
 * @param {number} [usual] share of unaccompanied children in the baseline
 * @param {number[]} [rows]
 * @returns {Who[]}
 */
function enters(few, outcome, totals, usual = 0, rows = []) {
  const path = outcome?.paths.get(UNACCOMPANIED);
  return Array.from({ length: few.count }, (_, r) => ({
    came: few.of.entries.slice(r * few.months, (r + 1) * few.months),
    alone: path ? Float64Array.from({ length: few.months }, (__, t) => {
      const share = applied(path, usual, rows[r], t);
      return share / (usual * (1 - usual + share));
    }) : null,
    total: totals ? totals[r] : null,
  }));
}

/**
 * What the page keeps of all its simulations, by place and kind.
 * @param {Model} model
 * @returns {{stock: Float64Array[][], days: Float64Array[][], strays: Float64Array[][], inflation: Float64Array[]}}
 */
function keptPlaced(model) {
  const { moves, years } = model.data.placements;
  const number = moves.shown.length;
  const parted = (/** @type {any} */ packed, /** @type {number} */ places, /** @type {number} */ each) => {
    const flat = unpacked(packed);
    return Array.from({ length: places }, (_, place) => Array.from({ length: each }, (__, k) =>
      Float64Array.from({ length: model.data.kept }, (___, r) => flat[(r * places + place) * each + k])));
  };
  return {
    stock: parted(moves.stock, moves.dates.length, number),
    days: parted(moves.days, years.length, number),
    strays: parted(moves.strays, years.length, number),
    inflation: parted(moves.inflation, years.length, 1).map((one) => one[0]),
  };
}

/**
 * Cost of each financial year in the simulations kept: that of the baseline, and what is more or
 * less of each kind at what its week costs. The mean price of few placements strays further.
 * @param {Model} model
 * @param {Outcome} outcome
 * @returns {Float64Array[]} in order
 */
export function movedCosts(model, outcome) {
  const { moves, years } = model.data.placements;
  const placed = placedOnce(model, outcome);
  const kept = model.kept.get("placed");
  return years.map((/** @type {any} */ year, /** @type {number} */ y) => {
    const few = (365.25 * year.months) / 12;
    const made = once(model, `placements ${year.year}`, () => unpacked(year.costs)).slice();
    for (let k = 0; k < moves.shown.length; k += 1) {
      const [days, before, strays] = [placed.days[y][k], kept.days[y][k], kept.strays[y][k]];
      for (let r = 0; r < made.length; r += 1) {
        const sure = (moves.listed[y][k] * kept.inflation[y][r]) / 7;
        const astray = strays[r] * Math.sqrt(Math.max(before[r], few) / Math.max(days[r], few));
        made[r] += sure * (days[r] * placed.dear[y][k] * Math.max(1 + astray, 0.1) - before[r] * (1 + strays[r]));
      }
    }
    return made.sort();
  });
}

/**
 * @param {Model} model
 * @param {Outcome} outcome
 * @returns {Placed}
 */
function placedOnce(model, outcome) {
  const last = model.kept.get("placed under");
  if (last?.outcome === outcome) return last.placed;
  const placed = placedUnder(model, outcome);
  model.kept.set("placed under", { outcome, placed });
  return placed;
}

/**
 * Children of each kind and in all at one of the dates, as they are shown.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number} place of the date
 * @returns {Range[]}
 */
export function placedEnds(model, outcome, place) {
  const { ends, shown: kinds } = model.data.placements.moves;
  const all = once(model, "placed ends", () => unpacked(ends));
  const sorted = (/** @type {Outcome} */ one) => {
    const stock = placedOnce(model, one).stock(place);
    const total = stock[0].map((_, r) => stock.reduce((sum, kind) => sum + kind[r], 0));
    return [...stock, total].map((values) => values.slice().sort());
  };
  const base = once(model, `placed at ${place}`, () => sorted(model.baseline));
  return sorted(outcome).map((values, k) => /** @type {Range} */ (RANGE_ENDS.map((share, q) =>
    moved(all[(place * (kinds.length + 1) + k) * 3 + q], quantile(values, share), quantile(base[k], share)))));
}
