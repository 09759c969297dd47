'use strict'

// Errors about a policy and the server whose WebSocket handshakes it should check.

function upgradeError (message) {
  const error = new Error(`corsac: ${message}`)
  error.code = 'ERR_CORSAC_WEBSOCKETS'
  return error
}

/**
 * The policy checks handshakes, but nothing passes them to it. `make` is code that makes the
 * policy.
 */
function missingAttachError (make = '') {
  return upgradeError('the policy checks WebSocket handshakes, which never pass through a middleware: write ' +
    `\`${make}policy.attach(server)\` before \`cors(policy)\`; or, if you pass each handshake to ` +
    '`policy.verifyUpgrade(request)` yourself, `cors(policy, { verifiesUpgrades: true })`')
}

/** The error for one server that is not attached, although another one is. */
function otherServerError () {
  return upgradeError('the policy checks WebSocket handshakes, but is not attached to the server of this request, ' +
    'which accepts handshakes: write `policy.attach(server)` for each server, before it listens; or, if you pass each handshake to ' +
    '`policy.verifyUpgrade(request)` yourself, `cors(policy, { verifiesUpgrades: true })`')
}

/** The error if a policy that does not check handshakes is attached. */
function unprotectedError () {
  return upgradeError('the policy lets every WebSocket handshake pass: write `protection: { websockets: \'reject\' }`')
}

module.exports = { missingAttachError, otherServerError, unprotectedError }
