'use strict'

// Applies decisions to responses of the web platform.

const { applyTemplate } = require('./apply.js')

/** The status of a response after which the connection uses another protocol. */
const SWITCHING_PROTOCOLS = 101

/** @implements {import('./apply.js').ResponseHeaders} */
class WebHeaders {
  #headers

  /** @param {Headers} headers */
  constructor (headers) {
    this.#headers = headers
  }

  get (name) {
    return this.#headers.get(name) ?? undefined
  }

  set (name, value) {
    this.#headers.set(name, value)
  }

  append (name, value) {
    this.#headers.append(name, value)
  }

  remove (name) {
    this.#headers.delete(name)
  }

  /** All headers: names and values alternate. */
  lines () {
    return [...this.#headers.entries()].flat()
  }
}

/**
 * The headers of a response, with a decision applied to them.
 *
 * @param {Headers} [before] the headers of the response
 * @param {number} [status] the status of the response, if it is known
 */
function appliedHeaders (decided, before, status = 0) {
  const headers = new Headers(before)
  applyTo(headers, decided, status)
  return headers
}

function applyTo (headers, { template, fields, policy: { reports } }, status) {
  const applied = new WebHeaders(headers)
  applyTemplate(template, fields, applied, reports)
  reports.debugger?.applied(template, fields, applied, status)
}

/**
 * The response to a request for which the application does not run.
 *
 * @param {import('../decide/decide.js').Decided} decided
 * @param {Headers} [before] the headers that earlier middlewares have set
 */
function ownResponse (decided, before) {
  const { body, status } = decided.template
  return new Response(body === '' ? null : body, { status, headers: appliedHeaders(decided, before, status) })
}

/**
 * The application's response with a decision applied. It is a new response, because many responses
 * cannot be changed, and some are used for many requests.
 *
 * @param {Response} response
 * @param {import('../decide/decide.js').Decided} decided
 */
function appliedResponse (response, decided) {
  // A connection that has become a WebSocket has no response any more. Hosts show this in different
  // ways.
  if (response === undefined || response === null || response.status === SWITCHING_PROTOCOLS) return response
  const { status, statusText } = response
  // Errors and opaque responses have no status that a new response can have.
  if (status === 0) return response
  if (globalThis.Bun !== undefined && applyInPlace(response, decided)) return response
  const before = headersBefore.get(response) ?? response.headers
  return new Response(response.body, { status, statusText, headers: appliedHeaders(decided, before, status) })
}

/**
 * The headers that responses had before a decision was applied to them in place. Bun takes the headers from a response when it sends
 * it.
 *
 * @type {WeakMap<Response, Headers>}
 */
const headersBefore = new WeakMap()

/**
 * Applies a decision to a response of Bun whose content type Bun determines when it sends the response. A copy would
 * lose it, and have the type `application/octet-stream`.
 *
 * @returns {boolean} whether this was done
 */
function applyInPlace (response, decided) {
  if (response.headers.has('content-type') || headersBefore.has(response)) return false
  headersBefore.set(response, new Headers(response.headers))
  applyTo(response.headers, decided, response.status)
  return true
}

module.exports = { appliedHeaders, appliedResponse, ownResponse }
