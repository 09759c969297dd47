'use strict'

// What is wrong between a policy and the server whose WebSocket handshakes it should judge.

function upgradeError (message) {
  const error = new Error(`corsac: ${message}`)
  error.code = 'ERR_CORSAC_WEBSOCKETS'
  return error
}

/** The policy refuses handshakes that nobody submits to it. `make` is code that makes the policy. */
function missingAttachError (make = '') {
  return upgradeError('the policy refuses WebSocket handshakes, which never pass a middleware: write ' +
    `\`${make}policy.attach(server)\` before \`cors(policy)\`; or, where you put each handshake to ` +
    '`policy.verifyUpgrade(request)` yourself, `cors(policy, { verifiesUpgrades: true })`')
}

/** The same on one server, where another one is attached. */
function otherServerError () {
  return upgradeError('the policy refuses WebSocket handshakes, and is not attached to the server that this request came to, ' +
    'which gives them out: write `policy.attach(server)` for each server, before it listens; or, where you put each handshake to ' +
    '`policy.verifyUpgrade(request)` yourself, `cors(policy, { verifiesUpgrades: true })`')
}

/** The policy does not judge handshakes, and is told to. */
function unprotectedError () {
  return upgradeError('the policy lets every WebSocket handshake pass: write `protection: { websockets: \'reject\' }`')
}

module.exports = { missingAttachError, otherServerError, unprotectedError }
