// Children whose plan ended and who start another, as riskmodel/demand/simulation/repeats.py has it.

/** @typedef {import("./demand.js").Stage} Stage */
/** @typedef {import("./demand.js").Staying} Staying */
/**
 * Who comes back after an end, by simulation, and how many of those so many months after.
 * @typedef {{share: Float64Array, timing: Float64Array}} Repeats
 */

/**
 * How many more come back in each month than without the change; below 0 where fewer do.
 * @param {Stage} stage
 * @param {Float64Array} stated starts in which those who come back are counted already
 * @param {Float64Array} changed starts of a setting, before anybody more or fewer comes back
 * @param {Staying} staying of the setting
 * @param {(simulation: number, month: number) => number} kept of one who would come back, how much starts
 * @param {number} months
 * @returns {Float64Array}
 */
export function laterRepeats(stage, stated, changed, staying, kept, months) {
  const { share, timing } = /** @type {Repeats} */ (stage.repeats);
  const before = stage.staying.tables[0];
  const found = new Float64Array(stated.length);
  const more = new Float64Array(months);
  for (let r = 0, from = 0; r < share.length; r += 1, from += months) {
    more.fill(0);
    for (let start = 0; start < months; start += 1) {
      const after = staying.tables[staying.of[start]];
      const extra = Math.max(changed[from + start], 0);
      addEnds(more, after, from, start, extra);
      addEnds(more, before, from, start, -stated[from + start]);
    }
    for (let t = 1; t < months; t += 1) {
      let back = 0;
      for (let end = 0; end < t; end += 1) back += timing[t - end] * more[end];
      back = Math.max(share[r] * back, -stage.rates[from + t]);
      found[from + t] = back;
      addEnds(more, staying.tables[staying.of[t]], from, t, kept(r, t) * back);
    }
  }
  return found;
}

/**
 * Add the ends of so many starts of a month, from the shares of them still there.
 * @param {Float64Array} ends
 * @param {Float64Array} table
 * @param {number} from place of the simulation in the table
 * @param {number} start
 * @param {number} children
 */
function addEnds(ends, table, from, start, children) {
  if (children === 0) return;
  let there = 1;
  for (let t = start, lag = from; t < ends.length; t += 1, lag += 1) {
    ends[t] += children * (there - table[lag]);
    there = table[lag];
  }
}
