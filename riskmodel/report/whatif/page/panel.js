// The controls: each in words, with what is so now and what history has seen beside it.

import { byId, choice, element, numberBox } from "./dom.js";
import { monthWords } from "./months.js";
import { DIVERSION, amountWords, changeWords, position, resting, whenWords } from "./setting.js";

/** @typedef {import("./setting.js").Setting} Setting */
/** @typedef {import("./setting.js").Control} Control */
/** @typedef {import("./answers.js").Question} Question */
/** @typedef {{data: any, setting: Setting, question: Question | null, changed: () => void}} Panel */

const UNITS = { percent: "%", months: "months", share: "%", number: "" };

/**
 * All controls of a setting.
 * @param {Panel} panel
 */
export function showPanel(panel) {
  const { data } = panel;
  const narrow = matchMedia("(max-width: 60rem)").matches;
  const opened = new Map([...document.querySelectorAll("details.group")].map((one) => [one.id, /** @type {HTMLDetailsElement} */ (one).open]));
  const group = (/** @type {string} */ name, /** @type {boolean} */ open, /** @type {Node[]} */ inside, /** @type {Node[]} */ ...state) => {
    const id = `group-${name.toLowerCase().replace(/[^a-z]+/g, "-")}`;
    return element("details", { class: "group", id, open: opened.get(id) ?? open },
      element("summary", {}, element("h2", {}, name), ...state), ...inside);
  };
  const names = [...new Set(data.controls.map((/** @type {Control} */ one) => one.group))];
  byId("controls").replaceChildren(
    ...(panel.question ? [group("The question", true, [questionPart(panel)])] : []),
    group("When changes start and end", false, [whenPart(panel)], element("span", { id: "when" }, whenState(panel))),
    ...names.map((name) => group(/** @type {string} */ (name), !narrow && name !== "From referral to plan",
      [...(name === names[0] ? [element("p", { class: "legend" }, element("span", { "aria-hidden": "true" }), " above a slider: how far it has moved before, or what the figures leave open; no bar where no figure says")] : []),
        ...data.controls.filter((/** @type {Control} */ one) => one.group === name).map((/** @type {Control} */ one) => controlPart(panel, one))])),
    ...otherPart(panel));
}

/**
 * @param {Panel} panel
 * @returns {HTMLElement}
 */
function questionPart(panel) {
  const question = /** @type {Question} */ (panel.question);
  const months = panel.data.months.map((/** @type {string} */ one) => [one, `End of ${monthWords(one)}`]);
  const set = (/** @type {object} */ values) => {
    Object.assign(question, values);
    panel.changed();
  };
  const cap = numberBox({ id: "cap", min: 1, max: 100, step: 0.5, value: question.cap }, (value) => set({ cap: value }));
  const chance = numberBox({ id: "chance", min: 1, max: 99, value: Math.round(100 * question.chance) }, (value) => set({ chance: value / 100 }));
  const by = choice({ id: "by", onchange: () => set({ by: by.value }) }, months, question.by);
  return element("div", { class: "question" },
    element("label", { for: "cap" }, "Average caseload of at most"),
    cap.box, cap.wrong,
    element("label", { for: "by" }, "by"), by,
    element("label", { for: "chance" }, "with a chance of"),
    element("span", { class: "unit" }, chance.box, "%"), chance.wrong,
    element("p", { class: "wide legend" }, "80% means: in 80 of 100 simulations the average is at most this."));
}

/**
 * One control: a slider and a box for the same number.
 * @param {Panel} panel
 * @param {Control} control
 * @returns {HTMLElement}
 */
function controlPart(panel, control) {
  const { setting, data } = panel;
  const id = control.parameter.replace(/\W/g, "-");
  const at = position(setting, control);
  const shown = control.kind === "number" && control.step === 1 ? Math.round(10 * at) / 10 : Math.round(at / control.step) * control.step;
  const limits = { min: Math.min(control.low, at), max: Math.max(control.high, at) };
  const digits = control.step < 1 ? 1 : 0;
  const output = element("output", { for: id }, amountWords(control, at));
  const slider = element("input", { id, type: "range", ...limits, step: "any", value: at, "aria-valuetext": amountWords(control, at), "aria-describedby": `${id}-now` });
  const { box, wrong } = numberBox({ ...limits, value: Number(shown.toFixed(2)), "aria-label": `${control.label}, as a number` }, (value) => {
    slider.value = String(value);
    move(value);
  });
  const target = element("div", { class: "instead" }, ...(control.away ? insteadPart(panel, control, id, data) : []));
  const reset = element("button", { type: "button", class: "quiet", hidden: !setting.moved.has(control.parameter) }, "Reset", element("span", { class: "hidden" }, ` ${control.label}`));
  const move = (/** @type {number} */ value) => {
    const before = setting.moved.get(control.parameter);
    setting.moved.set(control.parameter, { position: value, to: before?.to ?? "closed", part: before?.part ?? 100 });
    output.textContent = amountWords(control, value);
    slider.setAttribute("aria-valuetext", amountWords(control, value));
    reset.hidden = false;
    showTarget();
    panel.changed();
  };
  const showTarget = () => {
    const moved = setting.moved.get(control.parameter);
    // It is there from the first, so that nothing below it moves away from under the pointer.
    for (const one of target.querySelectorAll("select, input")) one.toggleAttribute("disabled", moved === undefined || moved.position === resting(control));
    const asked = target.querySelector(".asked");
    if (asked) asked.textContent = moved && moved.position > resting(control) ? "These children would otherwise be" : "These children are instead";
  };
  slider.addEventListener("input", () => {
    const base = resting(control);
    const raw = Number(slider.value);
    // Steps are counted from where it rests, which need not be a whole number.
    const value = Math.abs(raw - base) < control.step / 2 ? base : Number((Math.round(raw / control.step) * control.step).toFixed(2));
    box.value = value.toFixed(Number.isInteger(value) ? 0 : digits || 1);
    wrong.textContent = "";
    move(value);
  });
  slider.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
    const by = /** @type {Record<string, number>} */ (steps)[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const to = Math.round(Number(slider.value) / control.step) * control.step + by * control.step;
    slider.value = String(Number(to.toFixed(2)));
    slider.dispatchEvent(new Event("input"));
  });
  reset.addEventListener("click", () => {
    setting.moved.delete(control.parameter);
    showPanel(panel);
    byId(id).focus();
    panel.changed();
  });
  showTarget();
  return element("div", { class: "control" },
    element("div", { class: "head" }, element("label", { for: id }, control.label), output),
    element("div", { class: "slide" }, element("span", { class: "track" }, seenBar(control, limits), slider), element("span", { class: "unit" }, box, UNITS[control.kind]), reset), wrong,
    element("p", { id: `${id}-now`, class: "now" }, `Now: ${control.present}. `, element("span", { class: "evidence" }, `Evidence: ${control.evidence}`)),
    target);
}

/**
 * What history has seen, along the slider.
 * @param {Control} control
 * @param {{min: number, max: number}} limits
 * @returns {HTMLElement}
 */
function seenBar(control, limits) {
  const bar = element("span", { class: "seen", "aria-hidden": "true" });
  if (control.seen === null) return bar;
  const share = (/** @type {number} */ value) => 100 * Math.min(Math.max((value - limits.min) / (limits.max - limits.min), 0), 1);
  const inside = element("span");
  inside.style.left = `${share(control.seen[0])}%`;
  inside.style.width = `${share(control.seen[1]) - share(control.seen[0])}%`;
  bar.append(inside);
  return bar;
}

/**
 * Where the children are instead.
 * @param {Panel} panel
 * @param {Control} control
 * @param {string} id
 * @param {any} data
 * @returns {Node[]}
 */
function insteadPart(panel, control, id, data) {
  const moved = panel.setting.moved.get(control.parameter) ?? { part: 100, to: "closed" };
  const change = (/** @type {object} */ values) => {
    Object.assign(/** @type {object} */ (panel.setting.moved.get(control.parameter)), values);
    panel.changed();
  };
  if (control.parameter === DIVERSION) {
    const { box, wrong } = numberBox({ id: `${id}-part`, min: 0, max: 100, value: moved.part }, (part) => change({ part }));
    return [
      element("label", { for: `${id}-part` }, "Of these, with a child in need plan instead (the others with early help alone)"),
      element("span", { class: "unit" }, box, "%"), wrong,
    ];
  }
  const own = control.parameter.replace(/^(starts|length)\./, "");
  const stage = own in data.stage_labels ? own : "child_protection_plan";
  const places = [
    ...Object.entries(data.outside),
    ...data.stages.filter((/** @type {any} */ one) => one.name !== stage).map((/** @type {any} */ one) => [one.name, one.row]),
  ];
  return [
    element("label", { for: `${id}-to`, class: "asked" }),
    choice({ id: `${id}-to`, onchange: (/** @type {Event} */ event) => change({ to: /** @type {HTMLSelectElement} */ (event.target).value }) }, places, moved.to),
  ];
}

/**
 * From when to when changes hold, in a few words.
 * @param {Panel} panel
 * @returns {string}
 */
function whenState({ setting: { when } }) {
  const until = when.ramp ? `, in equal steps until ${monthWords(when.to)}` : ` until ${monthWords(when.to)}`;
  return `: from ${monthWords(when.from)}${when.to === "" ? "" : until}, for all sliders`;
}

/**
 * From when the sliders hold, and how they end: `to` is empty where they go on.
 * @param {Panel} panel
 * @returns {HTMLElement}
 */
function whenPart(panel) {
  const { when } = panel.setting;
  /** @type {[string, string][]} */
  const months = panel.data.months.map((/** @type {string} */ one) => [one, monthWords(one)]);
  const how = when.to === "" ? "on" : when.ramp ? "ramp" : "until";
  const later = () => months.filter(([one]) => one >= from.value);
  const yearOn = () => later()[Math.min(11, later().length - 1)][0];
  const endWords = (/** @type {string} */ one) => (one === "ramp" ? "all there by the end of" : "until the end of");
  const end = element("label", { for: "to" }, endWords(how));
  const read = () => {
    when.from = from.value;
    const chosen = to.disabled || to.value < when.from ? yearOn() : to.value;
    to.disabled = until.value === "on";
    when.ramp = until.value === "ramp";
    end.textContent = endWords(until.value);
    to.replaceChildren(...choice({}, later(), chosen).childNodes);
    // An option that leaves its list hands on that it is chosen: said anew, or the last month would be.
    to.value = chosen;
    when.to = to.disabled ? "" : chosen;
    byId("when").textContent = whenState(panel);
    panel.changed();
  };
  const from = choice({ id: "from", onchange: read }, months, when.from);
  const until = choice({ id: "until", onchange: read }, [["on", "at once, and they stay"], ["ramp", "in equal steps, and they stay"], ["until", "at once, and they end"]], how);
  const to = choice({ id: "to", disabled: when.to === "", onchange: read }, later(), when.to || yearOn());
  return element("div", { class: "question" },
    element("label", { for: "from" }, "From"), from,
    element("label", { for: "until" }, "they come"), until,
    end, to);
}

/**
 * What the scenario sets that has no control here, or that is not moved.
 * @param {Panel} panel
 * @returns {Node[]}
 */
function otherPart(panel) {
  const own = panel.setting.given.filter((one) => !panel.setting.moved.has(one.parameter));
  if (own.length === 0) return [];
  return [element("div", { class: "given" }, element("h2", {}, `As in ${panel.setting.start}`),
    element("ul", {}, ...own.map((one) => element("li", {}, `${changeWords(one, panel.data)}, ${whenWords(one, panel.data)}. ${one.reason} Source: ${one.source}.`))))];
}
