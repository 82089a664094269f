// Placements under a setting: children of each kind, their days and what they cost.

import { moved, once } from "./answers.js";
import { quantile, unpacked } from "./arrays.js";
import { applied, appliedAlike } from "./levers.js";
import { daysOf, heldBy, openMoves } from "./moves.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Outcome} Outcome */
/** @typedef {import("./answers.js").Range} Range */
/** @typedef {import("./moves.js").Followed} Followed */
/** @typedef {import("./moves.js").Held} Held */
/** @typedef {import("./moves.js").Who} Who */
/**
 * Children and days of the simulations followed.
 * @typedef {object} Placed
 * @property {(place: number) => Float64Array[]} stock of a date, by kind shown
 * @property {Float64Array[][]} days by year and kind shown, without the others
 * @property {Float64Array[][]} paid those days, each as often as its price is set
 * @property {Float64Array[]} others by year what more or fewer of the kinds not shown cost by the list
 * @property {Float64Array[]} rise by year how many times more the others cost that were there before
 */

const LOOKED_AFTER_STAGE = "looked_after";
const UNACCOMPANIED = "starts.unaccompanied_children";
const RANGE_ENDS = [0.05, 0.5, 0.95];
const PRICE_LEVER = "placements.price";
const MOVED_LEVERS = ["step_down", "reunification", "own_carer_places", "own_home_beds"];

/**
 * Days of each month of the projection.
 * @param {Model} model
 * @returns {number[]}
 */
function lengthsOf(model) {
  return once(model, "days of months", () => model.data.months.map((/** @type {string} */ month) =>
    new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()));
}

/**
 * Placements of a setting.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number} until how many months are followed
 * @returns {Placed}
 */
function placedUnder(model, outcome, until) {
  const { moves } = model.data.placements;
  const all = model.data.placements.years;
  const years = all.filter((/** @type {any} */ year) => year.first < until);
  const few = once(model, "moves", () => openMoves(moves, { years: all, lengths: lengthsOf(model) }));
  const kept = once(model, "placed", () => keptPlaced(model));
  const plain = once(model, "plain", () => heldBy(few, null, { came: few.of.entries, alone: null, more: null, total: null }, few.months));
  const price = outcome.paths.has(PRICE_LEVER) ? appliedAlike(outcome.paths, PRICE_LEVER, 1, few.months) : null;
  const held = heldUnder(model, few, plain, outcome, until);
  const [paid, before] = [held, plain].map((one) => (price ? daysOf(few, one.states, price, until) : one.days));
  const { readings } = few;
  const change = (/** @type {number} */ y, /** @type {number} */ place, /** @type {Float64Array} */ now, /** @type {Float64Array} */ then) =>
    kept.inflation[y].map((_, r) => {
      const at = (r * all.length + y) * readings + place;
      return now[at] - then[at];
    });
  const wanted = kept.days.slice(0, years.length);
  const days = wanted.map((year, y) => year.map((each, k) => {
    const apart = change(y, k, held.days, plain.days);
    return each.map((one, r) => Math.max(one + apart[r], 0));
  }));
  return {
    days,
    others: years.map((/** @type {any} */ _, /** @type {number} */ y) => change(y, few.kinds + y, paid, before)),
    stock: (place) => kept.stock[place].map((each, k) => each.map((one, r) => {
      const at = (r * few.dates.length + place) * few.kinds + k;
      return Math.max(one + held.stock[at] - plain.stock[at], 0);
    })),
    paid: price === null ? days : wanted.map((year, y) => year.map((_, k) => {
      const apart = change(y, k, paid, before);
      const own = priced(kept.monthly[k], years[y], price);
      // Fewer than nobody in a year is nobody; a month of it may owe another something.
      return own.map((one, r) => (days[y][k][r] > 0 ? one + apart[r] : 0));
    })),
    rise: years.map((/** @type {any} */ year) => {
      const own = price && priced(kept.rest, year, price);
      const whole = priced(kept.rest, year, null);
      return whole.map((one, r) => (own && one > 0 ? own[r] / one : 1));
    }),
  };
}

/**
 * A year's sum of what is kept by month, each month as often as its price is set.
 * @param {Float64Array[]} monthly by month and simulation
 * @param {{first: number, months: number}} year
 * @param {Float64Array | null} price
 * @returns {Float64Array}
 */
function priced(monthly, year, price) {
  const sum = new Float64Array(monthly[0].length);
  for (let t = year.first; t < year.first + year.months; t += 1) {
    const [each, by] = [monthly[t], price ? price[t] : 1];
    for (let r = 0; r < sum.length; r += 1) sum[r] += by * each[r];
  }
  return sum;
}

/**
 * All simulations under a setting; those of the last one where only prices or workers differ.
 * @param {Model} model
 * @param {Followed} few
 * @param {Held} plain
 * @param {Outcome} outcome
 * @param {number} until
 * @returns {Held}
 */
function heldUnder(model, few, plain, outcome, until) {
  const children = outcome.stocks.get(LOOKED_AFTER_STAGE);
  const path = (/** @type {string} */ name, /** @type {number} */ rest) => appliedAlike(outcome.paths, `placements.${name}`, rest, few.months);
  const set = MOVED_LEVERS.some((name) => outcome.paths.has(`placements.${name}`))
    ? { down: path("step_down", 1), home: path("reunification", 1), places: [path("own_carer_places", 0), path("own_home_beds", 0)] } : null;
  const same = children === model.baseline.stocks.get(LOOKED_AFTER_STAGE);
  if (same && set === null) return plain;
  const key = set && [...set.down, ...set.home, ...set.places[0], ...set.places[1]].join();
  const last = model.kept.get("held");
  if (last?.children === children && last.key === key && last.until >= until) return last.held;
  // Who comes is what the children of the stage need, whatever is set of placements.
  const who = same ? { came: few.of.entries, alone: null, more: null, total: null } : whoComes(model, few, plain, outcome);
  const first = same ? plain : heldBy(few, null, who, until);
  const held = set ? heldBy(few, set, { ...who, more: null, total: null }, until) : first;
  model.kept.set("held", { children, key, held, until });
  return held;
}

/**
 * As many come as the children of the stage need who are there more or fewer.
 * @param {Model} model
 * @param {Followed} few
 * @param {Held} plain
 * @param {Outcome} outcome
 * @returns {Who}
 */
function whoComes(model, few, plain, outcome) {
  const [children, base] = [outcome, model.baseline].map((one) => /** @type {Float64Array} */ (one.stocks.get(LOOKED_AFTER_STAGE)));
  const came = new Float64Array(few.count * few.months);
  return { came, alone: aloneUnder(model, few, outcome), more: came.map((_, i) => children[i] - base[i]), total: plain.total };
}

/**
 * Times the share of unaccompanied children among those who enter, by simulation and month.
 * @param {Model} model
 * @param {Followed} few
 * @param {Outcome} outcome
 * @returns {Float64Array | null}
 */
function aloneUnder(model, few, outcome) {
  const path = outcome.paths.get(UNACCOMPANIED);
  if (path === undefined) return null;
  const usual = model.data.unaccompanied;
  return Float64Array.from({ length: few.count * few.months }, (_, i) => {
    const share = applied(path, usual, Math.floor(i / few.months), i % few.months);
    return share / (usual * (1 - usual + share));
  });
}

/**
 * What the page keeps of the simulations followed, by place and kind shown.
 * @param {Model} model
 * @returns {{stock: Float64Array[][], days: Float64Array[][], monthly: Float64Array[][], rest: Float64Array[], strays: Float64Array[][], inflation: Float64Array[]}}
 */
function keptPlaced(model) {
  const { data } = model;
  const { moves, years } = data.placements;
  const number = moves.shown.length;
  const parted = (/** @type {any} */ packed, /** @type {number} */ places, /** @type {number} */ each) => {
    const flat = unpacked(packed);
    return Array.from({ length: places }, (_, place) => Array.from({ length: each }, (__, k) =>
      Float64Array.from({ length: flat.length / (places * each) }, (___, r) => flat[(r * places + place) * each + k])));
  };
  const byMonth = parted(moves.days, data.months.length, number - 1);
  const monthly = Array.from({ length: number - 1 }, (_, k) => byMonth.map((month) => month[k]));
  return {
    stock: parted(moves.stock, moves.dates.length, number),
    days: years.map((/** @type {any} */ year) => monthly.map((each) => priced(each, year, null))),
    monthly,
    rest: parted(moves.rest, data.months.length, 1).map((one) => one[0]),
    strays: parted(moves.strays, years.length, number - 1),
    inflation: parted(moves.inflation, years.length, 1).map((one) => one[0]),
  };
}

/**
 * Cost of each financial year in the simulations followed: kinds that are shown by their days at what
 * their week costs, where the mean price of few placements strays further; of the others together
 * what they cost with no change, and what more or fewer of each cost by the price list.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number} until months in which this is asked; what comes later is not worked out
 * @returns {Float64Array[]} in order
 */
export function movedCosts(model, outcome, until) {
  const { moves } = model.data.placements;
  const years = model.data.placements.years.filter((/** @type {any} */ year) => year.first < until);
  const placed = placedOnce(model, outcome, until);
  const kept = model.kept.get("placed");
  const shown = moves.shown.length - 1;
  return years.map((/** @type {any} */ year, /** @type {number} */ y) => {
    const few = (365.25 * year.months) / 12;
    const made = once(model, `placements ${year.year}`, () => unpacked(year.costs)).slice();
    const paid = new Float64Array(made.length);
    for (let k = 0; k < shown; k += 1) {
      const week = moves.listed[y][k];
      const [days, before, strays, own] = [placed.days[y][k], kept.days[y][k], kept.strays[y][k], placed.paid[y][k]];
      for (let r = 0; r < made.length; r += 1) {
        const sure = (week * kept.inflation[y][r]) / 7;
        const astray = strays[r] * Math.sqrt(Math.max(before[r], few) / Math.max(days[r], few));
        paid[r] += sure * own[r] * Math.max(1 + astray, 0.1);
        made[r] -= sure * before[r] * (1 + strays[r]);
      }
    }
    const [others, rise] = [placed.others[y], placed.rise[y]];
    return made.map((rest, r) => Math.max(rest * rise[r] + (kept.inflation[y][r] * others[r]) / 7, 0) + paid[r]).sort();
  });
}

/**
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {number} until
 * @returns {Placed}
 */
function placedOnce(model, outcome, until) {
  const last = model.kept.get("placed under");
  if (last?.outcome === outcome && last.until >= until) return last.placed;
  const placed = placedUnder(model, outcome, until);
  model.kept.set("placed under", { outcome, placed, until });
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
    const stock = placedOnce(model, one, model.data.months.length).stock(place);
    const total = stock[0].map((_, r) => stock.reduce((sum, kind) => sum + kind[r], 0));
    return [...stock, total].map((values) => values.slice().sort());
  };
  const base = once(model, `placed at ${place}`, () => sorted(model.baseline));
  return sorted(outcome).map((values, k) => /** @type {Range} */ (RANGE_ENDS.map((share, q) =>
    moved(all[(place * (kinds.length + 1) + k) * 3 + q], quantile(values, share), quantile(base[k], share)))));
}
