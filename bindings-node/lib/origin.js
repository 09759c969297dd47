'use strict'

// The application's function that is asked about origins, as the `cors` package has it or as corsac does.

const { SAID } = require('./compiled.js')
const { ask } = require('./ask.js')

/**
 * @typedef {object} Predicate
 * @property {'cors' | 'corsac'} form
 * @property {Function} call
 * @property {(answer: unknown) => import('./compiled.js').Compiled} [compile] the policy of an answer in patterns
 */

/**
 * Asks a layer's predicate about an origin.
 *
 * @param {import('./layer.js').Layer} layer
 * @param {unknown} request as the host's applications know it
 * @param {(error: unknown, said: number) => void} done
 */
function askOrigin (layer, origin, request, done) {
  const { form, call, compile } = layer.predicate
  // The package's functions get their callback second, so the request comes third.
  const asked = form === 'cors' ? (callback) => call(origin, callback, request) : () => call(origin, request)
  const way = {
    callback: form === 'cors' && call.length > 1,
    timeout: layer.settings.timeout,
    what: form === 'cors' ? 'the `origin` function' : '`allowOrigin`'
  }
  ask(asked, way, (error, answer) => {
    let said = SAID.FAILED
    if (error === null) {
      try {
        said = meant(answer, origin, compile)
      } catch (reason) {
        error = reason
      }
    }
    done(error, said)
  })
}

function meant (answer, origin, compile) {
  if (answer === true) return SAID.ALLOW
  if (!answer) return SAID.DENY
  if (compile === undefined || typeof answer === 'function') {
    throw new TypeError(`corsac: an origin function cannot answer with a ${typeof answer}`)
  }
  // Patterns: what they say of this origin is the answer.
  const { decide, shapes } = compile(answer)
  const { reason } = shapes[decide(origin)]
  return reason === 'origin-allowed' || reason === 'any-origin' ? SAID.ALLOW : SAID.DENY
}

module.exports = { askOrigin }
