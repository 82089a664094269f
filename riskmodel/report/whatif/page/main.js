// The page: its settings, what they come to, and the files that it gives and takes.

import { areaLoads, difference, drawnMonths, loadEnds, openModel, outcomeOf, stockEnds } from "./answers.js";
import { cardsOf, sidesTable } from "./cards.js";
import { drawFan } from "./charts.js";
import { costs } from "./costs.js";
import { byId, choice, element } from "./dom.js";
import { fanTable, fansOf } from "./fans.js";
import { canFill, fillPosts, filledWords } from "./filled.js";
import { Impossible } from "./levers.js";
import { monthWords, monthsBetween } from "./months.js";
import { showPanel } from "./panel.js";
import { placedEnds } from "./placements.js";
import { posts, within } from "./posts.js";
import { cautions, changesOf, unchanged } from "./setting.js";
import { costWords, placementWords, tablesOf, yearEnd } from "./tables.js";
import { savedText } from "./saved.js";
import { Unreadable, readScenario } from "./toml.js";
import { childrenWords, number, otherwiseWords, setWords, workersWords } from "./words.js";

/** @typedef {import("./setting.js").Setting} Setting */
/** @typedef {import("./answers.js").Model} Model */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {import("./answers.js").Range} Range */
/** @typedef {import("./tables.js").Shown} Shown */

const COLOURS = ["#12436d", "#1a6b65", "#801650"];
const MOST_SETTINGS = 3;
const LATER = 150;

const data = JSON.parse(byId("data").textContent ?? "");
const model = openModel(data);
const levers = new Map(data.levers.map((/** @type {any} */ one) => [one.name, one]));
/** @type {{settings: Setting[], active: number, question: Question | null, later: number}} */
const state = { settings: [unchanged(data)], active: 0, question: questionOf(), later: 0 };

/** @returns {Question | null} */
function questionOf() {
  if (data.service === null) return null;
  const { target } = data.service;
  return { ...target, by: data.months.includes(target.by) ? target.by : data.months[Math.min(23, data.months.length - 1)] };
}

/** @returns {number} */
function asked() {
  return state.question ? monthsBetween(data.opening, state.question.by) - 1 : Math.min(23, data.months.length - 1);
}

/**
 * All that is shown of a setting. Placements are followed month by month: while a slider moves, no
 * longer than the year that is asked of.
 * @param {import("./levers.js").Change[]} changes
 * @param {number} [until]
 * @returns {Shown}
 */
function work(changes, until) {
  const outcome = outcomeOf(model, changes);
  const which = drawnMonths(data, asked());
  const stocks = new Map(data.stages.map((/** @type {any} */ one) => [one.name, stockEnds(model, outcome, one.name, which)]));
  const placements = data.placements ? costs(model, outcome, "placements", until) : [];
  if (state.question === null) return { outcome, stocks, load: [], chance: [], posts: null, costs: [], placements };
  return {
    outcome,
    stocks,
    load: loadEnds(model, outcome, which),
    chance: within(model, outcome, state.question),
    posts: posts(model, outcome, state.question),
    costs: data.prices.length > 0 ? costs(model, outcome, "prices") : [],
    placements,
  };
}

/** @type {Shown} */
let none = work([]);
/** @type {(Shown | null)[]} */
let shown = [none];

/** Work out what the reader has moved, and show it. */
function changed() {
  const setting = state.settings[state.active];
  try {
    const changes = changesOf(setting, data);
    shown[state.active] = changes.length > 0 ? work(changes, yearEnd(data, asked())) : none;
    byId("problem").replaceChildren();
  } catch (error) {
    if (!(error instanceof Impossible)) throw error;
    byId("problem").replaceChildren(element("p", {}, element("strong", {}, "This cannot be. "), error.message, " The answers are those of before."));
    return;
  }
  showNumbers();
  showFans();
  clearTimeout(state.later);
  state.later = setTimeout(showRest, LATER);
}

/** Question and baseline have changed: all settings are worked out again. */
function askedAnew() {
  none = work([]);
  shown = state.settings.map((one) => {
    const changes = changesOf(one, data);
    return changes.length > 0 ? work(changes) : none;
  });
  changed();
}

/** @returns {import("./cards.js").Card[]} */
function numbersNow() {
  return numbersOf(/** @type {Shown} */ (shown[state.active]));
}

/**
 * @param {Shown} now
 * @returns {import("./cards.js").Card[]}
 */
function numbersOf(now) {
  return cardsOf({ model, now, none, question: state.question, at: asked() });
}

function showNumbers() {
  const isNew = shown[state.active] !== none;
  byId("day").textContent = `At the end of ${monthWords(data.months[asked()])}${isNew ? "" : ", with no change of policy"}`;
  byId("marks").textContent = `Upright dotted line: the end of ${monthWords(data.months[asked()])}. Shaded: nine in ten simulations, darker half of them. Numbers on the right: the end of ${monthWords(data.months[data.months.length - 1])}.`;
  const numbers = numbersNow();
  byId("numbers").replaceChildren(...numbers.map((one) => element("li", {},
    element("p", { class: "label" }, one.label),
    element("p", { class: "value" }, element("strong", { class: one.value.length > 9 ? "words" : "" }, one.value), element("span", { class: "range" }, one.range),
      ...(one.note ? [element("span", { class: "range note" }, one.note)] : []),
      ...fillButton(one.posts ?? NaN)),
    element("p", { class: "before" }, isNew ? `No change: ${one.before}` : ""))));
  byId("strip").replaceChildren(...numbers.slice(0, state.question ? 4 : 1).map((one, place) => element("span", {},
    element("strong", {}, one.value.replace(/^(less|more) than/, (word) => (word.startsWith("l") ? "<" : ">"))), ` ${["on a plan", "cases each", "chance", "posts"][place]}`,
    element("small", {}, one.range.replace(/^90%[a-z ]+| from .*$/g, "")))));
}

/**
 * A button that sets the posts found, where a setting can be given them.
 * @param {number} found
 * @returns {HTMLElement[]}
 */
function fillButton(found) {
  const setting = state.settings[state.active];
  const question = state.question;
  if (question === null || !canFill(setting, data, found)) return [];
  return [element("button", { type: "button", class: "quiet", onclick: () => {
    fillPosts(model, setting, question, found);
    showAll();
    byId("answers").focus({ preventScroll: true });
  } }, `Set ${number(found)} posts, and candidates for them`)];
}

/** @returns {import("./charts.js").Fan[]} */
function fansNow() {
  const settings = shown.map((one, place) => ({ one: one ?? none, name: nameOf(place), colour: COLOURS[place] }));
  return fansOf({ data, settings, active: state.active, none, question: state.question, at: asked() });
}

/**
 * @param {number} place
 * @returns {string}
 */
function nameOf(place) {
  return state.settings.length > 1 ? `Setting ${"ABC"[place]}` : "Setting";
}

/** Widths of the charts' places, measured once: to ask is to lay the page out. */
const widths = new Map();
/** What each chart was drawn of: one that is as it was is not drawn again. */
const drawn = new Map();

function showFans() {
  const fans = fansNow();
  for (const { id } of fans) if (!widths.has(id)) widths.set(id, Math.floor(byId(id).clientWidth || 300));
  for (const fan of fans) {
    const width = widths.get(fan.id);
    const parts = [fan.ends, fan.base, fan.asked, fan.cap, fan.name, width, ...fan.others.flatMap((one) => [one.ends, one.name])];
    const before = drawn.get(fan.id) ?? [];
    if (parts.length === before.length && parts.every((part, place) => part === before[place])) continue;
    drawn.set(fan.id, parts);
    byId(fan.id).replaceChildren(drawFan({ ...fan, width, height: width > 520 ? 260 : 220 }));
  }
}

/** What takes longer to read than to move: sentences, tables, settings side by side. */
function showRest() {
  const setting = state.settings[state.active];
  const now = /** @type {Shown} */ (shown[state.active]);
  if (data.placements) now.placements = costs(model, now.outcome, "placements");
  const changes = changesOf(setting, data);
  const at = asked();
  /** @type {string[][]} */
  const said = [[setWords(changes, data)]];
  if (changes.length > 0) {
    said.push([childrenWords(model, now.outcome, changes, { month: at, shown: now.stocks, base: none.stocks }), otherwiseWords(changes, data)]);
    if (state.question) {
      said.push([workersWords(model, { load: now.load, apart: difference(now.outcome.load, model.baseline.load, at, data.months.length), chance: now.chance, before: none.chance, baseLoad: none.load, month: at, cap: state.question.cap }) + filledWords(model, now, at), costWords(model, now, none, at)]);
    }
    said.push([placementWords(model, now, none, at)]);
  }
  // On paper the table of costs stands below: its sentence would take a line of the one sheet.
  byId("changed").replaceChildren(element("h2", {}, "What changed, and why"), ...said.filter(([first]) => first !== "").map(([first, more = ""]) =>
    element("p", {}, first, ...(more === "" ? [] : [element("span", { class: "more" }, ` ${more}`)]))));
  byId("cautions").replaceChildren(...cautions(setting, data).map((one) => element("p", {}, element("strong", {}, "Caution. "), one)));
  for (const fan of fansNow()) {
    byId(`${fan.id}-table`).replaceChildren(fanTable(model, fan, [...(now === none ? [] : [{ name: "No change", chance: none.chance }]), { name: now === none ? "" : nameOf(state.active), chance: now.chance }]));
  }
  byId("tables").replaceChildren(...tablesOf({ model, now, none, name: nameOf(state.active), question: state.question, at }));
  showSides(at);
  byId("said").textContent = numbersNow().map((one) => `${one.label}: ${one.value}, ${one.range}.`).join(" ");
}

/** @param {number} at */
function showSides(at) {
  const sides = byId("sides");
  if (state.settings.length < 2) return sides.replaceChildren();
  const cards = shown.map((one) => numbersOf(/** @type {Shown} */ (one)));
  const set = state.settings.map((one) => setWords(changesOf(one, data), data));
  return sides.replaceChildren(element("h2", {}, "Settings side by side"), sidesTable({ data, at, cards, names: cards.map((_, place) => nameOf(place)), set }));
}

/** The bar above: where to start, which setting, and files. */
function showBar() {
  const setting = state.settings[state.active];
  /** @type {[string, string, boolean?][]} */
  const options = [["", "No change of policy"], ...data.scenarios.map((/** @type {any} */ one) =>
    [one.name, one.refused ? `${one.label} (${one.refused})` : one.label, one.refused !== ""])];
  if (setting.start !== "" && !options.some(([name]) => name === setting.start)) options.push([setting.start, setting.start]);
  const start = choice({ id: "start", onchange: () => begin(start.value, scenarioChanges(start.value)) }, options, setting.start);
  const open = element("input", { id: "file", type: "file", accept: ".toml", class: "hidden", tabindex: "-1", "aria-hidden": "true", onchange: fileChosen });
  const tabs = state.settings.map((_, place) => element("button", { type: "button", "aria-pressed": place === state.active ? "true" : "false",
    onclick: () => choose(place) }, nameOf(place)));
  const described = data.scenarios.find((/** @type {any} */ one) => one.name === setting.start);
  byId("bar").replaceChildren(
    element("div", { class: "row" },
      element("label", { for: "start" }, "Start from"), start,
      element("button", { type: "button", onclick: resetAll }, "Reset all"),
      ...(state.settings.length > 1 ? [element("span", { class: "tabs", role: "group", "aria-label": "Settings" }, ...tabs)] : []),
      element("button", { type: "button", disabled: state.settings.length >= MOST_SETTINGS, onclick: compare }, "Compare with another"),
      ...(state.settings.length > 1 ? [element("button", { type: "button", onclick: drop }, "Remove this one")] : []),
      element("span", { class: "files" },
        element("button", { type: "button", onclick: save }, "Save as scenario"),
        element("button", { type: "button", onclick: () => open.click() }, "Open scenario"), open,
        element("button", { type: "button", onclick: () => print() }, "Print"))),
    element("p", { class: "about", role: "status" }, described ? described.description : ""),
    element("div", { id: "problem", role: "alert" }));
}

/**
 * @param {string} name
 * @returns {import("./levers.js").Change[]}
 */
function scenarioChanges(name) {
  return data.scenarios.find((/** @type {any} */ one) => one.name === name)?.changes ?? [];
}

/**
 * Start the active setting from these changes.
 * @param {string} start
 * @param {import("./levers.js").Change[]} given
 */
function begin(start, given) {
  state.settings[state.active] = { ...unchanged(data), start, given };
  showAll();
}

/** @param {number} place */
function choose(place) {
  state.active = place;
  showAll();
  /** @type {HTMLElement | null} */ (document.querySelector('.tabs [aria-pressed="true"]'))?.focus();
}

function resetAll() {
  const { start, given } = state.settings[state.active];
  begin(start, given);
  byId("start").focus();
}

function compare() {
  const setting = state.settings[state.active];
  const moved = new Map([...setting.moved].map(([name, one]) => [name, { ...one }]));
  state.settings.push({ ...setting, moved, when: { ...setting.when } });
  shown.push(shown[state.active]);
  const copied = state.active;
  choose(state.settings.length - 1);
  tell(`${nameOf(state.active)} is a copy of ${nameOf(copied)} until you move something. Reset all begins it anew.`);
}

function drop() {
  state.settings.splice(state.active, 1);
  shown.splice(state.active, 1);
  choose(Math.max(state.active - 1, 0));
}

function showAll() {
  const setting = state.settings[state.active];
  showBar();
  const before = state.question && JSON.stringify(state.question);
  let last = before;
  showPanel({ data, setting, question: state.question, changed: () => {
    const now = state.question && JSON.stringify(state.question);
    if (now === last) return changed();
    last = now;
    return askedAnew();
  } });
  changed();
}

/**
 * The file of the active setting.
 * @returns {string}
 */
function fileText() {
  const setting = state.settings[state.active];
  return savedText(data, setting, changesOf(setting, data), state.question);
}

/** @param {string} text */
function tell(text) {
  /** @type {HTMLElement} */ (document.querySelector(".about")).textContent = text;
}

function save() {
  const text = fileText();
  const address = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
  const link = element("a", { href: address, download: "what_if.toml" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  tell("Saved as what_if.toml: Open scenario shows it again on this page, and riskmodel works it out.");
}

/** @param {Event} event */
async function fileChosen(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const file = input.files?.[0];
  if (file === undefined) return;
  try {
    openText(await file.text());
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof Impossible)) throw error;
    byId("problem").replaceChildren(element("p", {}, element("strong", {}, `${file.name} cannot be opened. `), error.message));
  }
  input.value = "";
}

/**
 * Start the active setting from the text of a scenario file.
 * @param {string} text
 */
function openText(text) {
  const found = readScenario(text, levers);
  const missing = found.based.find((name) => !data.scenarios.some((/** @type {any} */ one) => one.name === name));
  if (missing !== undefined && missing !== "baseline") throw new Unreadable(`It is based on ${missing}, which this page does not hold.`);
  const refused = data.scenarios.find((/** @type {any} */ one) => found.based.includes(one.name) && one.refused !== "");
  if (refused) throw new Unreadable(`It is based on ${refused.name}, from which this page does not start (${refused.refused}).`);
  const changes = [...found.based.flatMap(scenarioChanges), ...found.changes];
  const loop = changes.find((one) => one.parameter.startsWith("feedback."));
  if (loop) throw new Unreadable("It has feedback of caseload on plans, which riskmodel works out and this page does not.");
  outcomeOf(model, changes);
  if (found.question && state.question && data.months.includes(found.question.by)) Object.assign(state.question, found.question);
  begin(found.name, changes);
  askedAnew();
}

/** The parts of the page that stay. */
function build() {
  const chart = (/** @type {string} */ id, /** @type {string} */ title) => element("figure", { class: "chart", "aria-labelledby": `${id}-h` },
    element("h3", { id: `${id}-h` }, title), element("div", { id }),
    element("details", {}, element("summary", {}, "Table", element("span", { class: "hidden" }, ` of ${title}`)), element("div", { id: `${id}-table` })));
  byId("answers").append(
    element("h2", { id: "day" }), element("ul", { id: "numbers", "aria-label": "Main numbers" }),
    element("p", { class: "narrow" }, element("a", { href: "#controls" }, "Change the settings")),
    element("div", { id: "sides" }), element("div", { id: "changed" }), element("div", { id: "cautions" }),
    element("p", { id: "marks", class: "legend" }),
    element("div", { class: "charts" },
      ...(data.service ? [chart("fan-load", "Cases for each full-time worker")] : []),
      ...data.stages.map((/** @type {any} */ one) => chart(`fan-${one.name}`, one.label))),
    element("div", { id: "tables" }));
  byId("basis").append(...data.basis.map((/** @type {string} */ one) => element("p", {}, one)),
    element("p", {}, `Made by riskmodel ${data.version}. Basis: projected. Bands are the 90% and 50% ranges of the simulations.`));
  showAll();
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    widths.clear();
    showFans();
    width = innerWidth;
  });
  addEventListener("beforeprint", showRest);
}

build();
// For tests, and for whoever wants the numbers behind the page.
Object.assign(window, { whatif: {
  model, state, openText, fileText, work, numbersNow,
  placed: (/** @type {Shown} */ one) => data.placements.moves.dates.map((/** @type {number} */ _, /** @type {number} */ place) => placedEnds(model, one.outcome, place)),
  areas: (/** @type {Shown} */ one) => areaLoads(model, one.outcome, asked()),
  readText: (/** @type {string} */ text) => readScenario(text, levers),
} });
