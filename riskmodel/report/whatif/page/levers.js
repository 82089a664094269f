// What a setting changes, month by month: as riskmodel/levers and riskmodel/scenarios have it.

import { normal, uniforms } from "./arrays.js";
import { monthNumber } from "./months.js";

/** @typedef {import("./arrays.js").Packed} Packed */
/** @typedef {number | [number, number]} Amount A number, or the ends of a range. */
/**
 * @typedef {object} Change
 * @property {string} parameter
 * @property {string | number} from
 * @property {string | number | null} to
 * @property {boolean} multiplier
 * @property {Amount} number
 * @property {string} distribution
 * @property {boolean} ramp
 * @property {[string, Amount][]} instead
 * @property {string} reason
 * @property {string} source
 */
/**
 * @typedef {object} Lever
 * @property {string} name
 * @property {string} label
 * @property {string} unit
 * @property {number} lowest
 * @property {number} highest
 * @property {boolean} bounded
 * @property {string} limits
 * @property {string[]} operations
 * @property {number | null} neutral
 * @property {boolean} whole
 * @property {string} moves
 * @property {string} elsewhere
 * @property {boolean} takes_range
 */
/** @typedef {{part: Float64Array, multiplier: boolean, numbers: Float64Array}} Ranged */
/**
 * @typedef {object} Path
 * @property {Lever} lever
 * @property {Float64Array} value NaN where nothing is set
 * @property {Float64Array} weight
 * @property {Float64Array} multiplier
 * @property {Ranged[]} ranges
 * @property {[string, Float64Array | number][]} to
 */
/** @typedef {Map<string, Path>} Paths */

/** What a setting asks for and cannot be: said to the reader as it is. */
export class Impossible extends Error {}

const TENTH = 1.2815515655446004;

/**
 * The value of a range that this share of simulations lies below.
 * @param {[number, number]} ends
 * @param {number} share
 * @param {string} distribution
 * @param {number} lowest
 * @param {number} highest
 * @returns {number}
 */
export function ofRange(ends, share, distribution, lowest, highest) {
  if (distribution === "uniform") return ends[0] + share * (ends[1] - ends[0]);
  const free = (/** @type {number} */ value) =>
    Math.log(highest === Infinity ? value - lowest : (value - lowest) / (highest - value));
  const [low, high] = ends.map(free);
  const at = (low + high) / 2 + ((high - low) / (2 * TENTH)) * normal(share);
  return highest === Infinity ? lowest + Math.exp(at) : lowest + (highest - lowest) / (1 + Math.exp(-at));
}

/**
 * How far a change is there in each month, 0 to 1.
 * @param {Change} change
 * @param {string} opening
 * @param {number} months
 * @returns {Float64Array}
 */
export function weights(change, opening, months) {
  const first = monthNumber(change.from, opening);
  const last = change.to === null ? Infinity : monthNumber(change.to, opening);
  return Float64Array.from({ length: months }, (_, place) => {
    const number = place + 1;
    if (change.ramp) return Math.min(Math.max((number - first + 1) / (last - first + 1), 0), 1);
    return number >= first && number <= last ? 1 : 0;
  });
}

/**
 * Paths of all levers that some change sets, in the order of the register.
 * @param {Change[]} changes
 * @param {{levers: Lever[], opening: string, months: string[], luck: Record<string, Packed>}} data
 * @returns {Paths}
 */
export function pathsOf(changes, data) {
  const months = data.months.length;
  /** @type {Paths} */
  const found = new Map();
  for (const lever of data.levers) {
    const own = changes.filter((change) => change.parameter === lever.name);
    if (own.length === 0) continue;
    /** @type {Path} */
    const path = {
      lever,
      value: new Float64Array(months).fill(NaN),
      weight: new Float64Array(months),
      multiplier: new Float64Array(months).fill(1),
      ranges: [],
      to: destinationsOf(own[0], lever, data.luck),
    };
    for (const change of own) addTo(path, change, data);
    found.set(lever.name, path);
  }
  return found;
}

/**
 * @param {Path} path
 * @param {Change} change
 * @param {{opening: string, months: string[], luck: Record<string, Packed>}} data
 */
function addTo(path, change, data) {
  const { lever } = path;
  const part = weights(change, data.opening, data.months.length);
  let number = change.number;
  if (typeof number !== "number") {
    const ends = number;
    const limits = change.multiplier ? [0, Infinity] : [lever.lowest, lever.bounded ? lever.highest : Infinity];
    const numbers = uniforms(data.luck[`levers/${lever.name}`]).map((share) =>
      ofRange(ends, share, change.distribution, limits[0], limits[1]));
    path.ranges.push({ part, multiplier: change.multiplier, numbers });
    number = ofRange(ends, 0.5, change.distribution, limits[0], limits[1]);
  }
  for (let t = 0; t < part.length; t += 1) {
    if (part[t] === 0) continue;
    if (change.multiplier) path.multiplier[t] = 1 + (number - 1) * part[t];
    else {
      path.value[t] = number;
      path.weight[t] = part[t];
    }
  }
}

/**
 * Where children are instead: shares, one of which may differ between simulations.
 * @param {Change} change
 * @param {Lever} lever
 * @param {Record<string, Packed>} luck
 * @returns {[string, Float64Array | number][]}
 */
function destinationsOf(change, lever, luck) {
  if (change.instead.length === 0) return lever.elsewhere ? [[lever.elsewhere, 1]] : [];
  const ranged = change.instead.find(([, share]) => typeof share !== "number");
  if (ranged === undefined) return /** @type {[string, number][]} */ (change.instead);
  const ends = /** @type {[number, number]} */ (ranged[1]);
  const taken = uniforms(luck[`levers/${lever.name}/to`]).map((share) =>
    ofRange(ends, share, change.distribution, 0, 1));
  const rest = change.instead.filter((one) => one !== ranged);
  const fixed = rest.reduce((sum, [, share]) => sum + /** @type {number} */ (share), 0);
  return change.instead.map(([name, share]) => [
    name,
    typeof share === "number" ? taken.map((part) => ((1 - part) * share) / fixed) : taken,
  ]);
}

/**
 * The value of a lever in one month and simulation, given what it is in the baseline.
 * @param {Path} path
 * @param {number} base
 * @param {number} simulation
 * @param {number} month
 * @returns {number}
 */
export function applied(path, base, simulation, month) {
  let value = path.value[month];
  let multiplier = path.multiplier[month];
  for (const range of path.ranges) {
    if (range.part[month] === 0) continue;
    if (range.multiplier) multiplier = 1 + (range.numbers[simulation] - 1) * range.part[month];
    else value = range.numbers[simulation];
  }
  const weight = path.weight[month];
  const made = (weight > 0 ? (1 - weight) * base + weight * value : base) * multiplier;
  const { lowest, highest } = path.lever;
  if (!(made >= lowest && made <= highest)) {
    throw new Impossible(
      `${path.lever.label} would be ${Number(made.toPrecision(4))}, and can be ${path.lever.limits} (${path.lever.unit}).`);
  }
  return made;
}

/**
 * As applied, of a lever that is alike in all simulations.
 * @param {Paths} paths
 * @param {string} name
 * @param {number} base
 * @param {number} months
 * @returns {Float64Array}
 */
export function appliedAlike(paths, name, base, months) {
  const path = paths.get(name);
  return Float64Array.from({ length: months }, (_, t) => (path ? applied(path, base, 0, t) : base));
}
