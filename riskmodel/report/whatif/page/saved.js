// The file that a setting is saved as.

import { scenarioText } from "./toml.js";
import { setWords } from "./words.js";

/** @typedef {import("./levers.js").Change} Change */
/** @typedef {import("./setting.js").Setting} Setting */
/** @typedef {import("./answers.js").Question} Question */

/**
 * A setting as a scenario, with what to do with it above.
 * @param {any} data
 * @param {Setting} setting
 * @param {Change[]} changes
 * @param {Question | null} question
 * @returns {string}
 */
export function savedText(data, setting, changes, question) {
  const target = question ? ` --cap ${question.cap} --by ${question.by} --chance ${question.chance}` : "";
  const name = `what_if_${setting.start.toLowerCase().replace(/[^a-z0-9_-]/g, "") || "setting"}`.slice(0, 60);
  return scenarioText({ name, description: setWords(changes, data), changes }, question, [
    `Saved from the what-if page of ${data.authority}, riskmodel ${data.version}, seed ${data.seed}, ${data.simulations} simulations.`,
    "To see it again: Open scenario on that page. For an analyst, to work it out with all simulations:",
    "riskmodel project FOLDER --scenario THIS_FILE",
    ...(question ? [`riskmodel caseload FOLDER --scenario THIS_FILE${target}`] : []),
    ...(data.placements ? [`and of placements, with this file in FOLDER/scenarios: riskmodel placements FOLDER --show cost --scenario ${name}`] : []),
  ]);
}
