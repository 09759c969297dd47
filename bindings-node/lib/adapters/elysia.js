'use strict'

// Elysia, on Bun and on Node. The policy is around everything that Elysia does with a request, so its 404, its errors of
// validation and everything that is thrown have the headers.

const { decideRequest } = require('../decide/decide.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { readWebRequest } = require('../request/web-request.js')
const { appliedResponse, ownResponse } = require('../response/web-response.js')

module.exports = function cors (options, settings) {
  const provider = new PolicyProvider(options, settings, { seesUpgrades: true })
  /** Why a function among the options failed, by the request. */
  const failures = new WeakMap()

  return function corsac (app) {
    requireWrap(app)
    // Elysia's own handlers of errors respond to it.
    app.onRequest(function corsac ({ request, set }) {
      if (!failures.has(request)) return
      set.status = 500
      throw failures.get(request)
    })
    return app.wrap((handle) => async function corsac (request, ...rest) {
      let decided
      try {
        decided = await decideRequest(provider, readWebRequest(request), request)
      } catch (error) {
        // There is no policy.
        failures.set(request, error)
        return handle(request, ...rest)
      }
      if (decided.error !== null) failures.set(request, decided.error)
      if (decided.template.responds) return ownResponse(decided)
      return appliedResponse(await handle(request, ...rest), decided)
    })
  }
}

/** Refuses an application that would not call the policy. */
function requireWrap (app) {
  if (typeof app?.wrap !== 'function') throw new TypeError('corsac: this is a plugin of Elysia: write `new Elysia().use(cors(options))`')
  if (app.config?.aot === false) {
    throw new TypeError('corsac: with `aot: false`, Elysia calls no function that is around its own: leave `aot` out, or put `cors(options)` of ' +
      '`corsac/web` around `app.fetch`')
  }
}
