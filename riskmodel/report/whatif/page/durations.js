// Shares of a month's starts that are still there, for any mean duration.

import { unpacked } from "./arrays.js";

/** @typedef {import("./arrays.js").Packed} Packed */
/**
 * @typedef {object} Table
 * @property {number} low
 * @property {number} high
 * @property {number} shapes
 * @property {number} farthest
 * @property {number} times
 * @property {Packed} integral
 * @property {Packed} survival
 */
/**
 * Durations of mean 1 in each simulation, at times that lie closest near 0.
 * @typedef {object} Durations
 * @property {number} times
 * @property {number} farthest
 * @property {Float64Array} at
 * @property {Float64Array} integral
 * @property {Float64Array} survival
 */

/**
 * The table of each simulation's shape: the cubic through four neighbours.
 * @param {Table} table
 * @param {Float64Array} shape
 * @returns {Durations}
 */
export function durationsOf(table, shape) {
  const width = table.times + 1;
  const kept = { integral: unpacked(table.integral), survival: unpacked(table.survival) };
  const integral = new Float64Array(shape.length * width);
  const survival = new Float64Array(shape.length * width);
  for (let r = 0; r < shape.length; r += 1) {
    const place = ((Math.log(shape[r]) - table.low) / (table.high - table.low)) * (table.shapes - 1);
    const first = Math.min(Math.max(Math.floor(place) - 1, 0), table.shapes - 4);
    const x = place - first;
    const parts = [
      (-(x - 1) * (x - 2) * (x - 3)) / 6, (x * (x - 2) * (x - 3)) / 2,
      (-x * (x - 1) * (x - 3)) / 2, (x * (x - 1) * (x - 2)) / 6,
    ];
    for (let k = 0; k < 4; k += 1) {
      const from = (first + k) * width;
      for (let j = 0; j < width; j += 1) {
        integral[r * width + j] += parts[k] * kept.integral[from + j];
        survival[r * width + j] += parts[k] * kept.survival[from + j];
      }
    }
  }
  const at = Float64Array.from({ length: width }, (_, j) => table.farthest * (j / table.times) ** 3);
  return { times: table.times, farthest: table.farthest, at, integral, survival };
}

/**
 * Share of a month's starts still there so many months later, by simulation and month.
 * @param {Durations} durations
 * @param {Float64Array} mean in days, by simulation
 * @param {number} month days in a month
 * @param {number} months
 * @param {number} [reach] how many of them are needed
 * @returns {Float64Array}
 */
export function stays(durations, mean, month, months, reach = months) {
  const made = new Float64Array(mean.length * months);
  const { at, integral, survival, times, farthest } = durations;
  for (let r = 0; r < mean.length; r += 1) {
    const from = r * (times + 1);
    const step = month / mean[r];
    let before = 0;
    for (let lag = 0; lag < reach; lag += 1) {
      const time = Math.min((lag + 1) * step, farthest);
      const k = Math.min(Math.floor(times * Math.cbrt(time / farthest)), times - 1);
      const width = at[k + 1] - at[k];
      const x = (time - at[k]) / width;
      const y = 1 - x;
      const now = (1 + 2 * x) * y * y * integral[from + k] + x * y * y * width * survival[from + k]
        + x * x * (3 - 2 * x) * integral[from + k + 1] - x * x * y * width * survival[from + k + 1];
      made[r * months + lag] = Math.max((now - before) / step, 0);
      before = now;
    }
  }
  return made;
}
