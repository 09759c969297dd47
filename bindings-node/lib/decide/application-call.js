'use strict'

// Calls a function of the application that may give its result in any of three ways: a value, a promise, a callback. The
// caller always gets a result in the end, and gets it once.

/**
 * @typedef {(error: unknown, result?: unknown) => void} Done
 */

/** The message where a function fails without saying why. */
const NO_ERROR = 'corsac: the function failed without an error'

/**
 * @param {(callback: Done) => unknown} call
 * @param {object} convention
 * @param {boolean} convention.usesCallback whether the function gives its result to its callback, unless it returns a promise or
 *   a boolean; a function without a callback gives it by what it returns
 * @param {number} convention.timeout milliseconds
 * @param {string} convention.name the function, for messages
 * @param {Done} done
 * @returns {() => void} gives up: `done` is not called any more
 */
function callApplication (call, { usesCallback, timeout, name }, done) {
  let state = 'calling'
  let early
  let timer
  const settle = (error, result) => {
    if (state === 'settled') return
    // What the application does next may throw, which must not end up in the function that is being called.
    if (state === 'calling') early ??= [error, result]
    else {
      state = 'settled'
      clearTimeout(timer)
      done(error, result)
    }
  }
  const fail = (error) => settle(error || new Error(NO_ERROR))

  try {
    const returned = call((error, result) => { settle(error || null, result) })
    if (typeof returned?.then === 'function') {
      returned.then((result) => { if (!usesCallback || result !== undefined) settle(null, result) }, fail)
    } else if (!usesCallback || typeof returned === 'boolean') {
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
  if (early !== undefined) {
    settle(...early)
    return giveUp
  }
  timer = setTimeout(() => {
    const error = new Error(`corsac: ${name} has not answered within ${timeout} ms`)
    error.code = 'ERR_CORSAC_TIMEOUT'
    settle(error)
  }, timeout)
  return giveUp
}

module.exports = { callApplication }
