'use strict'

// Text from clients, and from errors that functions threw, made safe for a log. The engine decides
// which characters are escaped and where a text is cut.

const engine = require('../engine.js')

/**
 * The engine cuts a text before this length, in UTF-16 code units, so the rest is not passed to
 * it.
 */
const LONGEST_READ = 2 * (engine.facts.limits.quotedCharacters + 1)

/** A text as one line, without characters that a terminal obeys or does not show. */
function printable (text) {
  return engine.printable(String(text).slice(0, LONGEST_READ).toWellFormed())
}

/**
 * Does the same for a text of several lines, such as an error's stack. It may contain data that a
 * client sent.
 */
function printableLines (text) {
  return String(text).split('\n').map(printable).join('\n')
}

/**
 * The text of a thrown value, which may be anything, even a value that cannot be converted to a
 * string.
 */
function thrownText (error) {
  try {
    return String(error)
  } catch {
    return 'the thrown value has no text'
  }
}

module.exports = { printable, printableLines, thrownText }
