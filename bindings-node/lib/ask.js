'use strict'

// Asks an application's function, in any of the ways in which it may answer: a value, a promise, a callback. It
// is answered once, and in the end it always is.

/**
 * @typedef {(error: unknown, answer?: unknown) => void} Done
 */

/** What is told where a function answers by failing without saying why. */
const UNTOLD = 'corsac: the function failed without an error'

/**
 * @param {(callback: Done) => unknown} call
 * @param {object} way
 * @param {boolean} way.callback whether the function answers by its callback, unless it returns a promise or a
 *   boolean; one that takes no callback answers by what it returns
 * @param {number} way.timeout milliseconds
 * @param {string} way.what the function, for messages
 * @param {Done} done
 * @returns {() => void} gives the question up: `done` is not called any more
 */
function ask (call, { callback, timeout, what }, done) {
  let state = 'calling'
  let kept
  let timer
  const settle = (error, answer) => {
    if (state === 'settled') return
    // What the application does next may throw: not into the function that is being called.
    if (state === 'calling') kept ??= [error, answer]
    else {
      state = 'settled'
      clearTimeout(timer)
      done(error, answer)
    }
  }
  const fail = (error) => settle(error || new Error(UNTOLD))

  try {
    const returned = call((error, answer) => { settle(error || null, answer) })
    if (typeof returned?.then === 'function') {
      returned.then((answer) => { if (!callback || answer !== undefined) settle(null, answer) }, fail)
    } else if (!callback || typeof returned === 'boolean') {
      settle(null, returned)
    }
  } catch (error) {
    fail(error)
  }

  state = 'waiting'
  const giveUp = () => {
    state = 'settled'
    clearTimeout(timer)
  }
  if (kept !== undefined) {
    settle(...kept)
    return giveUp
  }
  timer = setTimeout(() => {
    const error = new Error(`corsac: ${what} has not answered within ${timeout} ms`)
    error.code = 'ERR_CORSAC_TIMEOUT'
    settle(error)
  }, timeout)
  return giveUp
}

module.exports = { ask }
