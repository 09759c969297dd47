'use strict'

// Puts an answer's headers on a response of Node as its head is written: whatever the application sets until then
// is known, so that `Vary` can be merged and what corsac owns can be replaced.

const { ServerResponse } = require('node:http')
const { object, text } = require('./answers.js')
const { mergeVary } = require('./vary.js')

const HELD = Symbol('corsac.held')
const nativeWriteHead = ServerResponse.prototype.writeHead

/** What a response holds until its head is written. */
class Held {
  /**
   * @param {import('./answers.js').Answer} answer
   * @param {import('./answers.js').Pieces} pieces
   * @param {import('./layer.js').Layer} layer
   * @param {Function} writeHead the one that was there before
   */
  constructor (answer, pieces, layer, writeHead) {
    this.answer = answer
    this.pieces = pieces
    this.layer = layer
    this.writeHead = writeHead
  }
}

/**
 * Sees to it that the response gets the answer's headers. Where several layers run for one request the last one,
 * which is the one closest to the application, wins.
 */
function hold (response, answer, pieces, layer) {
  const held = response[HELD]
  if (held !== undefined) {
    held.answer = answer
    held.pieces = pieces
    held.layer = layer
  } else if (typeof response.writeHead === 'function') {
    response[HELD] = new Held(answer, pieces, layer, response.writeHead)
    response.writeHead = writeHead
  } else {
    put(response, answer, pieces, layer)
  }
}

/** Stands in for a response's own `writeHead`; one function for all of them. */
function writeHead (status, message, headers) {
  const held = this[HELD]
  if (held === undefined || this.headersSent) return (held?.writeHead ?? nativeWriteHead).apply(this, arguments)
  const { answer, pieces } = held
  const own = headers ?? (typeof message === 'string' ? undefined : message)
  if (own !== undefined && own !== null) {
    if (!accept(this, own)) return held.writeHead.apply(this, arguments)
  } else if (held.writeHead === nativeWriteHead && !hasAny(this, answer.names)) {
    // The common case, in which setting each header would cost more than all the rest.
    const ours = object(answer, pieces)
    return nativeWriteHead.call(this, status, typeof message === 'string' ? message : ours, ours)
  }
  put(this, answer, pieces, held.layer)
  return typeof message === 'string' ? held.writeHead.call(this, status, message) : held.writeHead.call(this, status)
}

function hasAny (response, names) {
  for (let i = 0; i < names.length; i++) {
    if (response.hasHeader(names[i])) return true
  }
  return false
}

/**
 * Sets the headers that an application gave to `writeHead`, as Node itself does where headers were set before.
 *
 * @returns {boolean} false where Node refuses them: it has its own errors for that
 */
function accept (response, headers) {
  if (Array.isArray(headers)) {
    const flat = Array.isArray(headers[0]) ? headers.flatMap((pair) => [pair[0], pair[1]]) : headers
    if (flat.length % 2 !== 0) return false
    for (let i = 0; i < flat.length; i += 2) response.removeHeader(flat[i])
    for (let i = 0; i < flat.length; i += 2) append(response, flat[i], flat[i + 1])
    return true
  }
  if (typeof headers !== 'object') return false
  for (const name of Object.keys(headers)) {
    if (name) response.setHeader(name, headers[name])
  }
  return true
}

function append (response, name, value) {
  const before = response.getHeader(name)
  if (before === undefined) response.setHeader(name, value)
  else response.setHeader(name, [before, value].flat())
}

/** Sets the headers now. */
function put (response, answer, pieces, layer) {
  for (const name of answer.removed) {
    const before = response.getHeader?.(name)
    if (before === undefined) continue
    if (!answer.responds) layer.replaced(name, before)
    response.removeHeader?.(name)
  }
  let kept = false
  for (const { name, value, op } of answer.headers) {
    const before = response.getHeader?.(name)
    if (op === 'default') {
      // What stands after one that the application has set goes with it.
      kept ||= before !== undefined
      if (kept) continue
    }
    const now = text(value, pieces)
    if (before === undefined) {
      response.setHeader(name, now)
    } else if (op === 'merge') {
      response.setHeader(name, mergeVary(lines(before), now))
    } else if (op === 'set') {
      if (!answer.responds && String(before) !== String(now)) layer.replaced(name, before)
      response.setHeader(name, now)
    }
  }
}

/** A header's value as an application may have set it. */
function lines (value) {
  return Array.isArray(value) ? value.map(String) : String(value)
}

module.exports = { hold, put }
