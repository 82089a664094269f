// Months: "2016-01", counted from the opening.

const NAMES = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];

/**
 * Months from one to another.
 * @param {string} first
 * @param {string} last
 * @returns {number}
 */
export function monthsBetween(first, last) {
  const number = (/** @type {string} */ month) => 12 * Number(month.slice(0, 4)) + Number(month.slice(5, 7));
  return number(last) - number(first);
}

/**
 * @param {string} month
 * @returns {string}
 */
export function monthWords(month) {
  return `${NAMES[Number(month.slice(5, 7)) - 1]} ${month.slice(0, 4)}`;
}

/**
 * The month of a change, counted from 1 after the opening.
 * @param {string | number} month
 * @param {string} opening
 * @returns {number}
 */
export function monthNumber(month, opening) {
  return typeof month === "number" ? month : monthsBetween(opening, month);
}
