'use strict'

// Checks the arguments of the engine's functions, as the native addon does. It has to happen before
// the module runs, because an exception of a call into the module counts as a failure of the
// module.

/** @returns {string} */
function string (value) {
  if (typeof value !== 'string') throw new TypeError('corsac: a field of a request has to be a string, or undefined if there is none')
  return value
}

/** @returns {number} */
function integer (value) {
  if (typeof value !== 'number') throw new TypeError('corsac: a number is expected')
  return value
}

/** How many UTF-16 units of a string are read. The string may be undefined. */
function unitsOf (value, most) {
  if (value === undefined) return 0
  return Math.min(string(value).length, most)
}

module.exports = { integer, string, unitsOf }
