'use strict'

// How a middleware runs, whatever its policy.

/** Milliseconds that a function of the application may take. */
const TIMEOUT = 10_000

/**
 * @returns {{ onDecision?: Function, timeout: number, verifiesUpgrades: boolean }}
 */
function checked ({ onDecision, timeout = TIMEOUT, verifiesUpgrades = false, ...rest }) {
  const unknown = Object.keys(rest)
  if (unknown.length > 0) {
    throw new TypeError(`corsac: there is no setting \`${unknown[0]}\` of the middleware: it takes onDecision, timeout and verifiesUpgrades`)
  }
  if (onDecision !== undefined && typeof onDecision !== 'function') throw new TypeError('corsac: `onDecision` takes a function')
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= 0x7fffffff)) throw new TypeError('corsac: `timeout` takes milliseconds')
  if (typeof verifiesUpgrades !== 'boolean') throw new TypeError('corsac: `verifiesUpgrades` takes true or false')
  return { onDecision, timeout, verifiesUpgrades }
}

module.exports = { TIMEOUT, checked }
