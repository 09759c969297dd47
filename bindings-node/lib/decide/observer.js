'use strict'

// Functions of the application that are only notified. If one fails, neither the request nor the
// process fails.

const { warn } = require('../runtime.js')
const { printableLines, thrownText } = require('./printable.js')

/**
 * @param {string} name the function's, for messages
 * @param {Function | undefined} observer if it throws or rejects, the error only becomes a message
 * @param {(message: string) => void} [failed]
 */
function notify (name, observer, value, failed = warnOfFailure) {
  const fail = (error) => failed(`${name} failed: ${printableLines(thrownText(error))}`)
  try {
    const returned = observer?.(value)
    // Most observers return nothing, and then no promise is made.
    if (typeof returned?.then === 'function') Promise.resolve(returned).catch(fail)
  } catch (error) {
    fail(error)
  }
}

function warnOfFailure (message) {
  warn(message, { code: 'CORSAC_HOOK' })
}

module.exports = { notify }
