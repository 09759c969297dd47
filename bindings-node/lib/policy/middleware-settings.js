'use strict'

// The settings of a middleware, whatever its policy.

/** Milliseconds that a function of the application may take. */
const TIMEOUT = 10_000
/** The longest time that Node's timers take, in milliseconds. */
const LONGEST_TIMER = 0x7fffffff

/**
 * @returns {{ onDecision?: Function, timeout: number, verifiesUpgrades: boolean }}
 */
function checkedSettings ({ onDecision, timeout = TIMEOUT, verifiesUpgrades = false, ...rest }) {
  const unknown = Object.keys(rest)
  if (unknown.length > 0) {
    throw new TypeError(`corsac: there is no setting \`${unknown[0]}\` of the middleware: it takes onDecision, timeout and verifiesUpgrades`)
  }
  if (onDecision !== undefined && typeof onDecision !== 'function') throw new TypeError('corsac: `onDecision` takes a function')
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= LONGEST_TIMER)) throw new TypeError('corsac: `timeout` takes milliseconds')
  if (typeof verifiesUpgrades !== 'boolean') throw new TypeError('corsac: `verifiesUpgrades` takes true or false')
  return { onDecision, timeout, verifiesUpgrades }
}

module.exports = { LONGEST_TIMER, TIMEOUT, checkedSettings }
