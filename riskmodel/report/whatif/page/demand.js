// Stocks of each stage under a setting: as riskmodel/demand/simulation/changed.py has it, on the
// expected course of each simulation, with the chance that the simulation had.

import { unpacked } from "./arrays.js";
import { durationsOf, stays } from "./durations.js";
import { Impossible, applied } from "./levers.js";
import { laterRepeats } from "./repeats.js";
import { PLAN, SHARE, SHORTER, lengthLever, startsThatHold, stayingOf, timeGained } from "./staying.js";

/** @typedef {import("./arrays.js").Packed} Packed */
/** @typedef {import("./levers.js").Path} Path */
/** @typedef {import("./levers.js").Paths} Paths */
/** @typedef {import("./durations.js").Durations} Durations */
/** @typedef {{tables: Float64Array[], of: number[]}} Staying By mean, and which by month of start. */
/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {Float64Array} rates
 * @property {Float64Array} mean
 * @property {Float64Array} there expected of those there at first
 * @property {Float64Array} vary their variance
 * @property {Float64Array} chance
 * @property {Float64Array} excess
 * @property {Durations} durations
 * @property {Staying} staying
 * @property {import("./repeats.js").Repeats | null} repeats
 * @property {Float64Array} stock
 * @property {Map<string, Float64Array>} tables of other means, the last ones that were asked for
 */
/** @typedef {{lever: string, origin: string, destination: string, children: Float64Array}} Move */
/**
 * What the page keeps of demand.
 * @typedef {object} DemandData
 * @property {string[]} months
 * @property {number} kept
 * @property {number} days_a_month
 * @property {number} unaccompanied
 * @property {Record<string, string>} outside
 * @property {Record<string, string>} stage_labels
 * @property {any[]} stages
 */

const LOOKED_AFTER = "looked_after";
const LINKS = "conversion.";
const POPULATION = "population_0_17";
const EARLY = "diversion.early_help";

/**
 * Each stage with the tables of its baseline.
 * @param {DemandData} data
 * @returns {Map<string, Stage>}
 */
export function openStages(data) {
  return new Map(data.stages.map((kept) => [kept.name, openStage(kept, data)]));
}

/**
 * @param {any} kept
 * @param {DemandData} data
 * @returns {Stage}
 */
function openStage(kept, data) {
  const months = data.months.length;
  const [opening, most, mean] = [kept.opening, kept.most, kept.mean].map(unpacked);
  const rates = unpacked(kept.rates).map((part, i) => (part * most[Math.floor(i / months)]) / 65535);
  const left = unpacked(kept.left);
  const durations = durationsOf(kept.table, unpacked(kept.shape));
  const staying = {
    tables: [stays(durations, mean, data.days_a_month, months)],
    of: new Array(months).fill(0),
  };
  /** @type {Stage} */
  const stage = {
    name: kept.name,
    rates,
    mean,
    there: left.map((share, i) => share * opening[Math.floor(i / months)]),
    vary: left.map((share, i) => share * (1 - share) * opening[Math.floor(i / months)]),
    chance: unpacked(kept.chance),
    excess: unpacked(kept.excess),
    durations,
    staying,
    repeats: kept.repeats && { share: unpacked(kept.repeats.share), timing: unpacked(kept.repeats.timing) },
    stock: new Float64Array(0),
    tables: new Map(),
  };
  stage.stock = stockOf(stage, rates, staying, months);
  return stage;
}

/**
 * The stock in every simulation and month: what is expected, and the simulation's chance.
 * @param {Stage} stage
 * @param {Float64Array} rates
 * @param {Staying} staying
 * @param {number} months
 * @returns {Float64Array}
 */
function stockOf(stage, rates, staying, months) {
  const stock = stage.there.slice();
  const vary = stage.vary.slice();
  for (let place = 0; place < staying.tables.length; place += 1) {
    const first = staying.of.indexOf(place);
    const last = staying.of.lastIndexOf(place);
    addStarts(stage, rates, staying.tables[place], { stock, vary, months, first, last, of: staying.of });
  }
  for (let i = 0; i < stock.length; i += 1) {
    stock[i] = Math.max(stock[i] + stage.chance[i] * Math.sqrt(Math.max(vary[i], 1e-6)), 0);
  }
  return stock;
}

/**
 * Add what is left of the starts of the months that have one table, month by month of the stock:
 * so the sums stay in the processor, and this is where a page spends its time.
 * @param {Stage} stage
 * @param {Float64Array} rates
 * @param {Float64Array} table
 * @param {{stock: Float64Array, vary: Float64Array, months: number, first: number, last: number, of: number[]}} into
 */
function addStarts(stage, rates, table, into) {
  const { stock, vary, months, first, last, of } = into;
  const place = of[first];
  const whole = of.slice(first, last + 1).every((one) => one === place);
  const by = whole ? 2 : 1;
  for (let r = 0, from = 0; r < stage.mean.length; r += 1, from += months) {
    const excess = stage.excess[r];
    // Two months at a time where every start has this table, for they need the same starts.
    for (let t = first; t < months; t += by) {
      let sum = 0;
      let more = 0;
      let nextSum = 0;
      let nextMore = 0;
      const until = Math.min(t, last);
      let above = whole && t + 1 < months ? table[from + t + 1 - first] : 0;
      for (let start = first, lag = from + t - first; start <= until; start += 1, lag -= 1) {
        if (!whole && of[start] !== place) continue;
        const share = table[lag];
        const rate = rates[from + start];
        const part = rate * share;
        const next = rate * above;
        sum += part;
        more += part * share;
        nextSum += next;
        nextMore += next * above;
        above = share;
      }
      stock[from + t] += sum;
      vary[from + t] += sum + excess * more;
      if (!whole || t + 1 === months) continue;
      if (t + 1 <= last) {
        const part = rates[from + t + 1] * table[from];
        nextSum += part;
        nextMore += part * table[from];
      }
      stock[from + t + 1] += nextSum;
      vary[from + t + 1] += nextSum + excess * nextMore;
    }
  }
}

/**
 * Stocks of all stages under the levers of a setting; the baseline's own where nothing changes.
 * @param {Map<string, Stage>} stages
 * @param {Paths} paths
 * @param {DemandData} data
 * @returns {Map<string, Float64Array>}
 */
export function stocksUnder(stages, paths, data) {
  const months = data.months.length;
  const staying = new Map([...stages].map(([name, stage]) => [name, stayingOf(stage, paths, data)]));
  const { rates, moves } = startedOf(stages, paths, staying, data);
  for (const move of moves) add(rates, move, move.children);
  check(rates, stages, data);
  /** @type {Move[]} */
  const gained = [];
  for (const name of stages.keys()) {
    const own = /** @type {Staying[]} */ (staying.get(name));
    const starts = /** @type {Float64Array} */ (rates.get(name));
    for (let step = 1; step < own.length; step += 1) {
      const lever = own.length === 3 ? [`length.${name}`, SHORTER][step - 1] : lengthLever(name, paths);
      const to = paths.get(lever)?.to ?? [];
      if (to.every(([one]) => one in data.outside)) continue;
      const children = timeGained(starts, own[step - 1], own[step], months);
      share(gained, lever, name, children, to, months, (one) => one in data.outside);
    }
  }
  for (const move of gained) {
    const own = staying.get(move.destination);
    if (own === undefined) {
      add(rates, move, move.children);
      continue;
    }
    add(rates, move, startsThatHold(own[own.length - 1], move.children, months));
    check(rates, stages, data);
  }
  return new Map([...stages].map(([name, stage]) => {
    const own = /** @type {Staying[]} */ (staying.get(name));
    const starts = /** @type {Float64Array} */ (rates.get(name));
    const same = starts === stage.rates && own.length === 1;
    return [name, same ? stage.stock : stockOf(stage, starts, own[own.length - 1], months)];
  }));
}

/**
 * Expected starts of every stage, children who come back to a plan among them, and who is moved.
 * @param {Map<string, Stage>} stages
 * @param {Paths} paths
 * @param {Map<string, Staying[]>} staying
 * @param {DemandData} data
 * @returns {{rates: Map<string, Float64Array>, moves: Move[]}}
 */
function startedOf(stages, paths, staying, data) {
  /** @type {Map<string, Move[]>} */
  const moves = new Map();
  /** @type {Map<string, Float64Array>} */
  const rates = new Map();
  for (const [name, stage] of stages) {
    moves.set(name, []);
    rates.set(name, ratesOf(stage, stage.rates, paths, /** @type {Move[]} */ (moves.get(name)), data));
  }
  const plan = stages.get(PLAN);
  if (plan?.repeats && bringsBack(paths)) {
    const onto = [...moves.values()].flat().filter((move) => move.destination === PLAN);
    const after = /** @type {Float64Array} */ (rates.get(PLAN)).slice();
    for (const move of onto) for (let i = 0; i < after.length; i += 1) after[i] += move.children[i];
    const said = new Map([...paths].filter(([name]) => name === `starts.${PLAN}` || name === POPULATION));
    const stated = ratesOf(plan, plan.rates, said, [], data);
    const own = /** @type {Staying[]} */ (staying.get(PLAN));
    const again = laterRepeats(plan, stated, after, own[own.length - 1], keptOf(paths, data.months.length), data.months.length);
    const begun = plan.rates.map((rate, i) => rate + again[i]);
    moves.set(PLAN, []);
    rates.set(PLAN, ratesOf(plan, begun, paths, /** @type {Move[]} */ (moves.get(PLAN)), data));
  }
  return { rates, moves: [...moves.values()].flat() };
}

/**
 * Whether a setting changes how many plans end; levers of starts hold repeat plans already.
 * @param {Paths} paths
 * @returns {boolean}
 */
function bringsBack(paths) {
  return [...paths].some(([name, path]) =>
    name.startsWith(LINKS) || name === EARLY || name === `length.${PLAN}` ||
    (name === SHARE && paths.has(SHORTER)) || path.to.some(([one]) => one === PLAN));
}

/**
 * Of one who would come back to a plan in a month, how much the setting lets start.
 * @param {Paths} paths
 * @param {number} months
 * @returns {(simulation: number, month: number) => number}
 */
function keptOf(paths, months) {
  const acting = [...paths].flatMap(([name, path]) => {
    const change = rateChange(name, PLAN, path, 0);
    return change ? [change] : [];
  });
  const alike = [...paths.values()].every((path) => path.ranges.length === 0);
  /** @type {(r: number, t: number) => number} */
  const kept = (r, t) => acting.reduce((part, change) => part * (change(1, r, t) - change(0, r, t)), 1);
  const known = Float64Array.from({ length: months }, (_, t) => (alike ? kept(0, t) : 0));
  return alike ? (_, t) => known[t] : kept;
}

/**
 * Expected starts after each lever in turn; whom it takes away is found.
 * @param {Stage} stage
 * @param {Float64Array} begun before any lever
 * @param {Paths} paths
 * @param {Move[]} moves
 * @param {DemandData} data
 * @returns {Float64Array}
 */
function ratesOf(stage, begun, paths, moves, data) {
  const months = data.months.length;
  let rates = begun;
  for (const [name, path] of paths) {
    const change = rateChange(name, stage.name, path, data.unaccompanied);
    if (change === null) continue;
    const before = rates;
    const counted = path.to.some(([one]) => !(one in data.outside));
    const away = new Float64Array(counted ? before.length : 0);
    rates = new Float64Array(before.length);
    // Alike in all simulations, what a lever does in a month is a multiple and a number added.
    const alike = path.ranges.length === 0;
    const [added, times] = [0, 1].map((rate) => Float64Array.from({ length: months }, (_, t) => (alike ? change(rate, 0, t) : 0)));
    for (let t = 0; t < months; t += 1) times[t] -= added[t];
    for (let r = 0, i = 0; i < before.length; r += 1) {
      for (let t = 0; t < months; t += 1, i += 1) {
        rates[i] = alike ? added[t] + times[t] * before[i] : change(before[i], r, t);
        if (counted) away[i] = before[i] - rates[i];
      }
    }
    share(moves, name, stage.name, away, path.to, months, (one) => one in data.outside);
  }
  return rates;
}

/**
 * What a lever makes of an expected number of starts; null where it leaves a stage as it is.
 * @param {string} name
 * @param {string} stage
 * @param {Path} path
 * @param {number} usual share of unaccompanied children in the baseline
 * @returns {((rate: number, simulation: number, month: number) => number) | null}
 */
function rateChange(name, stage, path, usual) {
  if (name === `starts.${stage}`) return (rate, r, t) => applied(path, rate, r, t);
  if (name === POPULATION || (stage === PLAN && name.startsWith(LINKS))) {
    return (rate, r, t) => rate * applied(path, 1, r, t);
  }
  if (name === "starts.unaccompanied_children" && stage === LOOKED_AFTER) {
    return (rate, r, t) => rate * (1 - usual + applied(path, usual, r, t));
  }
  if (name === EARLY && stage === PLAN) {
    return (rate, r, t) => rate * (1 - applied(path, 0, r, t));
  }
  return null;
}

/**
 * Children of a stage shared out over where they are instead.
 * @param {Move[]} moves
 * @param {string} lever
 * @param {string} origin
 * @param {Float64Array} children
 * @param {[string, Float64Array | number][]} to
 * @param {number} months
 * @param {(name: string) => boolean} outside whether nobody counts them there
 */
function share(moves, lever, origin, children, to, months, outside) {
  for (const [destination, part] of to.length ? to : [/** @type {[string, number]} */ (["closed", 1])]) {
    if (outside(destination)) continue;
    const moved = new Float64Array(children.length);
    for (let r = 0, i = 0; i < moved.length; r += 1) {
      const taken = typeof part === "number" ? part : part[r];
      for (let t = 0; t < months; t += 1, i += 1) moved[i] = children[i] * taken;
    }
    moves.push({ lever, origin, destination, children: moved });
  }
}

/**
 * @param {Map<string, Float64Array>} rates
 * @param {Move} move
 * @param {Float64Array} starts
 */
function add(rates, move, starts) {
  const before = rates.get(move.destination);
  if (before === undefined) {
    throw new Impossible(`Children cannot be moved to ${move.destination}: this folder has no figures of it.`);
  }
  const after = new Float64Array(before.length);
  for (let i = 0; i < after.length; i += 1) after[i] = before[i] + starts[i];
  rates.set(move.destination, after);
}

/**
 * @param {Map<string, Float64Array>} rates
 * @param {Map<string, Stage>} stages
 * @param {DemandData} data
 */
function check(rates, stages, data) {
  for (const [name, starts] of rates) {
    let least = 0;
    if (starts !== stages.get(name)?.rates) for (let i = 0; i < starts.length; i += 1) if (starts[i] < least) least = starts[i];
    if (least === 0) continue;
    throw new Impossible(
      `This takes more children away than start (${data.stage_labels[name]}): let fewer of them come from it.`);
  }
}

