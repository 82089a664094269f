// Stored arrays, quantiles and the normal distribution.

/**
 * An array as Python packed it.
 * @typedef {{kind: "f4" | "u2" | "i2", scale: number, bytes: string}} Packed
 */

/**
 * The numbers of a packed array.
 * @param {Packed} packed
 * @returns {Float64Array}
 */
export function unpacked(packed) {
  const text = atob(packed.bytes);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  const kinds = { f4: Float32Array, u2: Uint16Array, i2: Int16Array };
  const made = new Float64Array(new kinds[packed.kind](bytes.buffer));
  if (packed.scale !== 1) for (let i = 0; i < made.length; i += 1) made[i] *= packed.scale;
  return made;
}

/**
 * Numbers from 0 to 1, each in the middle of its step.
 * @param {Packed} packed
 * @returns {Float64Array}
 */
export function uniforms(packed) {
  return unpacked(packed).map((step) => (step + 0.5) / 65536);
}

/**
 * Quantiles as numpy has them: straight between two neighbours.
 * @param {Float64Array} sorted
 * @param {number} share
 * @returns {number}
 */
export function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/**
 * The smallest value that at least that share of the simulations does not pass.
 * @param {Float64Array} sorted
 * @param {number} share
 * @returns {number}
 */
export function occurred(sorted, share) {
  const place = Math.ceil(share * sorted.length - 1e-9) - 1;
  return sorted[Math.min(Math.max(place, 0), sorted.length - 1)];
}

/**
 * @param {Float64Array} values
 * @returns {number}
 */
export function meanOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum / values.length;
}

/**
 * One month of an array of shape (simulation, month).
 * @param {Float64Array} values
 * @param {number} month
 * @param {number} months
 * @returns {Float64Array}
 */
export function monthOf(values, month, months) {
  const made = new Float64Array(values.length / months);
  for (let r = 0; r < made.length; r += 1) made[r] = values[r * months + month];
  return made;
}

const CENTRE = [
  [3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
    3.3430575583588128105e4, 2.5090809287301226727e3],
  [1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
    5.2264952788528545610e3],
];
const TAIL = [
  [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
    3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4],
  [1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
    1.05075007164441684324e-9],
];

/**
 * The standard normal value that this share lies below (Wichura 1988, algorithm AS 241; the
 * shares of a page stay above 1 in 131,072).
 * @param {number} share
 * @returns {number}
 */
export function normal(share) {
  const at = share - 0.5;
  const part = (/** @type {number[]} */ terms, /** @type {number} */ x) =>
    terms.reduceRight((sum, term) => sum * x + term, 0);
  if (Math.abs(at) <= 0.425) {
    const x = 0.180625 - at * at;
    return (at * part(CENTRE[0], x)) / part(CENTRE[1], x);
  }
  const x = Math.sqrt(-Math.log(Math.min(share, 1 - share))) - 1.6;
  return (Math.sign(at) * part(TAIL[0], x)) / part(TAIL[1], x);
}
