'use strict'

// The twin of the engine's merging of `Vary`, which stays on this side as it runs for every response. Both are
// held to the same vectors.

/**
 * @param {string | readonly string[] | undefined} application the values of the application's lines
 * @param {string} decision
 * @returns {string}
 */
function mergeVary (application, decision) {
  const list = application === undefined ? [] : typeof application === 'string' ? [application] : application
  let merged = ''
  for (const line of list) {
    if (trim(line) !== '') merged = append(merged, line)
  }
  const named = new Set(fields(merged).map(lower))
  if (named.has('*')) return merged
  for (const field of fields(decision)) {
    if (!named.has(lower(field))) merged = append(merged, field)
  }
  return merged
}

function append (merged, part) {
  return merged === '' ? part : `${merged}, ${part}`
}

function fields (value) {
  return value.split(',').map(trim).filter((field) => field !== '')
}

/** Only the letters of ASCII: `toLowerCase` alone makes a `k` of the Kelvin sign. */
function lower (field) {
  return field.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Only the white space of ASCII: `trim` alone takes off a no-break space. */
function trim (text) {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isSpace (unit) {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0c || unit === 0x0d
}

module.exports = { mergeVary }
