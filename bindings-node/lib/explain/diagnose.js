'use strict'

const engine = require('../engine.js')
const { encode } = require('../policy/options-encoder.js')
const { bytesOf, types } = require('../runtime.js')
const { explanationOf } = require('./explanation.js')

/** Explains how a browser handles a request and the responses that any server gave. */
function diagnose (exchange) {
  return explainBy(engine.diagnose, exchange)
}

/**
 * @param {(format: 'json' | 'encoded', text: Uint8Array) => string} explain a function of the engine
 * @param {unknown} exchange an object, or JSON
 */
function explainBy (explain, exchange) {
  if (typeof exchange === 'string' || types.isUint8Array(exchange)) return explanationOf(JSON.parse(explain('json', bytesOf(exchange))))
  return explanationOf(JSON.parse(explain('encoded', bytesOf(encode(exchange, 'exchange').text))))
}

/**
 * Explains captured responses.
 *
 * @param {(format: 'captured', text: Uint8Array) => string} explain `explain` of the engine, or of
 * the server's policy
 * @param {string} exchange JSON
 */
function explainCaptured (explain, exchange) {
  const returned = JSON.parse(explain('captured', bytesOf(exchange)))
  const [, , isReadable, isBlocked] = returned
  return { explanation: explanationOf(returned), isReadable, isBlocked }
}

module.exports = { diagnose, explainBy, explainCaptured }
