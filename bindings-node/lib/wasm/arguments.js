'use strict'

// Checks what functions of the engine are called with, as the native addon does. What is wrong must be known before the module
// runs: an exception of a call into it counts as its failure.

/** @returns {string} */
function string (value) {
  if (typeof value !== 'string') throw new TypeError('corsac: a part of a request has to be a string, or undefined where there is none')
  return value
}

/** @returns {number} */
function integer (value) {
  if (typeof value !== 'number') throw new TypeError('corsac: a number is expected')
  return value
}

/** How many UTF-16 units are read of a string that may be undefined. */
function unitsOf (value, most) {
  if (value === undefined) return 0
  return Math.min(string(value).length, most)
}

module.exports = { integer, string, unitsOf }
