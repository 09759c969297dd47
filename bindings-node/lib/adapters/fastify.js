'use strict'

// Fastify: a plugin for the context in which it is registered, and all contexts inside it.

const { decideByPolicy, decideRequest } = require('../decide/decide.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { PREFLIGHT_METHOD } = require('../request/request-headers.js')
const { applyOnHead } = require('../response/node-response.js')

/** The hooks that Fastify runs before a handler. */
const HOOKS = ['onRequest', 'preParsing', 'preValidation', 'preHandler']

function plugin (fastify, given, done) {
  // Fastify itself reads the first three of these options.
  const { prefix, logLevel, logSerializers, policy, hook = 'onRequest', onDecision, timeout, verifiesUpgrades, debug, ...options } = given
  const hasOptions = Object.keys(options).length > 0
  if (policy !== undefined && hasOptions) {
    return done(new TypeError(`corsac: \`policy\` and \`${Object.keys(options)[0]}\` are given: keep one of them`))
  }
  if (!HOOKS.includes(hook)) {
    return done(new TypeError(`corsac: \`hook\` takes one of ${HOOKS.join(', ')}: requests are decided before their handlers run`))
  }
  let provider
  try {
    const named = Object.entries({ onDecision, timeout, verifiesUpgrades, debug })
    const settings = Object.fromEntries(named.filter(([, value]) => value !== undefined))
    provider = new PolicyProvider(policy ?? options, settings)
  } catch (error) {
    return done(error)
  }

  /** Decides. Calls `responded` if corsac responds, and `done` otherwise. */
  const respond = (request, reply, done, responded) => {
    decideFor(provider, request, (error, decided) => {
      if (decided === undefined) return done(error)
      const { template } = decided
      try {
        apply(reply, decided)
      } catch (failure) {
        // If this runs in the callback of a promise, nothing else would catch the error, and the process would end.
        return done(failure)
      }
      if (decided.error !== null) done(decided.error)
      else if (!template.responds) done()
      else responded?.()
    })
  }
  fastify.addHook(hook, hook === 'preParsing'
    ? (request, reply, payload, done) => { respond(request, reply, done) }
    : (request, reply, done) => { respond(request, reply, done) })
  coverRouter(fastify, respond)
  // If no route matches, Fastify runs the hooks of the context in which the handler for 404 was set, which may be another one. So
  // preflights get a route in the plugin's context.
  const everything = `${fastify.prefix}/*`.replace('//', '/')
  if (!fastify.hasRoute({ method: PREFLIGHT_METHOD, url: everything })) {
    fastify.route({ method: PREFLIGHT_METHOD, url: '/*', schema: { hide: true }, handler: (request, reply) => reply.callNotFound() })
  }
  done()
}

/**
 * Applies a decision to the response, and sends it if the application does not run. Throws if it cannot be sent, for example
 * because an earlier hook set a wrong header.
 */
function apply (reply, { policy, template, fields, error }) {
  applyOnHead(reply.raw, template, fields, policy.reports)
  if (error !== null || !template.responds) return
  reply.code(template.status)
  if (template.body === '') reply.send()
  else reply.send(template.body)
}

/**
 * Decides a request. A promise for each would cost more than the decision, so there is one only if a function of the application may
 * have to be asked. In that case, the code after the decision runs in the asynchronous context of the request, whoever calls the
 * function's callback.
 *
 * @param {(error: unknown, decided?: import('../decide/decide.js').Decided) => void} done
 */
function decideFor (provider, request, done) {
  const policy = provider.policy ?? provider.current
  if (policy !== undefined && policy.predicates === undefined) decideByPolicy(policy, request.raw, request, readRequest, done)
  else decideRequest(provider, request.raw, request, readRequest).then((decided) => { done(null, decided) }, done)
}

/** For each application, the functions that respond to the router's errors: one for each registration of the plugin. The key is
 * the application's options. */
const routerPolicies = new WeakMap()

/**
 * Answers the errors of Fastify's router under the policy: a URL that cannot be decoded, a parameter that is too long, a
 * constraint that fails. No hook runs for them. They belong to no context, so they are covered if the plugin is registered in the
 * outermost one.
 *
 * @param {(request: object, reply: object, done: (error?: unknown) => void, responded: () => void) => void} respond
 */
function coverRouter (fastify, respond) {
  // Contexts inherit the server from the outermost one.
  const options = Object.hasOwn(fastify, 'server') ? fastify[optionsKey(fastify)] : undefined
  if (options === undefined) return
  const registered = routerPolicies.get(options)
  if (registered !== undefined) {
    registered.push(respond)
    return
  }
  const all = [respond]
  routerPolicies.set(options, all)
  const own = options.frameworkErrors ?? sendRouterError
  options.frameworkErrors = function frameworkErrors (error, request, reply) {
    respondInTurn(all, request, reply)
      // The policy's function failed.
      .catch(() => {})
      .then(() => { if (!reply.sent) own.call(this, error, request, reply) })
  }
}

/** Calls these functions one after the other until one responds, as Fastify calls the hooks of a route. */
async function respondInTurn (all, request, reply) {
  for (const respond of all) {
    await new Promise((resolve, reject) => {
      respond(request, reply, (error) => error === undefined ? resolve() : reject(error), resolve)
    })
    if (reply.sent) return
  }
}

/** The key of the options with which Fastify was created. The router reads `frameworkErrors` from them for each error. */
function optionsKey (fastify) {
  return Object.getOwnPropertySymbols(fastify).find(({ description }) => description === 'fastify.options')
}

/** What Fastify sends if it was created without `frameworkErrors`. */
function sendRouterError (routerError, request, reply) {
  const { message, statusCode } = routerError
  // In the body for a constraint that failed, Fastify leaves the code out.
  const code = routerError.code === 'FST_ERR_ASYNC_CONSTRAINT' ? undefined : routerError.code
  const error = routerError instanceof URIError ? 'Bad Request' : 'Internal Server Error'
  reply.code(statusCode).send({ error, code, message, statusCode })
}

/** Node's request. Whether it is secure depends on Fastify's own setting for trusted proxies. */
function readRequest ({ raw, originalUrl, protocol }) {
  const { headers, method, rawHeaders } = raw
  return { headers, method, rawHeaders, originalUrl, secure: /^https$/.test(protocol) }
}

module.exports = Object.assign(plugin, {
  // With this symbol, Fastify does not make a context of its own for the plugin.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'corsac',
  [Symbol.for('plugin-meta')]: { name: 'corsac', fastify: '5.x' }
})
