// Children by placement in a few simulations that stand for all: as riskmodel/placements/response.py
// has it, month by month in the directions that Python has found.

import { unpacked } from "./arrays.js";

/**
 * What is set of placements, month by month.
 * @typedef {object} Moves
 * @property {Float64Array} down times the rate of moves from homes to families
 * @property {Float64Array} home times the rate of returns home
 * @property {Float64Array[]} places with own carers and in own homes, besides those there are
 */
/**
 * @typedef {object} Few
 * @property {number} count
 * @property {number} q
 * @property {number} months
 * @property {number} kinds
 * @property {number[][]} pairs own kind and bought kind
 * @property {number[]} capacity
 * @property {number} steps
 * @property {number} mostHeld
 * @property {Record<string, Float64Array>} of
 * @property {Passing[]} plain what a month with nothing set does to each
 */
/**
 * What a month does: to all, to those who enter in it, to who is placed elsewhere.
 * @typedef {{whole: Float64Array | null, rates: Float64Array, entrant: Float64Array[], placed: Float64Array[]}} Passing
 */

const KEPT_PARTS = ["opening", "all", "down", "home", "month", "entrant", "alone", "kinds", "into", "into_down",
  "enters", "places", "leaving", "stays", "parts", "entries"];
const QUEUE_STEPS = 8;

/**
 * @param {any} kept
 * @returns {Few}
 */
export function openFew(kept) {
  const of = Object.fromEntries(KEPT_PARTS.map((name) => [name, unpacked(kept[name])]));
  const q = of.opening.length;
  const count = of.alone.length;
  /** @type {Few} */
  const few = {
    count, q, of, months: of.entries.length / count, kinds: of.kinds.length / q, pairs: kept.pairs,
    capacity: kept.capacity.map((/** @type {number | null} */ one) => one ?? Infinity),
    steps: kept.steps, mostHeld: kept.most_held, plain: [],
  };
  for (let r = 0; r < count; r += 1) {
    const made = passingOf(few, r, 1, 1, true);
    const whole = new Float64Array(q * q);
    for (let i = 0; i < q; i += 1) {
      const unit = new Float64Array(q);
      unit[i] = 1;
      monthLater(few, made.rates, unit, 2, 1).forEach((value, j) => { whole[j * q + i] = value; });
    }
    few.plain.push({ ...made, whole });
  }
  return few;
}

/**
 * @param {Few} few
 * @param {number} r
 * @param {number} down
 * @param {number} home
 * @param {boolean} places whether children may be placed elsewhere
 * @returns {Passing}
 */
function passingOf(few, r, down, home, places) {
  const { q, of } = few;
  const from = r * q * q;
  const rates = Float64Array.from({ length: q * q }, (_, i) =>
    of.all[from + i] + (down - 1) * of.down[from + i] + (home - 1) * of.home[from + i]);
  const most = Math.max(down, home, 1);
  const half = (/** @type {Float64Array} */ vector) => monthLater(few, rates, vector, 1, most);
  return {
    whole: null,
    rates,
    entrant: [0, 1].map((group) => half(of.entrant.subarray((2 * r + group) * q, (2 * r + group + 1) * q))),
    // Where no place is added and none is full, nobody is placed elsewhere.
    placed: places ? few.pairs.map((_, pair) => half(of.places.subarray(pair * q, (pair + 1) * q))) : [],
  };
}

/**
 * So many half months later, at the end of a month: the exponential by its series.
 * @param {Few} few
 * @param {Float64Array} rates a year
 * @param {Float64Array} start
 * @param {number} halves
 * @param {number} most the highest multiplier of a rate
 * @returns {Float64Array}
 */
function monthLater(few, rates, start, halves, most) {
  const { q, of } = few;
  const steps = few.steps * Math.ceil(most / 2);
  let now = Float64Array.from(start);
  let term = new Float64Array(q);
  let next = new Float64Array(q);
  for (let step = 0; step < halves * steps; step += 1) {
    term.set(now);
    for (let order = 1; order <= 4; order += 1) {
      intoProduct(rates, term, next, 1 / (24 * steps * order));
      for (let i = 0; i < q; i += 1) now[i] += next[i];
      [term, next] = [next, term];
    }
  }
  intoProduct(of.month, now, next, 1);
  return next;
}

/**
 * A matrix times a vector, into another.
 * @param {Float64Array} matrix
 * @param {Float64Array} vector
 * @param {Float64Array} into
 * @param {number} by
 */
function intoProduct(matrix, vector, into, by) {
  const q = vector.length;
  for (let i = 0, at = 0; i < into.length; i += 1) {
    let sum = 0;
    for (let j = 0; j < q; j += 1, at += 1) sum += matrix[at] * vector[j];
    into[i] = sum * by;
  }
}

/**
 * @param {Float64Array} values
 * @param {number} from
 * @param {Float64Array} vector
 * @returns {number}
 */
function dot(values, from, vector) {
  let sum = 0;
  for (let j = 0; j < vector.length; j += 1) sum += values[from + j] * vector[j];
  return sum;
}

/**
 * @param {Float64Array} values
 * @param {number} by
 * @param {Float64Array} into
 */
function addTimes(values, by, into) {
  for (let j = 0; j < into.length; j += 1) into[j] += by * values[j];
}

/**
 * Children of each kind at the opening and the end of each month in each of the few.
 * @param {Few} few
 * @param {Moves | null} set
 * @param {Who[]} who enters in each
 * @returns {Float64Array[]} by month and kind
 */
export function childrenOf(few, set, who) {
  return who.map((one, r) => follow(few, r, set, one));
}

/**
 * Who enters: how many each month, and times the share of unaccompanied children among them; where
 * so many children are to be there in all at the end of each month, as many come as that needs.
 * @typedef {{came: Float64Array, alone: Float64Array | null, total: Float64Array | null}} Who
 */

/**
 * One of the few simulations; who comes is put into `who` where a total is given.
 * @param {Few} few
 * @param {number} r
 * @param {Moves | null} set
 * @param {Who} who
 * @returns {Float64Array}
 */
function follow(few, r, set, who) {
  const { q, of, months, kinds, pairs } = few;
  const held = new Float64Array((months + 1) * kinds);
  const queues = pairs.map((_, pair) => openQueue(few, pair, set));
  const places = few.capacity.some((one) => one < Infinity) || (set !== null && set.places.some((path) => path.some((one) => one > 0)));
  /** @type {Float64Array} */
  let now = Float64Array.from(of.opening);
  let passed = few.plain[r];
  let [down, home] = [1, 1];
  intoProduct(of.kinds, now, held.subarray(0, kinds), 1);
  for (let t = 0; t < months; t += 1) {
    if (set && (set.down[t] !== down || set.home[t] !== home)) {
      [down, home] = [set.down[t], set.home[t]];
      passed = down === 1 && home === 1 ? few.plain[r] : passingOf(few, r, down, home, places);
    }
    const share = Math.min(of.alone[r] * (who.alone ? who.alone[t] : 1), 1);
    const wanting = !places ? [] : pairs.map((_, pair) => {
      const at = (2 * r + pair) * q;
      return (dot(of.into, at, now) + (down - 1) * dot(of.into_down, at, now)) / 12;
    });
    if (passed.whole) {
      const next = new Float64Array(q);
      intoProduct(passed.whole, now, next, 1);
      now = next;
    } else now = monthLater(few, passed.rates, now, 2, Math.max(down, home, 1));
    const enter = (/** @type {number} */ number) => {
      addTimes(passed.entrant[0], number * (1 - share), now);
      addTimes(passed.entrant[1], number * share, now);
    };
    enter(who.came[t]);
    if (who.total) {
      const fresh = (1 - share) * dotAll(of.kinds, passed.entrant[0]) + share * dotAll(of.kinds, passed.entrant[1]);
      const extra = (who.total[t] - dotAll(of.kinds, now)) / fresh;
      enter(extra);
      who.came[t] += extra;
    }
    for (let pair = 0; places && pair < pairs.length; pair += 1) {
      const own = pairs[pair][0];
      const first = share * of.enters[(2 * r + 1) * pairs.length + pair] + (1 - share) * of.enters[2 * r * pairs.length + pair];
      const taken = queues[pair].month(t, Math.max(wanting[pair] + who.came[t] * first, 0),
        of.leaving[r * pairs.length + pair] * (1 + (down - 1) * of.parts[2 * pair] + (home - 1) * of.parts[2 * pair + 1]));
      const over = few.capacity[pair] === Infinity ? 0
        : Math.max(dot(of.kinds, own * q, now) + taken - queues[pair].held() - few.capacity[pair], 0);
      if (taken !== over) addTimes(passed.placed[pair], taken - over, now);
    }
    intoProduct(of.kinds, now, held.subarray((t + 1) * kinds, (t + 2) * kinds), 1);
  }
  return held;
}

/**
 * @param {Float64Array} kinds
 * @param {Float64Array} vector
 * @returns {number}
 */
function dotAll(kinds, vector) {
  let sum = 0;
  for (let from = 0; from < kinds.length; from += vector.length) sum += dot(kinds, from, vector);
  return sum;
}

/** @typedef {{month: (month: number, wanting: number, times: number) => number, held: () => number}} Queue */

/**
 * Children in added places: they come as places are free, and leave as their stay has it.
 * @param {Few} few
 * @param {number} pair
 * @param {Moves | null} set
 * @returns {Queue}
 */
function openQueue(few, pair, set) {
  const { months } = few;
  const places = set ? set.places[pair].map(Math.floor) : new Float64Array(months);
  const most = set ? Math.max(...set.places[pair]) : 0;
  if (!(most > 0)) return { month: () => 0, held: () => 0 };
  const hazard = few.of.stays.subarray(pair * months, (pair + 1) * months);
  const came = new Float64Array(months);
  const chance = new Float64Array(most <= few.mostHeld ? Math.floor(most) + 1 : 0);
  if (chance.length > 0) chance[0] = 1;
  let held = 0;
  return {
    held: () => held,
    month(t, wanting, by) {
      if (places[t] === 0 && held === 0) return 0;
      let stay = 0;
      for (let s = 0; s < t; s += 1) {
        came[s] *= Math.exp(-by * hazard[t - 1 - s]);
        stay += came[s];
      }
      const first = by * hazard[0];
      const goes = held > 1e-9 ? -Math.log(Math.min(Math.max(stay / held, 1e-9), 1)) : first;
      const taken = chance.length === 0 ? Math.min(Math.max(places[t] - stay, 0), wanting) : filled(chance, places[t], wanting, goes);
      came[t] = taken * Math.exp(-first / 2);
      held = stay + came[t];
      return taken;
    },
  };
}

/**
 * Children who find a place free in a month; moves the chances of how many are taken.
 * @param {Float64Array} chance
 * @param {number} places
 * @param {number} wanting
 * @param {number} goes
 * @returns {number}
 */
function filled(chance, places, wanting, goes) {
  const steps = QUEUE_STEPS * Math.ceil(Math.max(wanting, goes * chance.length, 1) / 4);
  let taken = 0;
  for (let step = 0; step < steps; step += 1) {
    let coming = 0;
    for (let n = 0; n < chance.length; n += 1) {
      const more = n < places ? (chance[n] * wanting) / steps : 0;
      const less = (chance[n] * n * goes) / steps;
      chance[n] += coming - more - less;
      if (n > 0) chance[n - 1] += less;
      taken += more;
      coming = more;
    }
  }
  return taken;
}
