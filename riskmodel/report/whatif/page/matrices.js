// Products of small matrices and vectors, where a page with placements spends its time.

/**
 * A square matrix times a vector, into another.
 * @param {Float64Array} matrix
 * @param {number} from where it begins
 * @param {Float64Array} vector
 * @param {Float64Array} into
 * @param {number} q
 * @param {number} by
 */
export function times(matrix, from, vector, into, q, by) {
  let at = from;
  let i = 0;
  // Four rows at a time, so that sums stay in the processor.
  for (; i + 3 < q; i += 4, at += 3 * q) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let j = 0; j < q; j += 1, at += 1) {
      const own = vector[j];
      a += matrix[at] * own;
      b += matrix[at + q] * own;
      c += matrix[at + 2 * q] * own;
      d += matrix[at + 3 * q] * own;
    }
    into[i] = a * by;
    into[i + 1] = b * by;
    into[i + 2] = c * by;
    into[i + 3] = d * by;
  }
  for (; i < q; i += 1) {
    let sum = 0;
    for (let j = 0; j < q; j += 1, at += 1) sum += matrix[at] * vector[j];
    into[i] = sum * by;
  }
}

/**
 * A square matrix times another.
 * @param {Float64Array} one
 * @param {Float64Array} other
 * @param {Float64Array} into
 * @param {number} q
 */
export function multiplied(one, other, into, q) {
  // Four columns at a time, so that sums stay in the processor.
  const whole = q - (q % 4);
  for (let i = 0; i < q; i += 1) {
    for (let j = 0; j < whole; j += 4) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let k = 0, at = i * q, from = j; k < q; k += 1, at += 1, from += q) {
        const own = one[at];
        a += own * other[from];
        b += own * other[from + 1];
        c += own * other[from + 2];
        d += own * other[from + 3];
      }
      const to = i * q + j;
      into[to] = a;
      into[to + 1] = b;
      into[to + 2] = c;
      into[to + 3] = d;
    }
    for (let j = whole; j < q; j += 1) {
      let sum = 0;
      for (let k = 0, at = i * q, from = j; k < q; k += 1, at += 1, from += q) sum += one[at] * other[from];
      into[i * q + j] = sum;
    }
  }
}

/**
 * @param {Float64Array} values
 * @param {number} from
 * @param {Float64Array} vector
 * @returns {number}
 */
export function dot(values, from, vector) {
  let sum = 0;
  for (let j = 0; j < vector.length; j += 1) sum += values[from + j] * vector[j];
  return sum;
}
