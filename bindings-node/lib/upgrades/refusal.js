'use strict'

// Refuses a WebSocket handshake on the connection itself.

const { STATUS_CODES } = require('node:http')
const { headerObject, headerValue } = require('../response/response-template.js')

/** How many milliseconds a client has to read why it was refused. */
const LINGER = 1000

function refuseOnSocket (socket, template, fields) {
  const { body, headers, status } = template
  const lines = headers.flatMap(({ name, value }) => [headerValue(value, fields)].flat().map((line) => `${name}: ${line}`))
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

/** Refuses a handshake in HTTP/2. */
function refuseOnStream (stream, template, fields) {
  if (stream.destroyed) return
  stream.respond({ ':status': template.status, ...headerObject(template, fields) })
  stream.end(template.body)
}

module.exports = { refuseOnSocket, refuseOnStream }
