'use strict'

// Applies decisions to Node's responses when their headers are written. By then, everything that the application has
// set is known, so `Vary` can be merged and the headers that corsac owns can be replaced.

const { applyTemplate } = require('./apply.js')
const { headerList, headerValue } = require('./response-template.js')

/** The key under which a response keeps the decision that is applied when its headers are written. */
const PENDING = Symbol('corsac.pendingDecision')
/** Node's function, or that of a module that replaced it before the first decision was applied. */
let nativeWriteHead
/** Marks a function that replaced the prototype's, so that other copies of this package, of any version, recognise it. */
const REPLACED = Symbol.for('corsac.replacedWriteHead')

class PendingDecision {
  /**
   * @param {import('./response-template.js').ResponseTemplate} template
   * @param {import('../request/request-fields.js').CorsFields} fields
   * @param {import('../decide/reports.js').Reports} reports
   * @param {Function} writeHead the function that writes the head
   */
  constructor (template, fields, reports, writeHead) {
    this.template = template
    this.fields = fields
    this.reports = reports
    this.writeHead = writeHead
  }
}

/** @implements {import('./apply.js').ResponseHeaders} */
class NodeHeaders {
  #response

  constructor (response) {
    this.#response = response
  }

  // Not every response has all of Node's methods. Those in tests have few.
  get (name) {
    const value = this.#response.getHeader?.(name)
    if (value === undefined || typeof value === 'string') return value
    if (!Array.isArray(value)) return String(value)
    // Node sends nothing for an empty list.
    return value.length > 0 ? value.map(String) : undefined
  }

  set (name, value) {
    this.#response.setHeader(name, value)
  }

  append (name, value) {
    appendHeader(this.#response, name, value)
  }

  remove (name) {
    this.#response.removeHeader?.(name)
  }

  /** All headers: names and values alternate. */
  lines () {
    const all = Object.entries(this.#response.getHeaders?.() ?? {})
    return all.flatMap(([name, value]) => [value].flat().flatMap((line) => [name, String(line)]))
  }
}

/**
 * Applies a decision when the response's headers are written. If several middlewares run for one request, the last one
 * decides, which is the one closest to the application.
 */
function applyOnHead (response, template, fields, reports) {
  const pending = response[PENDING]
  if (pending !== undefined) {
    pending.template = template
    pending.fields = fields
    pending.reports = reports
    return
  }
  if (nativeWriteHead === undefined) replaceOnPrototype()
  const { writeHead } = response
  if (writeHead === writeHeadOfPrototype) {
    response[PENDING] = new PendingDecision(template, fields, reports, nativeWriteHead)
  } else if (typeof writeHead === 'function') {
    response[PENDING] = new PendingDecision(template, fields, reports, writeHead)
    response.writeHead = writeHeadOfResponse
  } else {
    applyHeaders(template, fields, response, reports, response.statusCode)
  }
}

/**
 * Replaces `writeHead` for all of Node's responses, when the first decision is applied. To replace it on each response would
 * cost 1.9 of the 10.7 µs that `http` takes for a request, and 16 of 152 µs in Express, whose responses have no hidden class in
 * common, so that V8 makes a new one for each property that is added.
 *
 * Where another module has replaced the function in the meantime, each response gets its own, so that the order of the
 * functions stays the order in which they were installed. The same holds if another copy of this package was first. Test runners
 * and servers that reload code load hundreds of copies, whose functions would otherwise call each other, and keep each other in
 * memory.
 */
function replaceOnPrototype () {
  // Loading `node:http` takes longer than loading all of corsac, and servers load it themselves.
  const { ServerResponse: { prototype } } = require('node:http')
  nativeWriteHead = prototype.writeHead
  if (nativeWriteHead[REPLACED] === undefined) prototype.writeHead = writeHeadOfPrototype
}

function applyHeaders (template, fields, response, reports, status) {
  const headers = new NodeHeaders(response)
  applyTemplate(template, fields, headers, reports)
  reports.debugger?.applied(template, fields, headers, status ?? 0)
}

/** Replaces the `writeHead` of the prototype. */
function writeHeadOfPrototype (status, message, headers) {
  const pending = this[PENDING]
  // If the response has a function of its own, the decision has been applied there.
  if (pending === undefined || pending.writeHead !== nativeWriteHead || this.headersSent) return nativeWriteHead.apply(this, arguments)
  const { template, fields, reports } = pending
  if (reports.debugger === undefined) {
    const given = givenHeaders(message, headers)
    const present = this.getHeaderNames()
    if (!hasAny(present, template.names)) {
      // Usually there is nothing to merge or replace. If no headers were set, it costs least to pass those of the decision
      // on as a list. Otherwise, Node would set each header of the list, and setting them here costs less.
      if (present.length === 0) {
        const list = given === undefined ? headerList(template, fields) : extended(given, template, fields)
        if (list !== undefined) return nativeWriteHead.call(this, status, typeof message === 'string' ? message : list, list)
      } else if (given === undefined) {
        setHeaders(this, template, fields)
        return typeof message === 'string' ? nativeWriteHead.call(this, status, message) : nativeWriteHead.call(this, status)
      }
    }
  }
  return applyAndWrite(this, pending, arguments)
}

writeHeadOfPrototype[REPLACED] = true

/** Replaces the `writeHead` of a response that has a function of its own. */
function writeHeadOfResponse () {
  const pending = this[PENDING]
  if (pending === undefined || this.headersSent) return (pending?.writeHead ?? nativeWriteHead).apply(this, arguments)
  return applyAndWrite(this, pending, arguments)
}

/** Applies a decision to all headers, those that were set before and those that are given, and writes the head. */
function applyAndWrite (response, { template, fields, reports, writeHead }, given) {
  const [status, message, headers] = given
  const own = givenHeaders(message, headers)
  if (own !== undefined && !setGivenHeaders(response, own)) return writeHead.apply(response, given)
  applyHeaders(template, fields, response, reports, status)
  return typeof message === 'string' ? writeHead.call(response, status, message) : writeHead.call(response, status)
}

/** The headers among the arguments of `writeHead`: the last one, or the second one if there is no message. */
function givenHeaders (message, headers) {
  return headers ?? (typeof message === 'string' ? undefined : message) ?? undefined
}

/**
 * The headers that an application passed to `writeHead`, and those of a decision, as a list in which names and values alternate.
 * Fastify passes all headers in this way. With an object instead of the list, it takes 18 µs for a request instead of 13.
 *
 * @returns {unknown[] | undefined} undefined unless the headers are an object with none of the decision's names
 */
function extended (given, template, fields) {
  if (typeof given !== 'object' || Array.isArray(given)) return undefined
  const list = []
  const names = Object.keys(given)
  for (let i = 0; i < names.length; i++) {
    if (template.names.has(names[i].toLowerCase())) return undefined
    list.push(names[i], given[names[i]])
  }
  const own = headerList(template, fields)
  for (let i = 0; i < own.length; i++) list.push(own[i])
  return list
}

/**
 * Whether one of these names is that of a header. Most responses have few headers, so it costs less to go through the
 * headers than to look up each name.
 *
 * @param {string[]} present the names of a response's headers
 * @param {Set<string>} names
 */
function hasAny (present, names) {
  for (let i = 0; i < present.length; i++) {
    if (names.has(present[i])) return true
  }
  return false
}

/** Sets the headers of a decision on a response that has none of these names. */
function setHeaders (response, { headers }, fields) {
  for (let i = 0; i < headers.length; i++) response.setHeader(headers[i].name, headerValue(headers[i].value, fields))
}

/**
 * Sets the headers that an application passed to `writeHead`, as Node itself does if headers were set before.
 *
 * @returns {boolean} false for a list that Node refuses with an error of its own
 */
function setGivenHeaders (response, headers) {
  if (Array.isArray(headers)) {
    const flat = Array.isArray(headers[0]) ? headers.flatMap((pair) => [pair[0], pair[1]]) : headers
    if (flat.length % 2 !== 0) return false
    for (let i = 0; i < flat.length; i += 2) response.removeHeader(flat[i])
    for (let i = 0; i < flat.length; i += 2) appendHeader(response, flat[i], flat[i + 1])
    return true
  }
  // Node also accepts values that are not objects, and most of them have no keys.
  for (const name of Object.keys(headers)) {
    if (name) response.setHeader(name, headers[name])
  }
  return true
}

/** Does the same as Node's `appendHeader`, which not every response has. */
function appendHeader (response, name, value) {
  const before = response.getHeader(name)
  if (before === undefined) response.setHeader(name, value)
  else response.setHeader(name, [before, value].flat())
}

module.exports = { applyOnHead }
