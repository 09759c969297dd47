'use strict'

// Elysia, on Bun and on Node. The policy is around everything that Elysia does with a request, so its 404, its validation
// errors and everything that is thrown have the headers. Elysia has one such surrounding function for an application and all
// applications inside it, so the policy belongs to the outermost application.

const { decideRequest } = require('../decide/decide.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { readWebRequest } = require('../request/web-request.js')
const { appliedResponse, ownResponse } = require('../response/web-response.js')
const { warn } = require('../runtime.js')

/** All plugins that `cors()` made. */
const plugins = new WeakSet()

module.exports = function cors (options, settings) {
  const provider = new PolicyProvider(options, settings, { seesUpgrades: true })
  /** For each request, why a function among the options failed: null if none did. Only requests that reached the policy are in it. */
  const failures = new WeakMap()

  const surround = (handle) => async function corsac (request, ...rest) {
    let decided
    try {
      decided = await decideRequest(provider, readWebRequest(request), request)
    } catch (error) {
      // There is no policy.
      failures.set(request, error)
      return handle(request, ...rest)
    }
    failures.set(request, decided.error)
    if (decided.template.responds) return ownResponse(decided)
    return appliedResponse(await handle(request, ...rest), decided)
  }

  plugins.add(corsac)
  return corsac

  function corsac (app) {
    requireWrap(app)
    const used = pluginOf(app)
    if (used === corsac) return app
    if (used !== undefined) throw secondPolicy()
    // Elysia sets both methods on an application that another one uses; `group` sets only `getServer`.
    if (Object.hasOwn(app, 'getParent') || Object.hasOwn(app, 'getServer')) throw innerPolicy()
    refuseParents(app, corsac)
    // A failure is thrown here, so that Elysia's own error handlers respond to it.
    app.onRequest(function corsac ({ request, set }) {
      const failure = failures.has(request) ? failures.get(request) : notDecided()
      if (failure === null) return
      set.status = 500
      throw failure
    })
    app.wrap(surround)
    // Elysia computes a checksum of each function's text, and calls only one of those with the same checksum. The
    // functions of other policies have the same text.
    app.extender.higherOrderFunctions.at(-1).checksum = corsac
    return app
  }
}

/** Refuses an application that would not call the policy. */
function requireWrap (app) {
  if (typeof app?.wrap !== 'function') throw new TypeError('corsac: this is a plugin of Elysia: write `new Elysia().use(cors(options))`')
  if (app.config?.aot === false) {
    throw new TypeError('corsac: with `aot: false`, Elysia does not call functions that wrap its own: leave `aot` out, or put `cors(options)` of ' +
      '`corsac/web` around `app.fetch`')
  }
}

/** The plugin of this package that an application uses. The application of a `group` or `guard` shares it with the one outside. */
function pluginOf (app) {
  return app.extender.higherOrderFunctions.find(({ checksum }) => plugins.has(checksum))?.checksum
}

/**
 * Makes an application throw as soon as another one uses it, unless that one already uses the same policy. Elysia would put the
 * policy around all of the other application, or, with `aot: false` there, around nothing.
 */
function refuseParents (app, plugin) {
  const { getParent, getServer } = app
  let hasSamePolicy = false
  property(app, 'getParent', getParent, (given) => {
    hasSamePolicy = pluginOf(given()) === plugin
    if (!hasSamePolicy) throw innerPolicy()
  })
  // For `guard` and for async functions, Elysia sets `getServer` and not `getParent`.
  property(app, 'getServer', getServer, (given, asks) => {
    if (!hasSamePolicy && !asks(given)) throw innerPolicy()
  })
}

/**
 * Defines a method of an application, and checks each function with which Elysia replaces that method.
 *
 * @param {(given: Function, asks: (given: Function) => boolean) => void} check throws if the method must not be replaced; `asks`
 * says whether the new function calls this application's own method, as it does if an async plugin got this application as its
 * argument and returned it
 */
function property (app, name, method, check) {
  let current = method
  const asks = (given) => {
    let isAsked = false
    const before = current
    current = () => { isAsked = true; return null }
    try {
      given()
    } finally {
      current = before
    }
    return isAsked
  }
  Object.defineProperty(app, name, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set (given) {
      check(given, asks)
      current = given
    }
  })
}

function secondPolicy () {
  return new TypeError('corsac: this application already uses another policy, and Elysia would call only one of the two: keep one `cors(options)`, ' +
    'with the settings of other paths in `options.routes`')
}

function innerPolicy () {
  return new TypeError('corsac: this `cors(options)` is in an application that another one uses, and Elysia has one policy for all of them: move it to ' +
    'the outermost application, before its `use`, `group` and `guard`, with the settings of other paths in `options.routes`')
}

/** For a request that reached Elysia without a decision. */
function notDecided () {
  const error = new Error('corsac: Elysia did not call the policy for this request: use `cors(options)` in the outermost application, without `aot: false`')
  warn(error.message, { code: 'CORSAC_NOT_DECIDED' })
  return error
}
