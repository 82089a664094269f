// A scenario as a file, and back: the part of TOML that scenario files are written in.

/** @typedef {import("./levers.js").Change} Change */
/** @typedef {import("./answers.js").Question} Question */
/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} description
 * @property {string[]} based
 * @property {Change[]} changes
 * @property {Question | null} question what the page asked of it, kept in a comment
 */

/** A file that is no scenario: with its line, for the reader. */
export class Unreadable extends Error {}

const QUESTION = /^#\s*what if: cap ([0-9.]+), by (\d{4}-\d{2}), chance ([0-9.]+)\s*$/m;

/**
 * A text as TOML writes it.
 * @param {string} text
 * @returns {string}
 */
function quoted(text) {
  return JSON.stringify(text).replace(/[\u007f-\u009f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * @param {import("./levers.js").Amount} amount
 * @returns {string}
 */
function amountText(amount) {
  const one = (/** @type {number} */ value) => (Number.isInteger(value) ? value.toFixed(1) : String(value));
  return typeof amount === "number" ? one(amount) : `[${amount.map(one).join(", ")}]`;
}

/**
 * The file of a scenario, as `riskmodel project` and `riskmodel caseload` read it.
 * @param {{name: string, description: string, changes: Change[]}} scenario
 * @param {Question | null} question
 * @param {string[]} notes lines above it
 * @returns {string}
 */
export function scenarioText(scenario, question, notes) {
  const lines = notes.map((note) => `# ${note.replace(/[\u0000-\u001f\u007f]/g, " ")}`);
  if (question) lines.push(`# what if: cap ${question.cap}, by ${question.by}, chance ${question.chance}`);
  lines.push("", `name = ${quoted(scenario.name)}`, `description = ${quoted(scenario.description)}`);
  for (const change of scenario.changes) {
    const month = (/** @type {string | number} */ one) => (typeof one === "number" ? String(one) : quoted(one));
    lines.push("", "[[change]]", `parameter = ${quoted(change.parameter)}`, `from_month = ${month(change.from)}`);
    if (change.to !== null) lines.push(`to_month = ${month(change.to)}`);
    lines.push(`${change.multiplier ? "multiplier" : "value"} = ${amountText(change.number)}`);
    if (change.ramp) lines.push("ramp = true");
    if (change.distribution !== "middle_80") lines.push(`distribution = ${quoted(change.distribution)}`);
    if (change.instead.length > 0) {
      lines.push(`to = { ${change.instead.map(([name, share]) => `${name} = ${amountText(share)}`).join(", ")} }`);
    }
    lines.push(`reason = ${quoted(change.reason)}`, `source = ${quoted(change.source)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Reads values of a text one after another, and knows the line. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text.replace(/\r\n/g, "\n");
    this.at = 0;
  }

  /**
   * @param {string} message
   * @returns {Unreadable}
   */
  error(message) {
    return new Unreadable(`Line ${this.text.slice(0, this.at).split("\n").length}: ${message}`);
  }

  /** @returns {string} */
  get next() {
    return this.text.slice(this.at, this.at + 1);
  }

  /** @param {boolean} lines whether to pass over ends of lines and comments too */
  space(lines) {
    const kind = lines ? /(?:[ \t\n]|#[^\n]*)*/y : /[ \t]*/y;
    kind.lastIndex = this.at;
    kind.exec(this.text);
    this.at = kind.lastIndex;
  }

  /**
   * @param {RegExp} kind sticky
   * @returns {string | null}
   */
  take(kind) {
    kind.lastIndex = this.at;
    const found = kind.exec(this.text);
    if (found === null) return null;
    this.at = kind.lastIndex;
    return found[0];
  }

  /** @param {string} sign */
  expect(sign) {
    if (!this.text.startsWith(sign, this.at)) throw this.error(`expected ${sign}`);
    this.at += sign.length;
  }

  /** @returns {any} */
  value() {
    if (this.text.startsWith('"""', this.at)) return this.long();
    if (this.next === '"') return this.short();
    if (this.next === "'") return /** @type {string} */ (this.take(/'[^'\n]*'/y) ?? this.fail()).slice(1, -1);
    if (this.next === "[") return this.list("]", () => this.value());
    if (this.next === "{") return Object.fromEntries(this.list("}", () => this.pair()));
    const word = this.take(/[^\s,\]}#]+/y) ?? this.fail();
    if (word === "true" || word === "false") return word === "true";
    if (!/^[+-]?(\d[\d_]*)(\.\d[\d_]*)?([eE][+-]?\d+)?$/.test(word)) throw this.error(`${word} is no value`);
    return Number(word.replaceAll("_", ""));
  }

  /** @returns {never} */
  fail() {
    throw this.error("a value is missing or does not end");
  }

  /** @returns {string} */
  short() {
    const found = this.take(/"(?:[^"\\\n]|\\.)*"/y) ?? this.fail();
    return this.unescaped(found.slice(1, -1));
  }

  /** @returns {string} */
  long() {
    const found = this.take(/"""(?:[^\\]|\\[\s\S])*?"""/y) ?? this.fail();
    return this.unescaped(found.slice(3, -3).replace(/^\n/, "").replace(/\\[ \t]*\n\s*/g, ""));
  }

  /**
   * @param {string} text
   * @returns {string}
   */
  unescaped(text) {
    const signs = /** @type {Record<string, string>} */ ({ b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" });
    return text.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (_, code) => {
      if (code.length > 1) return String.fromCodePoint(parseInt(code.slice(1), 16));
      if (!(code in signs)) throw this.error(`\\${code} stands for nothing`);
      return signs[code];
    });
  }

  /**
   * @template T
   * @param {string} end
   * @param {() => T} one
   * @returns {T[]}
   */
  list(end, one) {
    this.at += 1;
    const made = [];
    this.space(true);
    while (this.next !== end) {
      made.push(one());
      this.space(true);
      if (this.next !== end) this.expect(",");
      this.space(true);
    }
    this.at += 1;
    return made;
  }

  /** @returns {[string, any]} */
  pair() {
    const key = this.take(/[A-Za-z0-9_-]+|"[^"\\\n]*"/y);
    if (key === null) throw this.error("a key is missing");
    this.space(false);
    this.expect("=");
    this.space(false);
    return [key.replaceAll('"', ""), this.value()];
  }
}

/**
 * The scenario of a file.
 * @param {string} text
 * @param {Map<string, import("./levers.js").Lever>} levers
 * @returns {Scenario}
 */
export function readScenario(text, levers) {
  const reader = new Reader(text);
  /** @type {Record<string, any>} */
  const top = {};
  /** @type {Record<string, any>[]} */
  const tables = [];
  for (reader.space(true); reader.next !== ""; reader.space(true)) {
    if (reader.next === "[") {
      if (reader.text.startsWith("[variants]", reader.at)) throw reader.error("it has variants, of which each simulation has one: open one of these");
      reader.expect("[[change]]");
      tables.push({});
    } else {
      const [key, value] = reader.pair();
      const into = tables.length > 0 ? tables[tables.length - 1] : top;
      if (key in into) throw reader.error(`${key} is there twice`);
      into[key] = value;
    }
    reader.space(false);
    if (reader.next !== "\n" && reader.next !== "#" && reader.next !== "") throw reader.error("expected the end of the line");
  }
  if (typeof top.name !== "string") throw new Unreadable("The file has no name: it is no scenario.");
  const asked = QUESTION.exec(text);
  return {
    name: top.name,
    description: typeof top.description === "string" ? top.description.replace(/\s+/g, " ").trim() : "",
    based: Array.isArray(top.based_on) ? top.based_on.map(String) : [],
    changes: tables.map((table, place) => changeOf(table, place + 1, levers)),
    question: asked ? { cap: Number(asked[1]), by: asked[2], chance: Number(asked[3]) } : null,
  };
}

/**
 * @param {Record<string, any>} table
 * @param {number} number
 * @param {Map<string, import("./levers.js").Lever>} levers
 * @returns {Change}
 */
function changeOf(table, number, levers) {
  const lever = levers.get(table.parameter);
  if (lever === undefined) throw new Unreadable(`Change ${number}: there is no lever ${table.parameter}.`);
  const multiplier = "multiplier" in table;
  const amount = multiplier ? table.multiplier : table.value;
  const isNumber = (/** @type {any} */ value) => typeof value === "number" && Number.isFinite(value);
  const isRange = (/** @type {any} */ value) => Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0] < value[1];
  const isMonth = (/** @type {any} */ month) => Number.isInteger(month) || /^\d{4}-(0[1-9]|1[0-2])$/.test(String(month));
  if (multiplier === "value" in table || !(isNumber(amount) || (lever.takes_range && isRange(amount)))) {
    throw new Unreadable(`Change ${number}: ${table.parameter} needs a value or a multiplier, a number${lever.takes_range ? " or a range" : ""}.`);
  }
  const first = multiplier ? [0, 10] : [lever.lowest, lever.highest];
  if ([amount].flat().some((one) => one < first[0] || one > first[1])) {
    throw new Unreadable(`Change ${number}: ${lever.label} can be ${multiplier ? "from 0 to 10 times the baseline" : `${lever.limits} (${lever.unit})`}.`);
  }
  const [from, to] = [table.from_month, table.to_month ?? null];
  if (!isMonth(from) || !(to === null || isMonth(to)) || (table.ramp === true && to === null)) {
    throw new Unreadable(`Change ${number}: a month is written as "2016-01", or as its number after the opening.`);
  }
  const instead = /** @type {[string, any][]} */ (Object.entries(table.to ?? table.from ?? {}));
  if (!instead.every(([, share]) => isNumber(share) || isRange(share)) || (lever.moves && !lever.elsewhere && instead.length === 0)) {
    throw new Unreadable(`Change ${number}: to = {…} says in shares where the children are instead.`);
  }
  return {
    parameter: lever.name,
    from,
    to,
    multiplier,
    number: amount,
    distribution: typeof table.distribution === "string" ? table.distribution : "middle_80",
    ramp: table.ramp === true,
    instead,
    reason: String(table.reason ?? ""),
    source: String(table.source ?? ""),
  };
}
