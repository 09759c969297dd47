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
      const headers = new Headers()
      put(new Target(headers), answer, pieces, layer)
      for (const [name, value] of headers) c.header(name, value, { append: true })
      throw error
    }
    if (answer.responds) return answered(answer, pieces, layer)
    await next()
    const response = dressed(c.res, answer, pieces, layer)
    if (response === c.res) return
    // Hono copies the headers of the response before, unless there is none.
    c.res = undefined
    c.res = response
  }
}
