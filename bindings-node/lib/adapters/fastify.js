'use strict'

// Fastify: a plugin for the context that it is registered in, and all below it.

const { decide } = require('../decide.js')
const { hold } = require('../head.js')
const { Source } = require('../source.js')

function plugin (fastify, given, done) {
  // What Fastify itself reads of a plugin's options is not the policy's.
  const { prefix, logLevel, logSerializers, policy, hook = 'onRequest', onDecision, timeout, verifiesUpgrades, ...options } = given
  const isGiven = Object.keys(options).length > 0
  if (policy !== undefined && isGiven) {
    return done(new TypeError(`corsac: \`policy\` and \`${Object.keys(options)[0]}\` are given: keep one of them`))
  }
  let source
  try {
    const named = Object.entries({ onDecision, timeout, verifiesUpgrades })
    const settings = Object.fromEntries(named.filter(([, value]) => value !== undefined))
    source = new Source(policy ?? options, settings)
  } catch (error) {
    return done(error)
  }

  fastify.addHook(hook, async (request, reply) => {
    const { layer, answer, pieces, error } = await decide(source, request.raw, request, incoming)
    hold(reply.raw, answer, pieces, layer)
    if (error !== null) throw error
    if (!answer.responds) return
    reply.code(answer.status)
    return answer.body === '' ? reply.send() : reply.send(answer.body)
  })
  // Without a route Fastify runs the hooks of the context in which its handler for 404 was set.
  const everything = `${fastify.prefix}/*`.replace('//', '/')
  if (!fastify.hasRoute({ method: 'OPTIONS', url: everything })) {
    fastify.options('/*', { schema: { hide: true } }, (request, reply) => reply.callNotFound())
  }
  done()
}

/** The request of Node, with what Fastify makes of its own setting of which proxies are trusted. */
function incoming ({ raw, originalUrl, protocol }) {
  const { headers, method, rawHeaders } = raw
  return { headers, method, rawHeaders, originalUrl, secure: /^https$/.test(protocol) }
}

module.exports = Object.assign(plugin, {
  // Fastify's own way to say that a plugin is not a context of its own.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'corsac',
  [Symbol.for('plugin-meta')]: { name: 'corsac', fastify: '5.x' }
})
