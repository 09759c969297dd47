'use strict'

// Merges `Vary` as the engine does, but in JavaScript, because every response needs it. The same
// vectors test both.

/**
 * @param {string | readonly string[] | undefined} application the values of the application's lines
 * @param {string} decision
 * @returns {string}
 */
function mergeVary (application, decision) {
  const lines = application === undefined ? [] : typeof application === 'string' ? [application] : application
  let merged = ''
  for (const line of lines) {
    if (trim(line) !== '') merged = append(merged, line)
  }
  const named = new Set(fieldNames(merged).map(lower))
  if (named.has('*')) return merged
  for (const name of fieldNames(decision)) {
    if (!named.has(lower(name))) merged = append(merged, name)
  }
  return merged
}

function append (list, element) {
  return list === '' ? element : `${list}, ${element}`
}

function fieldNames (value) {
  return value.split(',').map(trim).filter((name) => name !== '')
}

/** Converts only ASCII letters: `toLowerCase` alone would make the Kelvin sign a `k`. */
function lower (name) {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Removes only ASCII white space: `trim` alone would also remove a no-break space. */
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
