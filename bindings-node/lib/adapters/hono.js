'use strict'

// Hono.

const { decide } = require('../decide.js')
const { put } = require('../head.js')
const { Source } = require('../source.js')
const { Target, answered, dressed, read } = require('../web.js')

module.exports = function cors (options, settings) {
  const source = new Source(options, settings, { seesUpgrades: true })
  return async function corsac (c, next) {
    const { layer, answer, pieces, error } = await decide(source, read(c.req.raw, c.env?.incoming), c)
    if (error !== null) {
      // Hono's error handler answers with what is prepared here.
      const headers = new Headers(c.res.headers)
      put(new Target(headers), answer, pieces, layer)
      for (const name of answer.names) c.header(name, headers.get(name) ?? undefined)
      throw error
    }
    if (answer.responds) return replace(c, answered(answer, pieces, layer, c.res.headers))
    await next()
    const response = dressed(c.res, answer, pieces, layer)
    if (response !== c.res) replace(c, response)
  }
}

/** Hono copies the headers of the response before onto the next one, unless there is none. */
function replace (c, response) {
  c.res = undefined
  c.res = response
}
