// The posts that are found, set and filled: with how many candidates, and how many have a worker.

import { outcomeOf } from "./answers.js";
import { monthOf, occurred } from "./arrays.js";
import { posts } from "./posts.js";
import { changesOf, position } from "./setting.js";
import { Workforce } from "./workforce.js";
import { number } from "./words.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {import("./setting.js").Control} Control */
/** @typedef {import("./setting.js").Setting} Setting */
/** @typedef {import("./tables.js").Shown} Shown */

const POSTS = "workforce.posts";
const HIRES = "workforce.hires_per_month";

/**
 * Posts for a chance; no number where none is enough.
 * @param {import("./posts.js").Posts | null} found
 * @param {number} chance
 * @returns {number}
 */
export function postsFound(found, chance) {
  const one = found?.byChance.find((each) => each.chance === chance)?.posts ?? NaN;
  return Number.isFinite(one) ? one : NaN;
}

/**
 * Whether a setting can be given the posts found: these are there from the first month on, and stay.
 * @param {Setting} setting
 * @param {any} data
 * @param {number} found
 * @returns {boolean}
 */
export function canFill(setting, data, found) {
  const control = data.controls.find((/** @type {Control} */ one) => one.parameter === POSTS);
  const { from, to } = setting.when;
  return control !== undefined && Number.isFinite(found) && position(setting, control) !== found && from === data.months[0] && to === "";
}

/**
 * Set the posts found, and where the setting says nothing of candidates, the fewest with which these
 * posts are enough.
 * @param {Model} model
 * @param {Setting} setting
 * @param {Question} question
 * @param {number} found
 */
export function fillPosts(model, setting, question, found) {
  const { data } = model;
  const set = (/** @type {string} */ name, /** @type {number} */ at) => setting.moved.set(name, { position: at, to: "closed", part: 100 });
  set(POSTS, found);
  if (changesOf(setting, data).some((one) => one.parameter === HIRES)) return;
  const { now, high, step } = data.controls.find((/** @type {Control} */ one) => one.parameter === HIRES);
  const at = (/** @type {number} */ steps) => Math.min(Number((Math.ceil(now / step + steps) * step).toFixed(2)), high);
  const enough = (/** @type {number} */ steps) => {
    set(HIRES, at(steps));
    return postsFound(posts(model, outcomeOf(model, changesOf(setting, data)), question), question.chance) <= found;
  };
  let [low, most] = [-1, Math.ceil((high - now) / step)];
  while (most - low > 1) {
    const middle = Math.floor((low + most) / 2);
    if (enough(middle)) most = middle;
    else low = middle;
  }
  set(HIRES, at(most));
}

/**
 * In how many of the posts there are workers, and why not in more; empty where that is as it was.
 * @param {Model} model
 * @param {Shown} now
 * @param {number} at
 * @returns {string}
 */
export function filledWords({ data, baseline }, now, at) {
  if (now.outcome.workers === baseline.workers) return "";
  const said = [now.outcome, baseline].map((one) => {
    const force = new Workforce(data.service.workforce, one.paths);
    const [all, vacant] = ["posts", "vacancy_rate"].map((name) => force.monthly(name)(at, 0));
    const inPost = monthOf(/** @type {import("./workforce.js").Workers} */ (one.workers).inPost, at, data.months.length).sort();
    const [low, middle, high] = [0.05, 0.5, 0.95].map((share) => occurred(inPost, share));
    return { words: `in ${number(middle)} of ${number(all, all % 1 ? 1 : 0)} posts (90% range ${number(low)} to ${number(high)})`, short: middle < Math.floor(all * (1 - vacant)) };
  });
  return ` Social workers are then ${said[0].words}${said[0].short ? ", fewer than could be filled: there are too few candidates, or they come too late" : ""}; with no change, ${said[1].words}.`;
}
