'use strict'

// Fastify: a plugin for the context in which it is registered, and all contexts inside it.

const { decideRequest } = require('../decide/decide.js')
const { PolicyProvider } = require('../policy/policy-provider.js')
const { PREFLIGHT_METHOD } = require('../request/request-headers.js')
const { applyOnHead } = require('../response/node-response.js')

function plugin (fastify, given, done) {
  // Fastify itself reads the first three options of a plugin.
  const { prefix, logLevel, logSerializers, policy, hook = 'onRequest', onDecision, timeout, verifiesUpgrades, debug, ...options } = given
  const hasOptions = Object.keys(options).length > 0
  if (policy !== undefined && hasOptions) {
    return done(new TypeError(`corsac: \`policy\` and \`${Object.keys(options)[0]}\` are given: keep one of them`))
  }
  let provider
  try {
    const named = Object.entries({ onDecision, timeout, verifiesUpgrades, debug })
    const settings = Object.fromEntries(named.filter(([, value]) => value !== undefined))
    provider = new PolicyProvider(policy ?? options, settings)
  } catch (error) {
    return done(error)
  }

  fastify.addHook(hook, async (request, reply) => {
    const { policy, template, fields, error } = await decideRequest(provider, request.raw, request, readRequest)
    applyOnHead(reply.raw, template, fields, policy.reports)
    if (error !== null) throw error
    if (!template.responds) return
    reply.code(template.status)
    return template.body === '' ? reply.send() : reply.send(template.body)
  })
  // Without a route Fastify runs the hooks of the context in which its handler for 404 was set.
  const everything = `${fastify.prefix}/*`.replace('//', '/')
  if (!fastify.hasRoute({ method: PREFLIGHT_METHOD, url: everything })) {
    fastify.route({ method: PREFLIGHT_METHOD, url: '/*', schema: { hide: true }, handler: (request, reply) => reply.callNotFound() })
  }
  done()
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
