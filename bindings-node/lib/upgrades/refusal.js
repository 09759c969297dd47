'use strict'

// Refuses a WebSocket handshake on the connection itself.

const { facts } = require('../engine.js')
const { headerValue } = require('../response/response-template.js')

/** Milliseconds in which a client can read why it was refused. */
const LINGER = 1000

function refuseOnSocket (socket, template, fields, reports) {
  // It is required here and not above, since loading it takes a long time, and most programs refuse no handshakes.
  const { STATUS_CODES } = require('node:http')
  const { body, status } = template
  const headers = Object.entries(headersOf(template, fields, reports))
  const lines = headers.flatMap(([name, value]) => [value].flat().map((line) => `${name}: ${line}`))
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body
  ].join('\r\n'))
  // More data from the client is read for a while, since closing the connection at once could discard
  // the response.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER)
  socket.on('end', () => socket.destroy())
  socket.on('close', () => clearTimeout(timer))
}

/** The same in HTTP/2. */
function refuseOnStream (stream, template, fields, reports) {
  if (stream.destroyed) return
  stream.respond({ ':status': template.status, ...headersOf(template, fields, reports) })
  stream.end(template.body)
}

/** All headers of the refusal, with the reason while the server is developed. */
function headersOf (template, fields, { debugger: debugging }) {
  const headers = Object.fromEntries(template.headers.map(({ name, value }) => [name, headerValue(value, fields)]))
  if (debugging !== undefined) headers[facts.serverTiming] = template.serverTiming
  return headers
}

module.exports = { refuseOnSocket, refuseOnStream }
