'use strict'

// Servers of Node, where there are none: `lib/upgrades/server-events.js` for edge runtimes and browsers. A handshake is a request
// like any other there.

function interceptHandshakes () {
  throw new TypeError('corsac: there are no servers to attach a policy to here: WebSocket handshakes pass the middleware as requests')
}

module.exports = { emitsHandshakes: () => false, interceptHandshakes, serverOf: () => undefined }
