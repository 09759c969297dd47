'use strict'

// Koa. The headers go on as Node writes the head, so they are there where Koa answers with an error as well, for which it
// removes all headers.

const { decideRequest } = require('../decide/decide.js')
const { beforeInKoa } = require('../decide/order.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { applyOnHead } = require('../response/node-response.js')

/** Node's request: mounting changes its `url`, and Koa has its own setting of which proxies are trusted. */
function readRequest ({ req, originalUrl, secure }) {
  const { headers, method, rawHeaders } = req
  return { headers, method, rawHeaders, originalUrl: req.originalUrl ?? originalUrl, secure }
}

module.exports = function cors (options, settings) {
  const provider = new PolicyProvider(options, settings)
  return async function corsac (ctx, next) {
    const { policy, template, fields, error } = await decideRequest(provider, ctx.req, ctx, readRequest)
    policy.reports.debugger?.checkOrder(corsac, () => beforeInKoa(ctx.app, corsac))
    applyOnHead(ctx.res, template, fields, policy.reports)
    if (error !== null) throw error
    if (!template.responds) return next()
    ctx.status = template.status
    ctx.body = template.body
    // An empty body makes Koa set another status.
    ctx.status = template.status
  }
}
