'use strict'

// Text of clients, and of errors that functions threw, as it may stand in a log. Which characters are escaped, and where a
// text is cut, is the engine's rule.

const engine = require('../engine.js')

/** The engine cuts a text before this length, in UTF-16 code units: the rest is not handed over. */
const LONGEST_READ = 2 * (engine.facts.limits.quotedCharacters + 1)

/** A text as one line, without characters that a terminal obeys or does not show. */
function printable (text) {
  return engine.printable(String(text).slice(0, LONGEST_READ).toWellFormed())
}

/** The same for a text of several lines, such as an error's stack, which may repeat what a client sent. */
function printableLines (text) {
  return String(text).split('\n').map(printable).join('\n')
}

/** The text of what was thrown, which may be anything, even a value that cannot be converted. */
function thrownText (error) {
  try {
    return String(error)
  } catch {
    return 'what it threw has no text'
  }
}

module.exports = { printable, printableLines, thrownText }
