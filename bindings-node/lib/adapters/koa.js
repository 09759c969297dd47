'use strict'

// Koa. The headers are added when Node writes the status and headers. So Koa's error responses have them too,
// although Koa removes all headers before it responds with an error.

const { decideRequest } = require('../decide/decide.js')
const { beforeInKoa } = require('../decide/order.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { applyOnHead } = require('../response/node-response.js')

/**
 * Node's request, with the `url` that it had before mounting changed it. Whether it is secure
 * depends on Koa's own setting for trusted proxies.
 */
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
