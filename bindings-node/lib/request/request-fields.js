'use strict'

// The fields of a request by which a policy decides.

const { REQUEST_FLAGS } = require('../policy/compiled-policy.js')
const { HOST, ORIGIN, PRIVATE_NETWORK, REQUEST_HEADERS, REQUEST_METHOD, SEC_FETCH_SITE, SEC_WEBSOCKET_KEY, UPGRADE } = require('./request-headers.js')

/** The fields that a policy reads if only the CORS headers matter. A response may repeat them. */
class CorsFields {
  constructor (origin, requestMethod, requestHeaders, privateNetwork) {
    this.origin = origin
    this.requestMethod = requestMethod
    this.requestHeaders = requestHeaders
    this.privateNetwork = privateNetwork
  }
}

/** The fields that a policy reads if the path, or a sign of who sent the request, matters as well. */
class AllFields extends CorsFields {
  constructor (cors, path, method, flags, host, site, upgrade, key) {
    super(cors.origin, cors.requestMethod, cors.requestHeaders, cors.privateNetwork)
    this.path = path
    this.method = method
    this.flags = flags
    this.host = host
    this.site = site
    this.upgrade = upgrade
    this.key = key
  }
}

/**
 * The fields of every request without `Origin`, if only the CORS headers matter. No response repeats any of them.
 */
const WITHOUT_ORIGIN = new CorsFields(undefined, undefined, undefined, undefined)

/**
 * The members of Node's request that are read.
 *
 * @typedef {object} IncomingRequest
 * @property {string} method
 * @property {string} [url]
 * @property {string} [originalUrl] the target as it was sent; frameworks remove the path of a mount from `url`
 * @property {Record<string, string | string[] | undefined>} headers
 * @property {string[]} [rawHeaders]
 * @property {boolean} [secure] what the framework says, according to its own setting for trusted proxies
 * @property {{ encrypted?: boolean }} [socket]
 */

/**
 * @param {import('../decide/middleware-policy.js').MiddlewarePolicy} policy
 * @param {IncomingRequest} request
 * @param {boolean} hasPreflightMethod whether the request has the method of preflights
 * @returns {CorsFields} `WITHOUT_ORIGIN` if the decision is always the same
 */
function readFields (policy, request, hasPreflightMethod) {
  const cors = readCorsFields(request.headers, hasPreflightMethod)
  return policy.readsCorsOnly ? cors : readMoreFields(policy, request, cors)
}

function readMoreFields (policy, request, cors) {
  const path = request.originalUrl ?? request.url
  return policy.hasProtection ? readAllFields(request, path, cors, 0) : new AllFields(cors, path)
}

/** The fields of a WebSocket handshake. */
function readHandshakeFields (request) {
  return readAllFields(request, request.originalUrl ?? request.url, readCorsFields(request.headers, false), REQUEST_FLAGS.WEBSOCKET)
}

function readCorsFields (headers, hasPreflightMethod) {
  const origin = joined(headers[ORIGIN])
  if (origin === undefined) return WITHOUT_ORIGIN
  if (!hasPreflightMethod) return new CorsFields(origin, undefined, undefined, undefined)
  return new CorsFields(origin, joined(headers[REQUEST_METHOD]), joined(headers[REQUEST_HEADERS]), joined(headers[PRIVATE_NETWORK]))
}

function readAllFields (request, path, cors, flags) {
  const { headers, method, rawHeaders } = request
  return new AllFields(
    cors,
    path,
    method,
    isSecure(request) ? flags | REQUEST_FLAGS.SECURE : flags,
    readHost(headers, rawHeaders),
    joined(headers[SEC_FETCH_SITE]),
    joined(headers[UPGRADE]),
    joined(headers[SEC_WEBSOCKET_KEY])
  )
}

/** Whether the connection is known to be TLS. */
function isSecure (request) {
  try {
    return request.secure === true || request.socket?.encrypted === true
  } catch {
    // This is HTTP/2, and the session has ended by now.
    return false
  }
}

/**
 * The lines of the first header in `HOST` that is present. They come from `rawHeaders`, since `headers` has
 * only the first of several lines.
 */
function readHost (headers, rawHeaders) {
  const name = HOST.find((name) => headers[name] !== undefined)
  if (name === undefined) return undefined
  const lines = []
  for (let i = 0; i < (rawHeaders?.length ?? 0); i += 2) {
    if (rawHeaders[i].length === name.length && rawHeaders[i].toLowerCase() === name) lines.push(rawHeaders[i + 1])
  }
  return joined(lines.length > 0 ? lines : headers[name])
}

/** A header's value. Its lines are joined if they are separate. */
function joined (value) {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) ? value.join(', ') : String(value)
}

module.exports = { CorsFields, WITHOUT_ORIGIN, isSecure, readFields, readHandshakeFields }
