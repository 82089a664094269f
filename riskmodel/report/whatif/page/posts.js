// The chance of keeping a cap, and the posts that it takes.

import { movedChance, once, specialists } from "./answers.js";
import { monthOf, occurred, unpacked } from "./arrays.js";
import { monthsBetween } from "./months.js";
import { Workforce, postsNeeded } from "./workforce.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Outcome} Outcome */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {import("./workforce.js").Luck} Luck */
/**
 * @typedef {object} Posts
 * @property {{chance: number, posts: number, low: number, high: number}[]} byChance with what the
 *   number of simulations leaves open
 * @property {[number, number]} range what nine in ten simulations take
 */

const CHANCES = [0.5, 0.8, 0.95];

/**
 * Share of the simulations kept with an average caseload within a cap, by month.
 * @param {Float64Array} load
 * @param {number} cap
 * @param {number} months
 * @returns {number[]}
 */
export function keptWithin(load, cap, months) {
  const counts = new Array(months).fill(0);
  for (let i = 0; i < load.length; i += 1) if (load[i] <= cap) counts[i % months] += 1;
  return counts.map((count) => count / (load.length / months));
}

/**
 * Chance of keeping the cap by month, as it is shown.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {Question} question
 * @returns {number[]}
 */
export function within(model, outcome, question) {
  const { data } = model;
  const months = data.months.length;
  const { cap } = question;
  const base = once(model, `within ${cap}`, () => keptWithin(model.baseline.load, cap, months));
  const ladder = once(model, "ladder", () => unpacked(data.service.ladder));
  const setting = keptWithin(outcome.load, cap, months);
  const { target } = data.service;
  return setting.map((share, t) => {
    const asked = cap === target.cap && data.months[t] === target.by && data.service.within !== null;
    const all = asked ? data.service.within : climbed(ladder, t, ladder.length / months, cap);
    return movedChance(all, share, base[t]);
  });
}

/**
 * Share of all simulations whose caseload in a month is within a cap, between the steps kept.
 * @param {Float64Array} ladder
 * @param {number} month
 * @param {number} steps
 * @param {number} cap
 * @returns {number}
 */
function climbed(ladder, month, steps, cap) {
  const from = month * steps;
  let place = -1;
  while (place + 1 < steps && ladder[from + place + 1] <= cap) place += 1;
  if (place < 0) return 0;
  if (place === steps - 1) return 1;
  const [low, high] = [ladder[from + place], ladder[from + place + 1]];
  return (place + (Number.isFinite(high) ? (cap - low) / (high - low) : 0)) / (steps - 1);
}

/**
 * How far the number of simulations leaves a chance open: the 95% range.
 * @param {number} chance
 * @param {number} number
 * @returns {[number, number]}
 */
export function chanceRange(chance, number) {
  const z = 1.96;
  const centre = (chance + (z * z) / (2 * number)) / (1 + (z * z) / number);
  const reach = (z / (1 + (z * z) / number)) * Math.sqrt((chance * (1 - chance)) / number + (z * z) / (4 * number * number));
  return [Math.max(centre - reach, 0), Math.min(centre + reach, 1)];
}

/**
 * Fewest posts of each simulation kept with which it keeps the cap at the date, in order.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {Question} question
 * @returns {Float64Array}
 */
export function keptPosts(model, outcome, question) {
  const { data } = model;
  const month = monthsBetween(data.opening, question.by) - 1;
  const { share, each, months } = specialists(outcome.paths, model);
  const own = new Workforce(data.service.workforce, new Map());
  const force = new Workforce(data.service.workforce, outcome.paths);
  const needed = monthOf(outcome.cases, month, months).map((cases) =>
    (cases * (1 - share[month])) / question.cap + (cases * share[month]) / each[month]);
  const search = { months, until: month + 1, most: data.service.most_posts };
  return postsNeeded(force, own, /** @type {Luck} */ (model.luck), needed, search).sort();
}

/**
 * Posts for several chances, as they are shown.
 * @param {Model} model
 * @param {Outcome} outcome
 * @param {Question} question
 * @returns {Posts}
 */
export function posts(model, outcome, question) {
  const { data } = model;
  const { target } = data.service;
  const needed = keptPosts(model, outcome, question);
  const base = once(model, "posts", () =>
    (data.service.posts === null ? null : keptPosts(model, model.baseline, target)));
  const at = (/** @type {number} */ chance) => {
    const share = Math.min(Math.max(chance, 0.001), 0.999);
    const found = occurred(needed, share);
    return base === null ? found : Math.round(Math.max(found + (shift(data.service, base, share) * target.cap) / question.cap, 0));
  };
  const chances = [...new Set([...CHANCES, question.chance])].sort();
  return {
    byChance: chances.map((chance) => {
      const reach = 1.96 * Math.sqrt((chance * (1 - chance)) / needed.length);
      return { chance, posts: at(chance), low: at(chance - reach), high: at(chance + reach) };
    }),
    range: [at(0.05), at(0.95)],
  };
}

/**
 * What the posts of all simulations differ by from those kept, at the folder's own target.
 * @param {any} service
 * @param {Float64Array} base
 * @param {number} chance
 * @returns {number}
 */
function shift(service, base, chance) {
  const steps = service.posts.length;
  const place = Math.min(Math.max(Math.round(chance * (steps + 1)), 1), steps);
  const all = service.posts[place - 1];
  const kept = occurred(base, place / (steps + 1));
  return all === null || !Number.isFinite(kept) ? 0 : all - kept;
}
