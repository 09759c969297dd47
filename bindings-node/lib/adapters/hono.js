'use strict'

// Hono.

const { decideRequest } = require('../decide/decide.js')
const { beforeInHono } = require('../decide/order.js')
const { facts } = require('../engine.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { readWebRequest } = require('../request/web-request.js')
const { appliedHeaders, appliedResponse, ownResponse } = require('../response/web-response.js')

module.exports = function cors (options, settings) {
  const provider = new PolicyProvider(options, settings, { seesUpgrades: true })
  return async function corsac (c, next) {
    const decided = await decideRequest(provider, readWebRequest(c.req.raw, c.env?.incoming), c)
    decided.policy.reports.debugger?.checkOrder(corsac, () => beforeInHono(c.req, corsac))
    if (decided.error !== null) {
      // The response of Hono's error handler gets the headers that are prepared here.
      const headers = appliedHeaders(decided, c.res.headers)
      const { names } = decided.template
      const all = decided.policy.reports.debugger === undefined ? names : [...names, facts.serverTiming]
      for (const name of all) c.header(name, headers.get(name) ?? undefined)
      throw decided.error
    }
    if (decided.template.responds) return replaceResponse(c, ownResponse(decided, c.res.headers))
    await next()
    const response = appliedResponse(c.res, decided)
    if (response !== c.res) replaceResponse(c, response)
  }
}

/**
 * Hono copies the headers of the previous response onto the next one. Without a previous response, it copies none.
 */
function replaceResponse (c, response) {
  c.res = undefined
  c.res = response
}
