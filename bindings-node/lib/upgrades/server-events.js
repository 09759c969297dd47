'use strict'

// WebSocket handshakes never reach a middleware: Node emits them as events of the server. This file intercepts them.

const engine = require('../engine.js')
const { refuseOnSocket, refuseOnStream } = require('./refusal.js')

/**
 * @callback Judge
 * @param {import('../request/request-fields.js').IncomingRequest} request
 * @param {(template: import('../response/response-template.js').ResponseTemplate,
 *   fields: import('../request/request-fields.js').CorsFields, reports: import('../decide/reports.js').Reports) => void} done
 */

/**
 * Keeps refused handshakes from the server's listeners.
 *
 * @param {Judge} judge
 */
function interceptHandshakes (server, judge) {
  const { emit } = server
  server.emit = function guardedEmit (event, ...values) {
    const goOn = () => emit.call(this, event, ...values)
    if (event === 'upgrade') return intercept(judge, values[0], values[1], refuseOnSocket, goOn)
    if (event === 'stream' && isExtendedConnect(values[1])) {
      const [stream, headers] = values
      const request = {
        method: headers[':method'], url: headers[':path'], headers, secure: stream.session?.encrypted === true, stream
      }
      return intercept(judge, request, stream, refuseOnStream, goOn)
    }
    return goOn()
  }
}

/** WebSocket over HTTP/2 (RFC 8441). */
function isExtendedConnect (headers) {
  const protocol = headers?.[':protocol']
  return protocol !== undefined && engine.isWebSocket(String(protocol))
}

/** @returns {boolean} like `emit`, whether there are listeners; they are called now or later */
function intercept (judge, request, socket, refuse, goOn) {
  let isLate = false
  let hasListeners = true
  // Until it is decided which listener gets the socket, nothing else listens for its errors.
  socket.on('error', ignore)
  judge(request, (template, fields, reports) => {
    if (template.responds) return refuse(socket, template, fields, reports)
    // The socket was destroyed in the meantime, and may still emit an error, so `ignore` stays.
    if (isLate && socket.destroyed) return
    socket.off('error', ignore)
    hasListeners = goOn()
  })
  isLate = true
  return hasListeners
}

function ignore () {}

/** The server that received a request, if there is one. */
function serverOf (request) {
  try {
    const server = request.socket?.server
    return typeof server?.listeners === 'function' ? server : undefined
  } catch {
    // This is HTTP/2, and the session has ended by now.
    return undefined
  }
}

/** Whether a server that is not attached has listeners for handshakes. */
function emitsHandshakes (server) {
  // Fastify listens on each address of `localhost` with a separate server, which passes requests on to
  // the first.
  return server.listenerCount('upgrade') > 0 && server.listeners('upgrade').some(({ name }) => name !== 'bound guardedEmit')
}

module.exports = { emitsHandshakes, interceptHandshakes, serverOf }
