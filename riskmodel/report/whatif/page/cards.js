// The numbers at the date that is asked of, and settings side by side.

import { table } from "./dom.js";
import { postsFound } from "./filled.js";
import { monthWords } from "./months.js";
import { pricedParts, yearOf } from "./tables.js";
import { Workforce } from "./workforce.js";
import { chanceRangeWords, chanceWords, listed, money, moneyRange, number, rangeWords, signed } from "./words.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {import("./posts.js").Posts} Posts */
/** @typedef {import("./tables.js").Shown} Shown */
/**
 * @typedef {{label: string, value: string, range: string, before: string, apart: string, note?: string, posts?: number}} Card
 * With the difference from no change, and the posts found.
 */

/**
 * The numbers at the date, each with its range and that with no change.
 * @param {{model: Model, now: Shown, none: Shown, question: Question | null, at: number}} of
 * @returns {Card[]}
 */
export function cardsOf({ model, now, none, question, at }) {
  const { data } = model;
  const ends = (/** @type {number[]} */ row, /** @type {number} */ digits) => `90% range ${rangeWords([row[0], row[2], row[4]], digits)}`;
  const tenths = (/** @type {number} */ value) => Math.round(10 * value) / 10;
  const first = data.stages[0];
  const [plans, before] = [now, none].map((one) => /** @type {number[][]} */ (one.stocks.get(first.name))[at]);
  /** @type {Card[]} */
  const made = [{ label: first.label, value: number(plans[2]), range: ends(plans, 0), before: `${number(before[2])} (${rangeWords([before[0], before[2], before[4]])})`, apart: signed(Math.round(plans[2]) - Math.round(before[2])) }];
  if (question === null || now.posts === null || none.posts === null) return [...made, ...costCards({ data, now, none, at })];
  const [load, base] = [now.load[at], none.load[at]];
  const points = Math.round(100 * (now.chance[at] - none.chance[at]));
  made.push({ label: "Average caseload", value: number(load[2], 1), range: ends(load, 1), before: `${number(base[2], 1)} (${rangeWords([base[0], base[2], base[4]], 1)})`, apart: signed(tenths(load[2]) - tenths(base[2]), 1) });
  made.push({ label: `Chance of ${question.cap} or fewer`, value: chanceWords(now.chance[at]), range: `${chanceRangeWords(now.chance[at], model)} from ${data.kept} simulations`, before: `${chanceWords(none.chance[at])} (${chanceRangeWords(none.chance[at], model)})`,
    apart: `${signed(points)} ${Math.abs(points) === 1 ? "point" : "points"}` });
  return [...made, postsCard({ data, now, none, question, at }), ...costCards({ data, now, none, at })];
}

/**
 * Posts for the chance that is asked of, and for the others.
 * @param {{data: any, now: Shown, none: Shown, question: Question, at: number}} of
 * @returns {Card}
 */
function postsCard({ data, now, none, question: { cap, chance }, at }) {
  const percent = (/** @type {number} */ one) => `${Math.round(1000 * one) / 10}%`;
  const of = (/** @type {Shown} */ one) => postsFound(one.posts, chance);
  const range = (/** @type {Shown} */ one) => {
    const [low, high] = /** @type {Posts} */ (one.posts).range;
    return Number.isFinite(low) ? `90% range ${rangeWords([low, low, high])}` : "in 95 of 100 simulations or more";
  };
  const words = (/** @type {number} */ posts) => (Number.isFinite(posts) ? number(posts) : "no number is enough");
  const others = /** @type {Posts} */ (now.posts).byChance.filter((one) => one.chance !== chance).map((one) => `for ${percent(one.chance)} ${words(one.posts)}`);
  const [base, force] = [new Map(), now.outcome.paths].map((paths) => new Workforce(data.service.workforce, paths));
  const more = of(now) - base.monthly("posts")(at, 0);
  const than = Number.isFinite(more) && Math.round(more) !== 0 ? `${number(Math.abs(more))} ${more > 0 ? "more" : "fewer"} than now. ` : "";
  const vacant = force.monthly("vacancy_rate")(at, 0);
  const found = now.outcome.paths.has("workforce.hires_per_month") ? "no more candidates than are set" : "a candidate for every other";
  return {
    label: `Posts for ${/^(8|11$|18$)/.test(String(Math.round(100 * chance))) ? "an" : "a"} ${percent(chance)} chance of ${cap} or fewer`,
    value: words(of(now)), range: range(now),
    note: `${than}${others.join(", ").replace("f", "F")}. With ${vacant > 0 ? `${percent(vacant)} of them vacant and ` : ""}${found}.`,
    before: `${words(of(none))} (${range(none).replace("90% range ", "")})`,
    apart: Number.isFinite(of(now) - of(none)) ? signed(of(now) - of(none)) : "",
    posts: of(now),
  };
}

/**
 * What the financial year of the month asked of costs, and what each amount is of.
 * @param {{data: any, now: Shown, none: Shown, at: number}} of
 * @returns {Card[]}
 */
function costCards({ data, now, none, at }) {
  const posts = data.service ? new Workforce(data.service.workforce, now.outcome.paths).monthly("posts")(at, 0) : NaN;
  const card = (/** @type {any[]} */ years, /** @type {"costs" | "placements"} */ what, /** @type {string} */ currency, /** @type {(year: any) => {label: string, note: string}} */ words) => {
    if (now[what].length === 0) return [];
    const place = yearOf(years, at);
    const [own, base] = [now, none].map((one) => one[what][place]);
    return [{ ...words(years[place]), value: money(own[1], currency), range: `90% range ${moneyRange(own, currency)}`, before: `${money(base[1], currency)} (${moneyRange(base, currency)})`,
      apart: `${own[1] < base[1] ? "−" : "+"}${money(Math.abs(own[1] - base[1]), currency)}` }];
  };
  const each = data.placements?.moves ? "at the price of its placement" : "at the average cost of the year";
  const twice = now.costs.length > 0 && data.prices[yearOf(data.prices, at)].placement;
  return [
    ...card(data.prices, "costs", data.prices[0]?.currency, (year) => ({
      label: `Cost, ${year.year}${year.post ? `, with ${number(posts, posts % 1 ? 1 : 0)} posts` : ""}`,
      note: `Of ${listed(pricedParts(year).map((one) => one.words))}.` })),
    ...card(data.placements?.years ?? [], "placements", data.placements?.currency, (year) => ({
      label: `Placements, ${year.year}`,
      note: twice ? `The children that the cost counts at one mean price, here each ${each}: not to be added to it.` : `Of looked-after children, each ${each}.` })),
  ];
}

/**
 * Settings side by side, in the same simulations.
 * @param {{data: any, at: number, cards: Card[][], names: string[], set: string[]}} of cards of each setting
 * @returns {HTMLElement}
 */
export function sidesTable({ data, at, cards, names, set }) {
  // Settings may have other numbers of posts; the caption says what stands in brackets.
  const range = (/** @type {string} */ text) => text.replace(/^90% range | from \d+ simulations$/g, "");
  const apart = (/** @type {string} */ text) => (text === "" || /[1-9]/.test(text) ? text : "no difference");
  const cell = (/** @type {Card} */ { value, range: text, apart: than }) => `${value} (${range(text)})${than === "" ? "" : `, ${apart(than)}`}`;
  const rows = cards[0].map((one, row) => [one.label.replace(/, with [^,]* posts$/, ""), one.before, ...cards.map((each) => cell(each[row]))]);
  rows.unshift(["Set", "Nothing", ...set]);
  return table(`At the end of ${monthWords(data.months[at])}, in the same simulations. In brackets the 90% range, of the chance what ${data.kept} simulations leave open; then the difference from no change`, ["", "No change", ...names], rows);
}
