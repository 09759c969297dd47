'use strict'

// What clients send, and what functions threw, as it may stand in a log. Which characters are escaped, and where a text
// is cut, is the engine's rule.

const { addon } = require('./native.js')

/** Of a longer text the engine would cut more: it is not handed over to be thrown away. */
const MOST = 1024

/** A text of a client: one line, without what a terminal obeys or does not show. */
function shown (text) {
  return addon.printable(String(text).slice(0, MOST).toWellFormed())
}

/** A text of several lines, such as an error's stack, which may repeat what a client sent. */
function shownLines (text) {
  return String(text).split('\n').map(shown).join('\n')
}

module.exports = { shown, shownLines }
