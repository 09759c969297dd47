'use strict'

// The settings of a middleware, whatever its policy.

const engine = require('../engine.js')

/** Milliseconds that a function of the application may take. */
const TIMEOUT = 10_000
/** The longest time that Node's timers accept, in milliseconds. */
const LONGEST_TIMER = 0x7fffffff

/**
 * @returns {{ onDecision?: Function, timeout: number, verifiesUpgrades: boolean, debug: boolean }}
 * if `debug` is left out, the environment decides
 */
function checkedSettings ({ onDecision, timeout = TIMEOUT, verifiesUpgrades = false, debug, ...rest }) {
  const unknown = Object.keys(rest)
  if (unknown.length > 0) {
    throw new TypeError(`corsac: \`${unknown[0]}\` is not a setting of the middleware, whose settings are onDecision, timeout, verifiesUpgrades and debug`)
  }
  if (onDecision !== undefined && typeof onDecision !== 'function') throw new TypeError('corsac: `onDecision` takes a function')
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= LONGEST_TIMER)) throw new TypeError('corsac: `timeout` takes milliseconds')
  if (typeof verifiesUpgrades !== 'boolean') throw new TypeError('corsac: `verifiesUpgrades` takes true or false')
  if (debug !== undefined && typeof debug !== 'boolean') throw new TypeError('corsac: `debug` takes true or false')
  return { onDecision, timeout, verifiesUpgrades, debug: engine.isDebugRequested(debug) }
}

module.exports = { LONGEST_TIMER, TIMEOUT, checkedSettings }
