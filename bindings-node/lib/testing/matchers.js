'use strict'

// Matchers for `expect` of vitest and jest: `expect.extend(matchers)`.

const { explainCaptured } = require('../explain/diagnose.js')
const { linesOf } = require('./applications.js')
const { blockedFailure, checkCode, played, readableFailure } = require('./assertions.js')
const { Fetched, explainerOf } = require('./browser.js')
const { pairsOf } = require('./network.js')
const { APPLICATION_URL } = require('./servers.js')

/**
 * @this {{ isNot?: boolean }}
 * @param {unknown} received a response, the result of `Browser.fetch`, or a server
 */
function toBeReadableFrom (received, origin, options = {}) {
  return after(fetchedOf(received, origin, options), (fetched) => {
    // A server that is down is neither readable nor blocked.
    if (this?.isNot && !fetched.isReadable) refuseUnlessBlocked(fetched, origin)
    return result(readableFailure(fetched, origin), `a page of ${origin} can read the response\n\n${fetched}`)
  })
}

function toBeBlockedFrom (received, origin, { code, ...options } = {}) {
  checkCode(code)
  return after(fetchedOf(received, origin, options), (fetched) => {
    if (this?.isNot && !fetched.isReadable) refuseUnlessBlocked(fetched, origin)
    return result(blockedFailure(fetched, origin, code), `a page of ${origin} is blocked\n\n${fetched}`)
  })
}

function refuseUnlessBlocked (fetched, origin) {
  if (!fetched.isBlocked) throw new Error(blockedFailure(fetched, origin))
}

function result (failure, opposite) {
  return { pass: failure === undefined, message: () => failure ?? opposite }
}

/** Continues at once, or when a promise is fulfilled. */
function after (value, then) {
  return typeof value?.then === 'function' ? value.then(then) : then(value)
}

/** @returns {Fetched | Promise<Fetched>} */
function fetchedOf (received, origin, options) {
  if (received instanceof Fetched) return received
  const response = answerOf(received)
  if (response !== undefined) return judged(received, response, origin, options)
  const { path = '/', ...rest } = options
  return played(received, path, { ...rest, origin }).then(({ fetched }) => fetched)
}

/** How a browser handles a response that the test itself has received. */
function judged (received, response, origin, { url, method = received.request?.method, headers = {}, credentials = false, preflight, policy, ...rest }) {
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new TypeError(`corsac: \`${unknown}\` is not an option for a response that was already received`)
  const request = { url: url ?? (received.url || APPLICATION_URL), headers: Object.entries(headers) }
  if (method !== undefined) request.method = method
  if (credentials !== false) request.credentials = credentials === true ? 'include' : credentials
  const exchange = { page: origin, request, response }
  if (preflight !== undefined) exchange.preflight = answerOf(preflight)
  const sent = [`${request.method ?? 'a request'} by the test itself: ${response.status}`]
  return new Fetched(explainCaptured(explainerOf(policy), JSON.stringify(exchange)), null, sent)
}

/** A response in the form of exchanges; undefined if the value is not a response. */
function answerOf (received) {
  const status = received?.status ?? received?.statusCode
  const { headers, rawHeaders } = received ?? {}
  if (typeof status !== 'number' || typeof headers !== 'object' || headers === null) return undefined
  if (Array.isArray(rawHeaders)) return { status, headers: pairsOf(rawHeaders) }
  if (Array.isArray(headers)) return { status, headers }
  return { status, headers: typeof headers.entries === 'function' ? [...headers.entries()] : linesOf(headers) }
}

module.exports = { matchers: { toBeReadableFrom, toBeBlockedFrom } }
