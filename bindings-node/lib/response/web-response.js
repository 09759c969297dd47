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
function appliedHeaders ({ template, fields, policy: { reports } }, before, status = 0) {
  const headers = new Headers(before)
  const applied = new WebHeaders(headers)
  applyTemplate(template, fields, applied, reports)
  reports.debugger?.applied(template, fields, applied, status)
  return headers
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
 * cannot be changed.
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
  return new Response(response.body, { status, statusText, headers: appliedHeaders(decided, response.headers, status) })
}

module.exports = { appliedHeaders, appliedResponse, ownResponse }
