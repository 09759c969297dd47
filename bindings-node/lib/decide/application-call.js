'use strict'

// Calls a function of the application, which may return a value, return a promise, or call a callback. The
// caller always gets exactly one result.

/**
 * @typedef {(error: unknown, result?: unknown) => void} Done
 */

/** The message if a function fails without giving a reason. */
const NO_ERROR = 'corsac: the function failed without an error'

/**
 * @param {(callback: Done) => unknown} call
 * @param {object} convention
 * @param {boolean} convention.usesCallback whether the function passes its result to its callback, unless
 * it returns a promise or a boolean; without a callback, its return value is the result
 * @param {number} convention.timeout milliseconds
 * @param {string} convention.name the function, for messages
 * @param {Done} done
 * @returns {() => void} a function that gives up, so that `done` is no longer called
 */
function callApplication (call, { usesCallback, timeout, name }, done) {
  let state = 'calling'
  let early
  let timer
  const settle = (error, result) => {
    if (state === 'settled') return
    // `done` runs more code of the application. If that throws, the function that is being called must not
    // catch the error.
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
