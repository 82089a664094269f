// Children by placement in every simulation kept: as riskmodel/placements/response.py has it, month
// by month in the directions that Python has found.

import { unpacked } from "./arrays.js";
import { dot, multiplied, times } from "./matrices.js";
import { Queue } from "./queue.js";

/** @typedef {import("./arrays.js").Packed} Packed */
/**
 * What is set of placements, month by month.
 * @typedef {object} Moves
 * @property {Float64Array} down times the rate of moves from homes to families
 * @property {Float64Array} home times the rate of returns home
 * @property {Float64Array[]} places with own carers and in own homes, besides those there are
 */
/**
 * @typedef {object} Followed
 * @property {number} count simulations
 * @property {number} q directions
 * @property {number} months
 * @property {number} kinds that are shown
 * @property {number} readings those, and then what the others cost by the list in each year
 * @property {(number | null)[]} own of which kinds places can be added; null where it is not shown
 * @property {number[]} capacity
 * @property {number} fastest rate a year
 * @property {number} mostHeld
 * @property {Record<string, Float64Array>} of
 * @property {Float64Array} total all kinds together, by direction
 * @property {Passing} plain what a month with nothing set does in each simulation
 * @property {number[]} dates months at whose end children are counted
 * @property {Year[]} years
 * @property {number[]} lengths days of each month
 */
/** @typedef {{first: number, months: number}} Year Its months in the projection. */
/**
 * What was counted on the way, a simulation after another.
 * @typedef {object} Held
 * @property {Float64Array} stock by date and kind
 * @property {Float64Array} days by year and reading
 * @property {Float64Array} states directions by month, the opening first
 * @property {Float64Array} total all children by month, the opening first
 */
/**
 * What a month does: to all, to those who enter in it, to who is placed elsewhere.
 * @typedef {{whole: Float64Array, entrant: Float64Array, placed: Float64Array}} Passing
 */
/**
 * Months in a row in which the same is set.
 * @typedef {{first: number, last: number, down: number, home: number}} Stretch
 */
/**
 * Who enters: how many each month, and times the share of unaccompanied children among them; where
 * so many children more are to be there in all at the end of each month than in `total`, as many come
 * as that needs. By simulation and month.
 * @typedef {{came: Float64Array, alone: Float64Array | null, more: Float64Array | null, total: Float64Array | null}} Who
 */

const KEPT_PARTS = ["opening", "month", "alone", "kinds", "others", "enters", "places", "leaving", "stays", "parts", "entries"];
const KEPT_AROUND = ["all", "down", "home", "entrant", "into", "into_down"];
/** Largest rate in a step of which the series of an exponential is as good as exact. */
const STEP = 0.7;
const ORDER = 3;

/**
 * @param {any} kept
 * @param {{years: Year[], lengths: number[]}} calendar
 * @returns {Followed}
 */
export function openMoves(kept, calendar) {
  const of = Object.fromEntries(KEPT_PARTS.map((name) => [name, unpacked(kept[name])]));
  for (const name of KEPT_AROUND) of[name] = around(kept[name]);
  const q = of.opening.length;
  const count = of.alone.length;
  const kinds = of.kinds.length / q;
  const readings = kinds + of.others.length / q;
  of.readings = Float64Array.from([...of.kinds, ...of.others]);
  const total = Float64Array.from({ length: q }, (_, i) => {
    let sum = 0;
    for (let kind = 0; kind < kinds; kind += 1) sum += of.kinds[kind * q + i];
    return sum;
  });
  /** @type {Followed} */
  const made = {
    count, q, of, kinds, readings, total, months: of.entries.length / count, own: kept.own,
    // Where a kind is not shown, nothing says here how many of its places are taken.
    capacity: kept.capacity.map((/** @type {number | null} */ one, /** @type {number} */ pair) => (kept.own[pair] === null ? Infinity : one ?? Infinity)),
    ...calendar, dates: kept.dates, fastest: kept.fastest, mostHeld: kept.most_held,
    plain: { whole: new Float64Array(count * q * q), entrant: new Float64Array(2 * count * q), placed: new Float64Array(kept.own.length * count * q) },
  };
  const work = openWork(made);
  for (let r = 0; r < count; r += 1) {
    setRates(made, r, 1, 1, work.rates);
    wholeMonth(made, work, 1, made.plain.whole.subarray(r * q * q, (r + 1) * q * q));
    halfMonths(made, work, r, 1, made.plain, { place: r, places: true });
  }
  return made;
}

/**
 * Arrays of all simulations kept as their mean and what each is apart from it, in steps.
 * @param {{mean: Packed, step: Packed, apart: Packed}} kept
 * @returns {Float64Array}
 */
function around(kept) {
  const [mean, step, made] = [kept.mean, kept.step, kept.apart].map(unpacked);
  for (let i = 0, j = 0; i < made.length; i += 1, j = j + 1 === mean.length ? 0 : j + 1) made[i] = mean[j] + step[j] * made[i];
  return made;
}

/**
 * Places for what is worked out and thrown away.
 * @typedef {{rates: Float64Array, whole: Float64Array, squares: Float64Array, rest: Float64Array, terms: Float64Array[], own: Passing, slopes: Passing[]}} Work
 */

/**
 * @param {Followed} few
 * @returns {Work}
 */
function openWork({ q, own }) {
  const square = () => new Float64Array(q * q);
  const passing = () => ({ whole: square(), entrant: new Float64Array(2 * q), placed: new Float64Array(own.length * q) });
  return {
    rates: square(), whole: square(), squares: square(), rest: square(), terms: [0, 1].map(() => new Float64Array(q)),
    own: passing(), slopes: [passing(), passing()],
  };
}

/**
 * Rates of a simulation under the levers of a month.
 * @param {Followed} few
 * @param {number} r
 * @param {number} down
 * @param {number} home
 * @param {Float64Array} into
 */
function setRates({ of, q }, r, down, home, into) {
  const from = r * q * q;
  for (let i = 0; i < into.length; i += 1) {
    into[i] = of.all[from + i] + (down - 1) * of.down[from + i] + (home - 1) * of.home[from + i];
  }
}

/**
 * What a month makes of all: the exponential by its series and squares, and then a month older.
 * @param {Followed} few
 * @param {Work} work whose rates are set
 * @param {number} most the highest multiplier of a rate
 * @param {Float64Array} into
 */
function wholeMonth({ of, q, fastest }, work, most, into) {
  const halvings = Math.max(Math.ceil(Math.log2((fastest * most) / (12 * STEP))), 0);
  const { whole, squares, rest } = work;
  const by = 1 / (12 * 2 ** halvings);
  for (let i = 0; i < whole.length; i += 1) whole[i] = work.rates[i] * by;
  multiplied(whole, whole, squares, q);
  for (let i = 0; i < rest.length; i += 1) rest[i] = whole[i] / 6 + squares[i] / 24;
  for (let i = 0; i < rest.length; i += q + 1) rest[i] += 0.5;
  multiplied(squares, rest, into, q);
  for (let i = 0; i < whole.length; i += 1) whole[i] += into[i];
  for (let i = 0; i < whole.length; i += q + 1) whole[i] += 1;
  for (let step = 0; step < halvings; step += 1) {
    multiplied(whole, whole, squares, q);
    whole.set(squares);
  }
  multiplied(of.month, whole, into, q);
}

/**
 * What half a month makes of a child who enters in it, and of one who is placed elsewhere.
 * @param {Followed} few
 * @param {Work} work whose rates are set
 * @param {number} r
 * @param {number} most
 * @param {Passing} into
 * @param {{place: number, places: boolean}} of_ place of the simulation there, whether anybody is placed elsewhere
 */
function halfMonths(few, work, r, most, into, { place, places }) {
  const { q, of, own } = few;
  for (let group = 0; group < 2; group += 1) {
    const one = into.entrant.subarray((2 * place + group) * q, (2 * place + group + 1) * q);
    one.set(of.entrant.subarray((2 * r + group) * q, (2 * r + group + 1) * q));
    later(few, work, one, 24, most);
  }
  for (let pair = 0; places && pair < own.length; pair += 1) {
    const one = into.placed.subarray((own.length * place + pair) * q, (own.length * place + pair + 1) * q);
    one.set(of.places.subarray(pair * q, (pair + 1) * q));
    later(few, work, one, 24, most);
  }
}

/**
 * A vector a part of a year later, at the end of a month: as wholeMonth, without the matrix.
 * @param {Followed} few
 * @param {Work} work whose rates are set
 * @param {Float64Array} vector
 * @param {number} part 1 in so many
 * @param {number} most
 */
function later({ of, q, fastest }, work, vector, part, most) {
  const steps = Math.max(Math.ceil((fastest * most) / (part * STEP)), 1);
  let [term, next] = work.terms;
  for (let step = 0; step < steps; step += 1) {
    term.set(vector);
    for (let order = 1; order <= ORDER; order += 1) {
      times(work.rates, 0, term, next, q, 1 / (part * steps * order));
      for (let i = 0; i < q; i += 1) vector[i] += next[i];
      [term, next] = [next, term];
    }
  }
  times(of.month, 0, vector, next, q, 1);
  vector.set(next);
}

/**
 * How what half a month makes of children moves with each lever, between nothing and as far as it is set.
 * @param {Followed} few
 * @param {Work} work
 * @param {number} r
 * @param {{farthest: [number, number], places: boolean}} set
 */
function setSlopes(few, work, r, { farthest, places }) {
  farthest.forEach((most, lever) => {
    const slope = work.slopes[lever];
    if (most === 1) return;
    setRates(few, r, lever === 0 ? most : 1, lever === 1 ? most : 1, work.rates);
    halfMonths(few, work, r, Math.max(most, 1), slope, { place: 0, places });
    for (const part of /** @type {("entrant" | "placed")[]} */ (places ? ["entrant", "placed"] : ["entrant"])) {
      const [values, plain] = [slope[part], few.plain[part]];
      for (let i = 0, at = r * values.length; i < values.length; i += 1, at += 1) values[i] = (values[i] - plain[at]) / (most - 1);
    }
  });
}

/**
 * What half a month makes of children under the levers of a month.
 * @param {Followed} few
 * @param {Work} work whose slopes are set
 * @param {number} r
 * @param {{down: number, home: number}} levers
 */
function setHalves({ plain }, { own, slopes }, r, { down, home }) {
  for (const part of /** @type {("entrant" | "placed")[]} */ (["entrant", "placed"])) {
    const values = own[part];
    for (let i = 0, at = r * values.length; i < values.length; i += 1, at += 1) {
      values[i] = plain[part][at] + (down - 1) * slopes[0][part][i] + (home - 1) * slopes[1][part][i];
    }
  }
}

/**
 * All simulations under a setting; where more are to be there, who comes is put into `who`.
 * @param {Followed} few
 * @param {Moves | null} set
 * @param {Who} who
 * @param {number} until how many months are followed; later ones stay empty
 * @returns {Held}
 */
export function heldBy(few, set, who, until) {
  const { count, months, kinds, dates, q, own } = few;
  const states = new Float64Array(count * (months + 1) * q);
  const total = new Float64Array(count * (months + 1));
  const stock = new Float64Array(count * dates.length * kinds);
  const work = openWork(few);
  const stretches = stretchesOf(until, set);
  /** @type {[number, number]} */
  const farthest = set ? [farthestOf(set.down), farthestOf(set.home)] : [1, 1];
  const places = few.capacity.some((one) => one < Infinity) || (set !== null && set.places.some((path) => path.some((one) => one > 0)));
  const queues = places ? own.map((_, pair) => new Queue(few, pair, set ? set.places[pair] : null)) : [];
  for (let r = 0; r < count; r += 1) {
    for (const queue of queues) queue.empty();
    const mine = states.subarray(r * (months + 1) * q, (r + 1) * (months + 1) * q);
    mine.set(few.of.opening);
    total[r * (months + 1)] = dot(few.total, 0, few.of.opening);
    setSlopes(few, work, r, { farthest, places });
    for (const stretch of stretches) follow(few, { r, stretch, queues, who, states: mine, total, work });
    for (let place = 0; place < dates.length && dates[place] < until; place += 1) {
      const now = mine.subarray((dates[place] + 1) * q, (dates[place] + 2) * q);
      for (let k = 0; k < kinds; k += 1) stock[(r * dates.length + place) * kinds + k] = dot(few.of.readings, k * q, now);
    }
  }
  return { states, total, stock, days: daysOf(few, states, null, until) };
}

/**
 * Days by year and reading, a simulation after another.
 * @param {Followed} few
 * @param {Float64Array} states
 * @param {Float64Array | null} price by which each month counts
 * @param {number} until years that begin later stay empty
 * @returns {Float64Array}
 */
export function daysOf({ count, months, q, of, kinds, readings, years, lengths }, states, price, until) {
  const days = new Float64Array(count * years.length * readings);
  const sum = new Float64Array(q);
  for (let r = 0; r < count; r += 1) {
    for (let y = 0; y < years.length && years[y].first < until; y += 1) {
      sum.fill(0);
      for (let t = years[y].first; t < years[y].first + years[y].months; t += 1) {
        const half = (lengths[t] * (price ? price[t] : 1)) / 2;
        for (let i = 0, at = (r * (months + 1) + t) * q; i < q; i += 1, at += 1) sum[i] += half * (states[at] + states[at + q]);
      }
      for (let k = 0; k < readings; k += 1) {
        if (k < kinds || k === kinds + y) days[(r * years.length + y) * readings + k] = dot(of.readings, k * q, sum);
      }
    }
  }
  return days;
}

/**
 * The multiplier of a path that is farthest from 1.
 * @param {Float64Array} path
 * @returns {number}
 */
function farthestOf(path) {
  return path.reduce((best, one) => (Math.abs(one - 1) > Math.abs(best - 1) ? one : best), 1);
}

/**
 * @param {number} months
 * @param {Moves | null} set
 * @returns {Stretch[]}
 */
function stretchesOf(months, set) {
  if (set === null) return [{ first: 0, last: months - 1, down: 1, home: 1 }];
  /** @type {Stretch[]} */
  const made = [];
  for (let t = 0; t < months; t += 1) {
    const last = made[made.length - 1];
    if (last && last.down === set.down[t] && last.home === set.home[t]) last.last = t;
    else made.push({ first: t, last: t, down: set.down[t], home: set.home[t] });
  }
  return made;
}

/**
 * One simulation through months in which the same is set.
 * @param {Followed} few
 * @param {{r: number, stretch: Stretch, queues: Queue[], who: Who, states: Float64Array, total: Float64Array, work: Work}} in_
 */
function follow(few, { r, stretch, queues, who, states, total, work }) {
  const { q, of, months, own } = few;
  const { first, last, down, home } = stretch;
  const isPlain = down === 1 && home === 1;
  const most = Math.max(down, home, 1);
  // A matrix costs as much as following a vector for so many months.
  const isWhole = isPlain || last - first + 1 >= q / 2;
  const passing = isPlain ? few.plain : work.own;
  if (!isPlain) {
    setHalves(few, work, r, stretch);
    setRates(few, r, down, home, work.rates);
    if (isWhole) wholeMonth(few, work, most, work.own.whole);
  }
  const [wholeAt, entrantAt, placedAt] = isPlain ? [r * q * q, 2 * r * q, own.length * r * q] : [0, 0, 0];
  for (let t = first; t <= last; t += 1) {
    const before = states.subarray(t * q, (t + 1) * q);
    const now = states.subarray((t + 1) * q, (t + 2) * q);
    const share = Math.min(of.alone[r] * (who.alone ? who.alone[r * months + t] : 1), 1);
    let came = who.came[r * months + t];
    if (isWhole) times(passing.whole, wholeAt, before, now, q, 1);
    else {
      now.set(before);
      later(few, work, now, 12, most);
    }
    if (who.more && who.total) {
      let fresh = 0;
      for (let i = 0; i < q; i += 1) fresh += few.total[i] * ((1 - share) * passing.entrant[entrantAt + i] + share * passing.entrant[entrantAt + q + i]);
      came = (who.total[r * (months + 1) + t + 1] + who.more[r * months + t] - dot(few.total, 0, now)) / fresh;
      who.came[r * months + t] = came;
    }
    addChildren(now, passing.entrant, entrantAt, came * (1 - share), q);
    addChildren(now, passing.entrant, entrantAt + q, came * share, q);
    for (let pair = 0; pair < queues.length; pair += 1) {
      const at = (2 * r + pair) * q;
      const wanting = (dot(of.into, at, before) + (down === 1 ? 0 : (down - 1) * dot(of.into_down, at, before))) / 12;
      const enters = share * of.enters[(2 * r + 1) * own.length + pair] + (1 - share) * of.enters[2 * r * own.length + pair];
      const taken = queues[pair].month(t, Math.max(wanting + came * enters, 0),
        of.leaving[r * own.length + pair] * (1 + (down - 1) * of.parts[2 * pair] + (home - 1) * of.parts[2 * pair + 1]));
      const over = few.capacity[pair] === Infinity ? 0
        : Math.max(dot(of.kinds, (own[pair] ?? 0) * q, now) + taken - queues[pair].held - few.capacity[pair], 0);
      addChildren(now, passing.placed, placedAt + pair * q, taken - over, q);
    }
    total[r * (months + 1) + t + 1] = dot(few.total, 0, now);
  }
}

/**
 * @param {Float64Array} now
 * @param {Float64Array} children
 * @param {number} from
 * @param {number} number
 * @param {number} q
 */
function addChildren(now, children, from, number, q) {
  if (number === 0) return;
  for (let i = 0; i < q; i += 1) now[i] += number * children[from + i];
}
