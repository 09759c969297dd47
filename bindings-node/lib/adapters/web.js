'use strict'

// Hosts that have the web's `Request` and `Response`: Next.js route handlers, Bun, Deno, workers.

const { decideRequest } = require('../decide/decide.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { readWebRequest } = require('../request/web-request.js')
const { appliedResponse, ownResponse } = require('../response/web-response.js')

module.exports = function cors (options, settings) {
  const provider = new PolicyProvider(options, settings, { seesUpgrades: true })
  return function wrap (handler) {
    return async function corsac (request, ...rest) {
      const decided = await decideRequest(provider, readWebRequest(request), request)
      if (decided.error !== null) throw decided.error
      if (decided.template.responds) return ownResponse(decided)
      return appliedResponse(await handler(request, ...rest), decided)
    }
  }
}
