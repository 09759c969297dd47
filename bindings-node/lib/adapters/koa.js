'use strict'

// Koa. The headers go on as Node writes the head, so they stay where Koa answers an error, for which it takes all
// headers off.

const { decide } = require('../decide.js')
const { hold } = require('../head.js')
const { Source } = require('../source.js')

/** The request of Node: what is mounted changes its `url`, and Koa has its own setting of which proxies are trusted. */
function incoming ({ req, originalUrl, secure }) {
  const { headers, method, rawHeaders } = req
  return { headers, method, rawHeaders, originalUrl: req.originalUrl ?? originalUrl, secure }
}

module.exports = function cors (options, settings) {
  const source = new Source(options, settings)
  return async function corsac (ctx, next) {
    const { layer, answer, pieces, error } = await decide(source, ctx.req, ctx, incoming)
    hold(ctx.res, answer, pieces, layer)
    if (error !== null) throw error
    if (!answer.responds) return next()
    ctx.status = answer.status
    ctx.body = answer.body
    // Koa makes a status of its own of an empty body.
    ctx.status = answer.status
  }
}
