// What the charts show of settings, and the table of each.

import { fanRows } from "./charts.js";
import { table } from "./dom.js";
import { monthWords } from "./months.js";
import { chanceRangeWords, chanceWords, number, rangeWords } from "./words.js";

/** @typedef {import("./charts.js").Fan} Fan */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {import("./tables.js").Shown} Shown */

/**
 * A central projection with its range.
 * @param {number[]} row
 * @param {number} digits
 * @param {string} [kind]
 * @returns {string}
 */
function rowWords(row, digits, kind = "") {
  return `${number(row[2], digits)} (${kind}${rangeWords([row[0], row[2], row[4]], digits)})`;
}

/**
 * The charts of one setting, with the lines of the others.
 * @param {{data: any, settings: {one: Shown, name: string, colour: string}[], active: number, none: Shown, question: Question | null, at: number}} of
 * @returns {Fan[]}
 */
export function fansOf({ data, settings, active, none, question, at }) {
  const { one: now, name, colour } = settings[active];
  const others = settings.filter(({ one }, place) => one !== none && place !== active);
  const fan = (/** @type {string} */ id, /** @type {string} */ title, /** @type {(one: Shown) => number[][]} */ ends, /** @type {object} */ more) => {
    const base = now !== none && ends(now) !== ends(none) ? ends(none) : null;
    const made = /** @type {Fan} */ ({
      id, title, width: 300, height: 230, opening: data.opening, months: data.months, now: null, cap: null, digits: 0,
      ends: ends(now), base, asked: at, name, colour, text: "", others: others.map((each) => ({ ...each, ends: ends(each.one) })), ...more });
    made.text = `${title}: central projection ${rowWords(made.ends[at], made.digits, "90% range ")} at the end of ${monthWords(data.months[at])}`
      + `${base ? `, with no change ${rowWords(base[at], made.digits, "90% range ")}` : ""}. Upright dotted line: the month that is asked of. Bands: the 90% and 50% ranges.`;
    return made;
  };
  const made = data.stages.map((/** @type {any} */ stage) =>
    fan(`fan-${stage.name}`, stage.label, (one) => /** @type {number[][]} */ (one.stocks.get(stage.name)), { now: stage.now }));
  if (question) made.push(fan("fan-load", "Cases for each full-time worker", (one) => one.load, { digits: 1, cap: question.cap }));
  return made;
}

/**
 * The table of a chart; of caseloads with the chance of keeping the cap.
 * @param {import("./answers.js").Model} model
 * @param {Fan} fan
 * @param {{name: string, chance: number[]}[]} chances
 * @returns {HTMLElement}
 */
export function fanTable(model, fan, chances) {
  const rows = fanRows(fan);
  const kept = fan.cap === null ? [] : chances;
  const heading = (/** @type {string} */ name) => (name === "" ? `Chance of ${fan.cap} or fewer` : `${name}, chance of ${fan.cap} or fewer`);
  return table(`${fan.title}: central projection (90% range)`,
    ["End of", ...rows[0].values.map((one) => one.name), ...kept.map((one) => heading(one.name))],
    rows.map((row) => [row.month, ...row.values.map((one) => rowWords(one.row, fan.digits)),
      ...kept.map((one) => `${chanceWords(one.chance[row.t])} (${chanceRangeWords(one.chance[row.t], model)})`)]));
}
