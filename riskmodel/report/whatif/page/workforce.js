// Workers month by month with the luck of each simulation, and the posts that a cap takes: as
// riskmodel/caseload/flows.py and needs.py have it.

import { uniforms, unpacked } from "./arrays.js";
import { applied } from "./levers.js";

/** @typedef {import("./levers.js").Path} Path */
/** @typedef {import("./levers.js").Paths} Paths */
/** @typedef {import("./arrays.js").Packed} Packed */
/**
 * What does not depend on a setting: the workers at first, and the luck of each simulation.
 * @typedef {object} Luck
 * @property {Float64Array} leave by simulation and month
 * @property {Float64Array} arrive
 * @property {Float64Array} opening first the workers' part, then that of posts
 * @property {Float64Array} workers full-time at work at first
 */
/** @typedef {(month: number, simulation: number) => number} Monthly */
/** @typedef {{inPost: Float64Array, fte: Float64Array}} Workers By simulation and month. */

/**
 * @param {any} service
 * @returns {Luck}
 */
export function openLuck(service) {
  return {
    leave: uniforms(service.leave),
    arrive: uniforms(service.arrive),
    opening: unpacked(service.opening),
    workers: unpacked(service.workers),
  };
}

/** A workforce under the levers of a setting: each parameter by month and simulation. */
export class Workforce {
  /**
   * @param {Record<string, any>} given of the baseline
   * @param {Paths} paths
   */
  constructor(given, paths) {
    this.given = given;
    this.paths = paths;
    /** Whether simulations have numbers of their own. */
    this.differs = [...paths.values()].some((path) => path.ranges.length > 0);
  }

  /**
   * A parameter in the baseline.
   * @param {string} name
   * @param {number} month
   * @returns {number}
   */
  base(name, month) {
    const value = this.given[name];
    if (value === undefined) return Infinity;
    return Array.isArray(value) ? value[Math.min(month, value.length - 1)] : value;
  }

  /**
   * A parameter under the setting, as a function of month and simulation.
   * @param {string} name
   * @returns {Monthly}
   */
  monthly(name) {
    const path = this.paths.get(`workforce.${name}`);
    if (path === undefined) {
      const fixed = this.base(name, 0);
      return Array.isArray(this.given[name]) ? (month) => this.base(name, month) : () => fixed;
    }
    if (path.ranges.length > 0 && path.lever.moves === "") {
      return (month, simulation) => applied(path, this.base(name, month), simulation, month);
    }
    const kept = Array.from(path.value, (_, month) => applied(path, this.base(name, month), 0, month));
    return (month) => kept[month];
  }

  /**
   * Full-time equivalents at work for each worker in post.
   * @returns {Monthly}
   */
  atWork() {
    const [holding, protection, newly, sick] = ["case_holding_share", "newly_qualified_protection",
      "newly_qualified_share", "sickness_rate"].map((name) => this.monthly(name));
    return (t, r) => holding(t, r) * (1 - protection(t, r) * newly(t, r)) * (1 - sick(t, r));
  }

  /**
   * Whether the setting says in this month how many candidates there are.
   * @param {number} month
   * @returns {boolean}
   */
  setsHires(month) {
    const path = this.paths.get("workforce.hires_per_month");
    return path !== undefined && (path.weight[month] > 0 || path.multiplier[month] !== 1
      || path.ranges.some((range) => range.part[month] > 0));
  }

  /**
   * Of an earlier month, which the time from advertisement to first day still brings.
   * @param {string} name
   * @param {string} before
   * @returns {Monthly}
   */
  lagged(name, before) {
    const values = this.monthly(name);
    const lag = this.monthly("recruitment_lag_months");
    const first = this.given[before] ?? this.base(name, 0);
    return (t, r) => (t >= lag(t, r) ? values(t - lag(t, r), r) : first);
  }
}

/** Powers of the last number that was asked for: workers are few, and their chance is often alike. */
const POWERS = { of: NaN, known: new Float64Array(0) };

/**
 * @param {number} base
 * @param {number} exponent
 * @returns {number}
 */
function power(base, exponent) {
  if (POWERS.of !== base) {
    POWERS.of = base;
    POWERS.known = new Float64Array(2048).fill(NaN);
  }
  if (exponent >= POWERS.known.length) return base ** exponent;
  if (Number.isNaN(POWERS.known[exponent])) POWERS.known[exponent] = base ** exponent;
  return POWERS.known[exponent];
}

/**
 * Smallest k with P(Binomial(number, chance) <= k) >= uniform.
 * @param {number} uniform
 * @param {number} number
 * @param {number} chance
 * @returns {number}
 */
export function binomialQuantile(uniform, number, chance) {
  if (chance <= 0 || number === 0) return 0;
  if (chance >= 1) return number;
  let probability = power(1 - chance, number);
  let reached = probability;
  const odds = chance / (1 - chance);
  let k = 0;
  while (uniform > reached && k < number) {
    probability *= (number - k) * (odds / (k + 1));
    reached += probability;
    k += 1;
  }
  return k;
}

/**
 * Smallest k with P(Poisson(mean) <= k) >= uniform.
 * @param {number} uniform
 * @param {number} mean
 * @returns {number}
 */
export function poissonQuantile(uniform, mean) {
  if (mean <= 0) return 0;
  let probability = Math.exp(-mean);
  let reached = probability;
  let k = 0;
  const most = mean + 40 * Math.sqrt(mean) + 40;
  while (uniform > reached && k < most) {
    k += 1;
    probability *= mean / k;
    reached += probability;
  }
  return k;
}

/**
 * Workers in post at first; the baseline's shares turn those at work into them.
 * @param {Luck} luck
 * @param {Workforce} baseline
 * @returns {Float64Array}
 */
function opened(luck, baseline) {
  const share = baseline.atWork();
  const agency = baseline.monthly("agency_fte")(0, 0);
  return luck.workers.map((fte, r) =>
    Math.floor(Math.max(fte - agency, 0) / share(0, r) + luck.opening[r]));
}

/**
 * Workers of each simulation, month by month.
 * @param {Workforce} force
 * @param {Workforce} baseline
 * @param {Luck} luck
 * @param {number} months
 * @returns {Workers}
 */
export function workersUnder(force, baseline, luck, months) {
  const number = luck.workers.length;
  const first = opened(luck, baseline);
  const [vacancy, turnover, agency] = ["vacancy_rate", "turnover_rate", "agency_fte"].map((name) => force.monthly(name));
  const [posts, early] = [force.monthly("posts"), force.lagged("posts", "posts_before")];
  const hires = force.lagged("hires_per_month", "hires_before");
  const share = force.atWork();
  const inPost = new Float64Array(number * months);
  const fte = new Float64Array(number * months);
  const [filled, leaving, candidates, holding, extra] = [0, 0, 0, 0, 0].map(() => new Float64Array(months));
  for (let r = 0; r < number; r += 1) {
    for (let t = 0; t < months && (r === 0 || force.differs); t += 1) {
      filled[t] = Math.min(posts(t, r), early(t, r)) * (1 - vacancy(t, r));
      leaving[t] = turnover(t, r) / 12;
      candidates[t] = hires(t, r);
      holding[t] = share(t, r);
      extra[t] = agency(t, r);
    }
    let now = first[r];
    for (let t = 0, at = r * months; t < months; t += 1, at += 1) {
      const room = Math.floor(filled[t] + luck.opening[number + r]);
      const stayed = now - binomialQuantile(luck.leave[at], now, leaving[t]);
      // Who applies matters only where there is room.
      const joined = room <= stayed || candidates[t] === Infinity ? room : stayed + poissonQuantile(luck.arrive[at], candidates[t]);
      now = Math.max(stayed, Math.min(room, joined));
      inPost[at] = now;
      fte[at] = now * holding[t] + extra[t];
    }
  }
  return { inPost, fte };
}

/**
 * Fewest posts, from the first month on, with which each simulation keeps to a cap, if every
 * vacancy finds a candidate except where the setting says how many there are.
 * @param {Workforce} force
 * @param {Workforce} baseline
 * @param {Luck} luck
 * @param {Float64Array} needed full-time equivalents at work that the cap takes, by simulation
 * @param {{months: number, until: number, most: number}} search months kept, and until when
 * @returns {Float64Array} infinite where no number is enough
 */
export function postsNeeded(force, baseline, luck, needed, search) {
  const { months, until, most } = search;
  const number = luck.workers.length;
  const first = opened(luck, baseline);
  const before = force.given.posts_before ?? force.base("posts", 0);
  const names = ["vacancy_rate", "turnover_rate", "agency_fte", "recruitment_lag_months", "hires_per_month"];
  const [vacancy, turnover, agency, lag, monthly] = names.map((name) => force.monthly(name));
  const share = force.atWork();
  const firstHires = force.given.hires_before ?? force.base("hires_per_month", 0);
  const made = new Float64Array(number);
  const [filled, candidates, limit, leaving] = [0, 0, 0, 0].map(() => new Float64Array(until));
  const last = until - 1;
  const sets = Array.from(filled, (_, t) => force.setsHires(t));
  for (let r = 0; r < number; r += 1) {
    const from = r * months;
    for (let t = 0; t < until; t += 1) {
      const ago = t - lag(t, r);
      if (r === 0 || force.differs) {
        limit[t] = ago < 0 ? before : Infinity;
        filled[t] = 1 - vacancy(t, r);
        leaving[t] = turnover(t, r) / 12;
      }
      if (ago >= 0 && !sets[ago]) candidates[t] = Infinity;
      else candidates[t] = poissonQuantile(luck.arrive[from + t], ago < 0 ? firstHires : monthly(ago, r));
    }
    const wanted = (needed[r] - agency(last, r)) / share(last, r);
    const part = luck.opening[number + r];
    const enough = (/** @type {number} */ posts) => {
      let now = first[r];
      for (let t = 0; t < until; t += 1) {
        const room = Math.floor(Math.min(posts, limit[t]) * filled[t] + part);
        const stayed = now - binomialQuantile(luck.leave[from + t], now, leaving[t]);
        now = Math.max(stayed, Math.min(room, stayed + candidates[t]));
      }
      return now >= wanted - 1e-9;
    };
    // Where candidates do not limit, the last month alone decides, and the answer is a formula.
    const guess = Math.ceil((Math.ceil(wanted - 1e-9) - part) / filled[last]);
    if (guess > 0 && guess <= most && !enough(guess - 1) && enough(guess)) made[r] = guess;
    else made[r] = fewest(enough, Math.min(Math.max(Math.round(2 * before), 1), most), most);
  }
  return made;
}

/**
 * Smallest whole number at which a condition holds that stays true for all larger ones.
 * @param {(number: number) => boolean} holds
 * @param {number} guess
 * @param {number} most
 * @returns {number}
 */
function fewest(holds, guess, most) {
  let low = -1;
  let high = guess;
  if (!holds(high)) {
    low = high;
    high = most;
    if (!holds(high)) return Infinity;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
