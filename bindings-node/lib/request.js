'use strict'

// What is read of a request.

const { FLAGS } = require('./compiled.js')
const { AllPieces, Pieces } = require('./answers.js')

/** The pieces of a request without Origin, which no answer repeats anything of. */
const NOTHING = new Pieces(undefined, undefined, undefined, undefined)

/**
 * A request as Node has it, as far as it is read.
 *
 * @typedef {object} Incoming
 * @property {string} method
 * @property {string} [url]
 * @property {string} [originalUrl] the target as it was sent, where frameworks cut what they mount at off `url`
 * @property {Record<string, string | string[] | undefined>} headers
 * @property {string[]} [rawHeaders]
 * @property {boolean} [secure] what the framework says, by its own setting of which proxies are trusted
 * @property {{ encrypted?: boolean }} [socket]
 */

/**
 * @param {import('./layer.js').Layer} layer
 * @param {Incoming} request
 * @returns {Pieces} `NOTHING` where the answer is always the layer's own
 */
function read (layer, request, isOptions) {
  const { headers } = request
  if (!layer.isPlain) return readMore(layer, request, readCors(headers, isOptions))
  return readCors(headers, isOptions)
}

function readMore (layer, request, cors) {
  const path = request.originalUrl ?? request.url
  return layer.protection ? readAll(request, path, cors, 0) : new AllPieces(cors, path)
}

/** What is read of a WebSocket handshake. */
function readHandshake (request) {
  return readAll(request, request.originalUrl ?? request.url, readCors(request.headers, false), FLAGS.WEBSOCKET)
}

function readCors (headers, isOptions) {
  const origin = line(headers.origin)
  if (origin === undefined) return NOTHING
  if (!isOptions) return new Pieces(origin, undefined, undefined, undefined)
  return new Pieces(
    origin,
    line(headers['access-control-request-method']),
    line(headers['access-control-request-headers']),
    line(headers['access-control-request-private-network'])
  )
}

function readAll (request, path, cors, flags) {
  const { headers, method, rawHeaders } = request
  return new AllPieces(
    cors,
    path,
    method,
    isSecure(request) ? flags | FLAGS.SECURE : flags,
    host(headers, rawHeaders),
    line(headers['sec-fetch-site']),
    line(headers.upgrade),
    line(headers['sec-websocket-key'])
  )
}

/** Whether the connection is known to be TLS. */
function isSecure (request) {
  try {
    return request.secure === true || request.socket?.encrypted === true
  } catch {
    // HTTP/2, where the session has ended meanwhile.
    return false
  }
}

/** Of several lines Node keeps the first in `headers`. */
function host (headers, rawHeaders) {
  if (headers.host === undefined) return line(headers[':authority'])
  let joined
  for (let i = 0; i < (rawHeaders?.length ?? 0); i += 2) {
    const name = rawHeaders[i]
    if (name.length === 4 && name.toLowerCase() === 'host') joined = joined === undefined ? rawHeaders[i + 1] : `${joined}, ${rawHeaders[i + 1]}`
  }
  return joined ?? line(headers.host)
}

/** A header's value, its lines joined where a host gives them apart. */
function line (value) {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) ? value.join(', ') : String(value)
}

module.exports = { NOTHING, isSecure, read, readHandshake }
