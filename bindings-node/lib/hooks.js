'use strict'

// Functions that only look on. Whatever becomes of one breaks neither the request nor the process.

const { shownLines } = require('./printable.js')

/**
 * @param {string} name the function's, for messages
 * @param {Function | undefined} call what it throws, or rejects with, goes no further
 * @param {(message: string) => void} [failed]
 */
function tell (name, call, value, failed = warn) {
  const fail = (error) => failed(`${name} failed: ${shownLines(said(error))}`)
  try {
    const returned = call?.(value)
    // Most return nothing, which costs no promise.
    if (typeof returned?.then === 'function') Promise.resolve(returned).catch(fail)
  } catch (error) {
    fail(error)
  }
}

function warn (message) {
  process.emitWarning(message, { type: 'CorsacWarning', code: 'CORSAC_HOOK' })
}

/** What was thrown, as text: anything may be, and some of it has none. */
function said (error) {
  try {
    return String(error)
  } catch {
    return 'what it threw has no text'
  }
}

module.exports = { said, tell }
