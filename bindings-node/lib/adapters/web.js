'use strict'

// Hosts that have the web's `Request` and `Response`: Next.js route handlers, Bun, Deno, workers.

const { decide } = require('../decide.js')
const { answered, dressed, read } = require('../web.js')
const { Source } = require('../source.js')

module.exports = function cors (options, settings) {
  const source = new Source(options, settings, { seesUpgrades: true })
  return function wrap (handler) {
    return async function corsac (request, ...rest) {
      const { layer, answer, pieces, error } = await decide(source, read(request), request)
      if (error !== null) throw error
      if (answer.responds) return answered(answer, pieces, layer)
      return dressed(await handler(request, ...rest), answer, pieces, layer)
    }
  }
}
