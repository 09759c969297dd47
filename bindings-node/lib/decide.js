'use strict'

// From a request to an answer, for every kind of host.

const { Pieces, answerAt } = require('./answers.js')
const { NOTHING, read } = require('./request.js')

/**
 * The index of the answer to a request of which something was read, with at most one call of native code; negative where a function of the application has to
 * be asked.
 *
 * @param {import('./layer.js').Layer} layer
 * @param {Pieces} pieces not `NOTHING`
 */
function look (layer, isOptions, pieces) {
  if (!layer.isPlain) return resolve(layer, isOptions, pieces)
  return isOptions
    ? layer.decidePreflight(pieces.origin, pieces.requestMethod, pieces.requestHeaders, pieces.privateNetwork)
    : layer.decide(pieces.origin)
}

/**
 * The same with what the application's function said, one of `SAID`.
 *
 * @param {number} [said]
 */
function resolve (layer, isOptions, pieces, said) {
  if (isOptions) {
    return layer.decidePreflight(pieces.origin, pieces.requestMethod, pieces.requestHeaders, pieces.privateNetwork, pieces.path, said)
  }
  return layer.protection ? judge(layer, pieces, said) : layer.decide(pieces.origin, pieces.path, said)
}

/** The index of the answer to a request that may be refused whoever may read it. */
function judge ({ compiled }, pieces, said) {
  return compiled.judge(pieces.method, pieces.flags, pieces.origin, pieces.path, pieces.host, pieces.site, pieces.upgrade, pieces.key, said)
}

/**
 * Asks the application about the request's origin.
 *
 * @param {number} index what `look` gave
 * @param {unknown} request as the host's applications know it
 * @param {(error: unknown, answer: import('./answers.js').Answer) => void} done with an error as well as with the
 *   answer that the error's response gets
 */
function ask (layer, index, isOptions, pieces, request, done) {
  layer.predicates.ask(index, pieces.origin, request, layer.settings.timeout, (error, said) => {
    // Without the method that it asks for a preflight is none: the host's error handler answers it.
    const asked = error === null || !isOptions ? pieces : Object.assign(new Pieces(pieces.origin), { path: pieces.path })
    const answer = answerAt(layer.compiled, resolve(layer, isOptions, asked, said))
    if (error !== null && answer.responds) {
      // It is refused whatever the function would have said, and the application may not run.
      layer.failed(error)
      error = null
    }
    done(error, answer)
  })
}

/**
 * All of it, for hosts that wait for promises.
 *
 * @param {import('./source.js').Source} source
 * @param {import('./request.js').Incoming} incoming
 * @param {unknown} host the request as the host's applications know it
 * @param {(host: any) => import('./request.js').Incoming} [more] what it is where more than the headers of CORS matters
 * @returns {Promise<{ layer: import('./layer.js').Layer, answer: import('./answers.js').Answer, pieces: Pieces, error: unknown }>}
 *   rejected where there is no policy; `error` where a function failed, null if none did
 */
function decide (source, incoming, host, more) {
  return new Promise((resolve, reject) => {
    source.choose(host, (error, layer) => {
      if (layer === undefined) return reject(error)
      const complaint = layer.upgrades?.complaint(incoming, layer)
      if (complaint !== undefined) return reject(complaint)
      const request = layer.isPlain || more === undefined ? incoming : more(host)
      const isOptions = request.method === 'OPTIONS'
      const pieces = read(layer, request, isOptions)
      const done = (error, answer) => {
        layer.watch(answer, pieces, request, host)
        resolve({ layer, answer, pieces, error })
      }
      if (pieces === NOTHING) return done(null, isOptions ? layer.options : layer.plain)
      const index = look(layer, isOptions, pieces)
      if (index < 0) ask(layer, index, isOptions, pieces, host, done)
      else done(null, answerAt(layer.compiled, index))
    })
  })
}

module.exports = { ask, decide, judge, look, resolve }
