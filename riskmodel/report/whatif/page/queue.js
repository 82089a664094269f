// Children in added places, month by month: as riskmodel/placements/queue.py has it.

/** @typedef {import("./moves.js").Followed} Followed */

const EVENTS_A_STEP = 2;
/** How many children come or go in a step at most, and what chance is left out of sight. */
const REACH = { come: 7, go: 4 };
const NONE = 1e-6;

/** Children in added places: they come as places are free, and leave as their stay has it. */
export class Queue {
  /**
   * @param {Followed} few
   * @param {number} pair
   * @param {Float64Array | null} path places by month
   */
  constructor(few, pair, path) {
    const { months } = few;
    const most = path ? Math.max(...path) : 0;
    this.places = path ? path.map(Math.floor) : new Float64Array(months);
    this.hazard = few.of.stays.subarray(pair * months, (pair + 1) * months);
    this.came = new Float64Array(months);
    this.stays = new Float64Array(months);
    this.chance = new Float64Array(most <= few.mostHeld ? Math.floor(most) + 1 : 0);
    this.up = this.chance.slice();
    this.made = this.chance.slice();
    this.by = NaN;
    this.held = 0;
    this.low = 0;
    this.high = 0;
  }

  /** Nobody is there, as at the opening of each simulation. */
  empty() {
    this.came.fill(0);
    this.chance.fill(0);
    if (this.chance.length > 0) this.chance[0] = 1;
    this.held = 0;
    this.low = 0;
    this.high = 0;
  }

  /**
   * Children who take a place in a month; `held` is how many have one at its end.
   * @param {number} t
   * @param {number} wanting who would be placed where it is bought
   * @param {number} by times the hazard of leaving
   * @returns {number}
   */
  month(t, wanting, by) {
    if (this.places[t] === 0 && this.held === 0) return 0;
    if (by !== this.by) {
      for (let age = 0; age < this.stays.length; age += 1) this.stays[age] = Math.exp(-by * this.hazard[age]);
      this.by = by;
    }
    let stay = 0;
    for (let s = 0, age = t - 1; s < t; s += 1, age -= 1) {
      this.came[s] *= this.stays[age];
      stay += this.came[s];
    }
    const first = by * this.hazard[0];
    const goes = this.held > 1e-9 ? -Math.log(Math.min(Math.max(stay / this.held, 1e-9), 1)) : first;
    const taken = this.chance.length === 0
      ? Math.min(Math.max(this.places[t] - stay, 0), wanting) : this.filled(this.places[t], wanting, goes);
    this.came[t] = taken * Math.exp(-first / 2);
    this.held = stay + this.came[t];
    return taken;
  }

  /**
   * Children who find a place free in a month, by the trapezoid rule; moves the chances of how many
   * are taken, of which only those that are more than nothing are worked out.
   * @param {number} places
   * @param {number} wanting
   * @param {number} goes
   * @returns {number}
   */
  filled(places, wanting, goes) {
    const { chance, up, made } = this;
    const steps = Math.max(Math.ceil((wanting + places * goes) / EVENTS_A_STEP), 1);
    const come = (0.5 / steps) * wanting;
    const go = (0.5 / steps) * goes;
    let taken = 0;
    for (let step = 0; step < steps; step += 1) {
      const low = Math.max(this.low - REACH.go, 0);
      const high = Math.min(this.high + REACH.come, chance.length - 1);
      let before = 0;
      let entered = 0;
      let left = low === 0 ? 0 : go * low;
      let above = 0;
      let done = 0;
      let own = chance[low];
      for (let n = low; n <= high; n += 1) {
        const isLast = n === high;
        const enters = n < places && !isLast ? come : 0;
        const leaves = n === low ? 0 : left;
        const more = isLast ? 0 : go * (n + 1);
        const ahead = isLast ? 0 : chance[n + 1];
        const by = 1 / (1 + enters + leaves + entered * above);
        above = -more * by;
        done = (own * (1 - enters - leaves) + entered * (before + done) + more * ahead) * by;
        up[n] = above;
        made[n] = done;
        taken += enters * own;
        before = own;
        entered = enters;
        left = more;
        own = ahead;
      }
      chance[high] = made[high];
      for (let n = high - 1; n >= low; n -= 1) chance[n] = made[n] - up[n] * chance[n + 1];
      const until = Math.min(Math.ceil(places), high);
      for (let n = low; n < until; n += 1) taken += come * chance[n];
      [this.low, this.high] = [low, high];
      while (this.low < this.high && chance[this.low] < NONE) chance[this.low++] = 0;
      while (this.high > this.low && chance[this.high] < NONE) chance[this.high--] = 0;
    }
    return taken;
  }
}
