// Tables of what a setting comes to, beside no change of policy.

import { areaLoads } from "./answers.js";
import { CARE } from "./costs.js";
import { element, table } from "./dom.js";
import { monthWords } from "./months.js";
import { placedEnds } from "./placements.js";
import { listed, money, moneyRange, number, rangeWords } from "./words.js";

/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./posts.js").Posts} Posts */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {import("./answers.js").Range} Range */
/**
 * A setting worked out, as it is shown.
 * @typedef {object} Shown
 * @property {import("./answers.js").Outcome} outcome
 * @property {Map<string, number[][]>} stocks
 * @property {number[][]} load
 * @property {number[]} chance
 * @property {import("./posts.js").Posts | null} posts
 * @property {Range[]} costs
 * @property {Range[]} placements what they cost, by year
 */

/**
 * What has a price in a year.
 * @param {any} year
 * @returns {{price: "post" | "agency" | "placement", words: string}[]}
 */
export function pricedParts(year) {
  /** @type {{price: "post" | "agency" | "placement", words: string}[]} */
  const all = [{ price: "post", words: "social workers in post" }, { price: "agency", words: "agency workers" }, { price: "placement", words: "looked-after children" }];
  return all.filter((one) => year[one.price]);
}

/**
 * What the cost comes to, and of what; empty where nothing has a price.
 * @param {Model} model
 * @param {Shown} now
 * @param {Shown} none
 * @param {number} at
 * @returns {string}
 */
export function costWords({ data, baseline }, now, none, at) {
  if (now.costs.length === 0) return "";
  const place = yearOf(data.prices, at);
  const parts = pricedParts(data.prices[place]);
  const other = {
    post: now.outcome.workers !== baseline.workers,
    agency: now.outcome.paths.has("workforce.agency_fte"),
    placement: now.outcome.stocks.get(CARE) !== baseline.stocks.get(CARE),
  };
  const [own, base] = [now, none].map((one) => one.costs[place]);
  const { year, currency } = data.prices[place];
  if (own.every((end, q) => end === base[q])) {
    return `The cost stays as it is: it counts ${listed(parts.map((one) => one.words))}, and nothing that is set here changes how many there are.`;
  }
  return `The cost of ${year} is ${money(own[1], currency)} (90% range ${moneyRange(own, currency)}) in place of ${money(base[1], currency)} (${moneyRange(base, currency)}): other numbers of ${listed(parts.filter((one) => other[one.price]).map((one) => one.words))}.`;
}

/**
 * The place of the financial year that a month is in.
 * @param {any[]} years
 * @param {number} at
 * @returns {number}
 */
export function yearOf(years, at) {
  return Math.max(years.filter((year) => year.first <= at).length - 1, 0);
}

/**
 * How many months there are until the end of the financial year of placements that a month is in.
 * @param {any} data
 * @param {number} at
 * @returns {number}
 */
export function yearEnd({ months, placements }, at) {
  if (!placements) return months.length;
  const year = placements.years[yearOf(placements.years, at)];
  return year.first + year.months;
}

/**
 * Tables of posts, areas and costs, those that a folder has figures for.
 * @param {{model: Model, now: Shown, none: Shown, name: string, question: Question | null, at: number}} of
 * @returns {HTMLElement[]}
 */
export function tablesOf({ model, now, none, name, question, at }) {
  const names = ["No change", ...(now === none ? [] : [name])];
  const both = (/** @type {(one: Shown) => string} */ cell) => [cell(none), ...(now === none ? [] : [cell(now)])];
  const service = question ? serviceTables({ model, now, none, question, at }, names, both) : [];
  return [...service, ...placementTable(model, at, names, both), ...costTables(model.data, now, names, both)];
}

/**
 * Placements that hold more or fewer children under a setting, in a sentence; empty where none does.
 * @param {Model} model
 * @param {Shown} now
 * @param {Shown} none
 * @param {number} at
 * @returns {string}
 */
export function placementWords(model, now, none, at) {
  if (!model.data.placements?.moves) return "";
  const { place, words } = placedAt(model.data, at);
  const [own, base] = [now, none].map((one) => placedEnds(model, one.outcome, place));
  const said = model.data.placements.moves.shown.flatMap((/** @type {any} */ kind, /** @type {number} */ k) => {
    return Math.round(own[k][1]) === Math.round(base[k][1]) ? []
      : [`${kind.label}: ${number(own[k][1])} (${rangeWords(own[k])}) in place of ${number(base[k][1])} (${rangeWords(base[k])})`];
  });
  return said.length === 0 ? "" : `Children by placement at the end of ${words} (90% range): ${said.join("; ")}.`;
}

/**
 * The date at which children by placement are kept that is nearest to a month, and its place.
 * @param {any} data
 * @param {number} month
 * @returns {{place: number, words: string}}
 */
function placedAt(data, month) {
  const { dates } = data.placements.moves;
  const place = dates.reduce((/** @type {number} */ best, /** @type {number} */ one, /** @type {number} */ each) =>
    (Math.abs(one - month) < Math.abs(dates[best] - month) ? each : best), 0);
  return { place, words: monthWords(data.months[dates[place]]) };
}

/**
 * Children by placement at the year end nearest to the month asked of.
 * @param {Model} model
 * @param {number} at
 * @param {string[]} names
 * @param {Both} both
 * @returns {HTMLElement[]}
 */
function placementTable(model, at, names, both) {
  if (!model.data.placements?.moves) return [];
  const { place, words } = placedAt(model.data, at);
  const ends = new Map();
  const of = (/** @type {Shown} */ one) => {
    if (!ends.has(one)) ends.set(one, placedEnds(model, one.outcome, place));
    return /** @type {Range[]} */ (ends.get(one));
  };
  const kinds = [...model.data.placements.moves.shown.map((/** @type {any} */ one) => one.label), "All placements"];
  return [element("section", { class: "placed" }, element("h3", {}, "Children by placement"),
    table(`At the end of ${words} (90% range)`, ["Placement", ...names], kinds.map((label, k) => [label,
      ...both((one) => `${number(of(one)[k][1])} (${rangeWords(of(one)[k])})`)])))];
}

/** @typedef {(cell: (one: Shown) => string) => string[]} Both Cells of the baseline and the setting. */

/**
 * @param {{model: Model, now: Shown, none: Shown, question: Question, at: number}} of
 * @param {string[]} names
 * @param {Both} both
 * @returns {HTMLElement[]}
 */
function serviceTables({ model, now, none, question, at }, names, both) {
  const { data } = model;
  const { cap, by } = question;
  const found = /** @type {import("./posts.js").Posts} */ (none.posts).byChance.map((one, place) => [
    `${Math.round(1000 * one.chance) / 10}%`, ...both((each) => {
      const cell = /** @type {import("./posts.js").Posts} */ (each.posts).byChance[place];
      return Number.isFinite(cell.posts) ? `${number(cell.posts)} (${rangeWords([cell.low, cell.posts, cell.high])})` : "no number is enough";
    })]);
  const sets = now.outcome.paths.has("workforce.hires_per_month");
  const parts = [element("section", {}, element("h3", {}, "Posts needed"),
    table(`Posts for an average of ${cap} or fewer by the end of ${monthWords(by)}, if every vacancy finds a candidate${sets ? " except where the setting says how many there are" : ""} (95% range that ${data.kept} simulations leave open)`, ["Chance", ...names], found))];
  if (data.service.areas.length > 0) {
    const loads = new Map([none, now].map((one) => [one, areaLoads(model, one.outcome, at)]));
    const range = (/** @type {Shown} */ one, /** @type {number} */ place) => /** @type {{range: Range}[]} */ (loads.get(one))[place].range;
    parts.push(element("section", {}, element("h3", {}, "Caseload by area"),
      table(`Cases for each full-time worker at the end of ${monthWords(by)} (90% range)`, ["Area", ...names],
        data.service.areas.map((/** @type {{name: string}} */ area, /** @type {number} */ place) => [area.name,
          ...both((one) => `${number(range(one, place)[1], 1)} (${rangeWords(range(one, place), 1)})`)])),
      areasByMonth(model, now === none ? [["No change", none]] : [["No change", none], [names[1], now]], at)));
  }
  return parts;
}

/**
 * Caseload of each area at each year end, worked out when somebody opens it.
 * @param {Model} model
 * @param {[string, Shown][]} settings
 * @param {number} at
 * @returns {HTMLElement}
 */
function areasByMonth(model, settings, at) {
  const { months, service } = model.data;
  const inside = element("div", {});
  const made = /** @type {HTMLDetailsElement} */ (element("details", { id: "areas-by-month" }, element("summary", {}, "By month", element("span", { class: "hidden" }, " and area")), inside));
  const fill = () => {
    if (!made.open || inside.childNodes.length > 0) return;
    const places = months.map((/** @type {string} */ _, /** @type {number} */ t) => t).filter((/** @type {number} */ t) =>
      months[t].endsWith("-03") || t === at || t === months.length - 1);
    inside.append(...settings.map(([name, one]) => table(`${name}: cases for each full-time worker by area (90% range)`,
      ["End of", ...service.areas.map((/** @type {{name: string}} */ area) => area.name)],
      places.map((/** @type {number} */ t) => [monthWords(months[t]),
        ...areaLoads(model, one.outcome, t).map(({ range }) => `${number(range[1], 1)} (${rangeWords(range, 1)})`)]))));
  };
  made.addEventListener("toggle", fill);
  made.open = /** @type {HTMLDetailsElement | null} */ (document.getElementById("areas-by-month"))?.open ?? false;
  fill();
  return made;
}

/**
 * @param {any} data
 * @param {Shown} now
 * @param {string[]} names
 * @param {Both} both
 * @returns {HTMLElement[]}
 */
function costTables(data, now, names, both) {
  const listed = (/** @type {string} */ title, /** @type {string} */ caption, /** @type {any[]} */ years, /** @type {"costs" | "placements"} */ what, /** @type {string} */ currency) =>
    element("section", { class: what }, element("h3", {}, title), table(caption, ["Year", ...names], years.map((year, place) => [year.year,
      ...both((one) => `${money(one[what][place][1], currency)} (${moneyRange(one[what][place], currency)})`)])));
  const parts = [];
  if (now.costs.length > 0) {
    parts.push(listed("Cost by financial year", "Of all that has a price, in each year's prices (90% range)", data.prices, "costs", data.prices[0].currency));
  }
  if (now.placements.length > 0) {
    parts.push(listed("Placements by financial year", data.placements.moves ? "Of looked-after children, each at the price of its placement (90% range)" : "Of looked-after children, each at the average cost of the year (90% range)", data.placements.years, "placements", data.placements.currency));
  }
  return parts;
}
