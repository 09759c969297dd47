'use strict'

// From a request to an answer, for every kind of host.

const { ASK, SAID } = require('./compiled.js')
const { Pieces } = require('./answers.js')
const { askOrigin } = require('./origin.js')

/** The pieces of a request without Origin, which no answer repeats anything of. */
const NOTHING = new Pieces(undefined, undefined, undefined, undefined)

/** @param {{ headers: Record<string, string | string[] | undefined> }} request */
function read ({ headers }, isOptions) {
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

/** A header's value, its lines joined where a host gives them apart. */
function line (value) {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/**
 * The answer, with at most one call of native code; undefined where a function of the application has to be asked.
 *
 * @param {import('./layer.js').Layer} layer
 * @param {Pieces} pieces
 */
function look (layer, isOptions, pieces) {
  if (pieces === NOTHING) return isOptions ? layer.options : layer.plain
  const index = isOptions
    ? layer.decidePreflight(pieces.origin, pieces.requestMethod, pieces.requestHeaders, pieces.privateNetwork)
    : layer.decide(pieces.origin)
  return index === ASK ? undefined : layer.answers[index]
}

/**
 * Asks the application about the request's origin.
 *
 * @param {unknown} request as the host's applications know it
 * @param {(error: unknown, answer: import('./answers.js').Answer) => void} done with an error as well as with the
 *   answer that the error's response gets
 */
function ask (layer, isOptions, pieces, request, done) {
  askOrigin(layer, pieces.origin, request, (error, said) => {
    // Without the method that it asks for a preflight is none: the host's error handler answers it.
    if (error !== null) done(error, layer.resolve(SAID.FAILED, isOptions, new Pieces(pieces.origin)))
    else done(null, layer.resolve(said, isOptions, pieces))
  })
}

/**
 * All of it, for hosts that wait for promises.
 *
 * @param {import('./source.js').Source} source
 * @param {{ method: string, url: string, headers: object }} request
 * @param {unknown} host the request as the host's applications know it
 * @returns {Promise<{ layer: import('./layer.js').Layer, answer: import('./answers.js').Answer, pieces: Pieces, error: unknown }>}
 *   rejected where there is no policy; `error` where a function failed, null if none did
 */
function decide (source, request, host) {
  return new Promise((resolve, reject) => {
    source.choose(host, (error, layer) => {
      if (layer === undefined) return reject(error)
      const isOptions = request.method === 'OPTIONS'
      const pieces = read(request, isOptions)
      const done = (error, answer) => {
        layer.watch(answer, pieces, request, host)
        resolve({ layer, answer, pieces, error })
      }
      const answer = look(layer, isOptions, pieces)
      if (answer === undefined) ask(layer, isOptions, pieces, host, done)
      else done(null, answer)
    })
  })
}

module.exports = { ask, decide, look, read }
