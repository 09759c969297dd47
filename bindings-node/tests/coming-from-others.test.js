'use strict'

// Tests of each difference from the packages of other frameworks that docs/node.md names, with both as they are
// installed.

const assert = require('node:assert/strict')
const http = require('node:http')
const test = require('node:test')
const { ORIGIN, cors, listen, preflight, send } = require('./client.js')
const { rows } = require('./guide-tables.js')

const REFUSED = { code: 'ERR_CORSAC_CONFIG' }
const headers = { origin: ORIGIN }

/** One exchange with Fastify. */
async function fastify (plugin, options, request, build = () => {}) {
  const app = require('fastify')()
  await app.register(plugin, options)
  build(app)
  const answer = await app.inject({ url: '/', ...request })
  await app.close()
  const lines = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, [value].flat()]))
  return { status: answer.statusCode, ...cors({ headers: lines }) }
}

/** One exchange with Koa. */
async function koa (t, middleware, request = { headers }, handler = (ctx) => { ctx.body = 'x' }) {
  const Koa = require('koa')
  const app = new Koa()
  app.silent = true
  const port = await listen(t, http.createServer(app.use(middleware).use(handler).callback()))
  const answer = await send(port, request)
  return { status: answer.status, ...cors(answer) }
}

/** One exchange with Hono. */
async function hono (middleware, init = { headers }) {
  const { Hono } = await import('hono')
  const app = new Hono()
  app.use(middleware)
  app.get('/', (c) => c.text('x'))
  const answer = await app.request('/', init)
  const lines = Object.fromEntries([...answer.headers].map(([name, value]) => [name, [value]]))
  return { status: answer.status, ...cors({ headers: lines }) }
}

const FASTIFY = {
  async 'OPTIONS without the preflight\'s headers' () {
    const request = { method: 'OPTIONS', url: '/x' }
    assert.equal((await fastify(require('@fastify/cors'), {}, request)).status, 400)
    assert.equal((await fastify(require('corsac/fastify'), {}, request)).status, 404)
  },
  async 'headers of hijacked replies' () {
    const build = (app) => app.get('/', (request, reply) => { reply.hijack(); reply.raw.end('x') })
    assert.equal((await fastify(require('@fastify/cors'), { origin: [ORIGIN] }, { headers }, build))['allow-origin'], undefined)
    assert.equal((await fastify(require('corsac/fastify'), { origin: [ORIGIN] }, { headers }, build))['allow-origin'], ORIGIN)
  },
  async 'methods by default' () {
    const request = { method: 'OPTIONS', headers: preflight() }
    assert.doesNotMatch((await fastify(require('@fastify/cors'), {}, request))['allow-methods'], /PUT|DELETE|PATCH/)
    assert.equal((await fastify(require('corsac/fastify'), {}, request))['allow-methods'], 'GET, HEAD, POST, PUT, PATCH, DELETE')
  },
  async delegator () {
    const delegator = (request, callback) => callback(null, { origin: [ORIGIN] })
    assert.equal((await fastify(require('@fastify/cors'), { delegator }, { headers }))['allow-origin'], ORIGIN)
    await assert.rejects(fastify(require('corsac/fastify'), { delegator }, { headers }), REFUSED)
    assert.equal((await fastify(require('corsac/fastify'), { policy: delegator }, { headers }))['allow-origin'], ORIGIN)
  }
}

const KOA = {
  async keepHeadersOnError (t) {
    const fails = () => { throw new Error('no') }
    const theirs = await koa(t, require('@koa/cors')({ origin: ORIGIN, keepHeadersOnError: false }), { headers }, fails)
    assert.deepEqual([theirs.status, theirs['allow-origin']], [500, undefined])
    const ours = await koa(t, require('corsac/koa')({ origin: ORIGIN }), { headers }, fails)
    assert.deepEqual([ours.status, ours['allow-origin']], [500, ORIGIN])
    assert.throws(() => require('corsac/koa')({ keepHeadersOnError: true }), REFUSED)
  },
  async 'an origin function of the context' (t) {
    assert.equal((await koa(t, require('@koa/cors')({ origin: (ctx) => ctx.get('Origin') })))['allow-origin'], ORIGIN)
    assert.equal((await koa(t, require('corsac/koa')({ allowOrigin: (origin, ctx) => ctx.get('Origin') === origin })))['allow-origin'], ORIGIN)
  },
  async 'a request without Origin' (t) {
    assert.equal((await koa(t, require('@koa/cors')(), {})).vary, 'Origin')
    assert.equal((await koa(t, require('corsac/koa')(), {})).vary, undefined)
    assert.equal((await koa(t, require('corsac/koa')({ origin: [ORIGIN] }), {})).vary, 'Origin')
  },
  async privateNetworkAccess (t) {
    const request = { method: 'OPTIONS', headers: { ...preflight(), 'access-control-request-private-network': 'true' } }
    assert.equal((await koa(t, require('@koa/cors')({ privateNetworkAccess: true }), request))['allow-private-network'], 'true')
    assert.equal((await koa(t, require('corsac/koa')({ origin: ORIGIN, allowPrivateNetwork: true }), request))['allow-private-network'], 'true')
    assert.throws(() => require('corsac/koa')({ privateNetworkAccess: true }), REFUSED)
  }
}

const HONO = {
  async 'allowMethods together with origin' () {
    const { cors: peer } = await import('hono/cors')
    const options = { origin: ORIGIN, allowMethods: ['PUT'] }
    assert.equal((await hono(peer(options), { method: 'OPTIONS', headers: preflight() }))['allow-methods'], 'PUT')
    assert.throws(() => require('corsac/hono')(options), { ...REFUSED, message: /write `methods`/ })
    for (const one of [{ allowOrigins: [ORIGIN], allowMethods: ['PUT'] }, { origin: ORIGIN, methods: ['PUT'] }]) {
      assert.equal((await hono(require('corsac/hono')(one)))['allow-origin'], ORIGIN)
    }
  },
  async 'any origin with credentials in Hono' () {
    const { cors: peer } = await import('hono/cors')
    assert.equal((await hono(peer({ origin: '*', credentials: true })))['allow-credentials'], 'true')
    assert.throws(() => require('corsac/hono')({ origin: '*', credentials: true }), REFUSED)
  },
  async 'an origin function of Hono' () {
    const { cors: peer } = await import('hono/cors')
    const says = (origin) => origin === ORIGIN
    assert.equal((await hono(peer({ origin: (origin) => says(origin) ? origin : null })))['allow-origin'], ORIGIN)
    assert.equal((await hono(require('corsac/hono')({ origin: says })))['allow-origin'], ORIGIN)
    assert.equal((await hono(require('corsac/hono')({ origin: (origin) => says(origin) ? origin : null })))['allow-origin'], ORIGIN)
  },
  async 'OPTIONS of Hono that is not a preflight' () {
    const { cors: peer } = await import('hono/cors')
    assert.equal((await hono(peer(), { method: 'OPTIONS', headers })).status, 204)
    assert.equal((await hono(require('corsac/hono')(), { method: 'OPTIONS', headers })).status, 404)
  }
}

for (const [heading, differences] of [['@fastify/cors', FASTIFY], ['@koa/cors', KOA], ['hono/cors', HONO]]) {
  for (const [name, difference] of Object.entries(differences)) test(`${heading}: ${name}`, difference)
  test(`${heading}: the guide names what is tested`, () => assert.deepEqual(rows(`Coming from ${heading}`), Object.keys(differences)))
}
