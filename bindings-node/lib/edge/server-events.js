'use strict'

// Replaces `lib/upgrades/server-events.js` on edge runtimes and in browsers, which do not have
// Node's servers. There, a handshake is a request like any other.

function interceptHandshakes () {
  throw new TypeError('corsac: a policy cannot be attached to a server here: WebSocket handshakes pass through the middleware as requests')
}

module.exports = { emitsHandshakes: () => false, interceptHandshakes, serverOf: () => undefined }
