'use strict'

// Headers that an earlier middleware has set, on responses that corsac makes itself, and on those of the application.

const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, cors, listen, preflight, send, shake } = require('./client.js')

const OPTIONS = { allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowCredentials: true, protection: { writes: 'reject' } }
/** A policy that allows everything, and a response that caches keep. */
const EARLIER = {
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'x-earlier',
  'access-control-allow-methods': 'DELETE',
  'access-control-allow-headers': 'x-earlier',
  'access-control-max-age': '86400',
  'access-control-allow-private-network': 'true',
  'cache-control': 'public, max-age=600',
  'x-earlier': 'stays'
}
const SET = Object.entries(EARLIER)
const setAll = (response) => { for (const [name, value] of SET) response.setHeader(name, value) }
const isEarly = (request) => request.headers['x-late'] === undefined

/** Hosts that set `EARLIER` in the handler, and also before the policy unless the request has the header `x-late`. */
const HOSTS = {
  async 'node:http' (options) {
    const middleware = corsac(options)
    return http.createServer((request, response) => {
      if (isEarly(request)) setAll(response)
      middleware(request, response, () => { setAll(response); response.end() })
    })
  },
  async connect (options) {
    return http.createServer(layered(require('connect')(), options))
  },
  async express4 (options) {
    return http.createServer(layered(require('express4')(), options))
  },
  async express (options) {
    return http.createServer(layered(require('express')(), options))
  },
  async fastify (options) {
    const app = require('fastify')()
    app.addHook('onRequest', async (request, reply) => { if (isEarly(request)) reply.headers(EARLIER) })
    await app.register(require('corsac/fastify'), options)
    app.addContentTypeParser('*', (request, payload, done) => done(null))
    app.route({ method: ['GET', 'POST', 'PUT'], url: '/*', handler: async (request, reply) => { reply.headers(EARLIER); return '' } })
    await app.ready()
    return app.server
  },
  async koa (options) {
    const app = new (require('koa'))()
    app.use((ctx, next) => { if (isEarly(ctx)) ctx.set(EARLIER); return next() })
    app.use(require('corsac/koa')(options))
    app.use((ctx) => { ctx.set(EARLIER); ctx.body = 'ran' })
    return http.createServer(app.callback())
  },
  'hono, by the response': (options) => hono(options, (c) => { for (const [name, value] of SET) c.res.headers.set(name, value) }),
  'hono, by the context': (options) => hono(options, (c) => { for (const [name, value] of SET) c.header(name, value) })
}

function layered (app, options) {
  app.use((request, response, next) => { if (isEarly(request)) setAll(response); next() })
  app.use(corsac(options))
  app.use((request, response) => { setAll(response); response.end() })
  return app
}

async function hono (options, set) {
  const { Hono } = await import('hono')
  const { getRequestListener } = await import('@hono/node-server')
  const app = new Hono()
  app.use(async (c, next) => { if (c.req.header('x-late') === undefined) set(c); await next() })
  app.use(require('corsac/hono')(options))
  app.all('*', (c) => { set(c); return c.text('ran') })
  return http.createServer(getRequestListener(app.fetch))
}

const READABLE = { 'allow-origin': ORIGIN, 'allow-credentials': 'true' }
const ASKED = { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }

for (const [name, create] of Object.entries(HOSTS)) {
  test(`headers that are set before, or by the application: ${name}`, async (t) => {
    process.removeAllListeners('warning')
    const port = await listen(t, await create(OPTIONS))
    const write = await send(port, { method: 'POST', headers: { origin: OTHER, 'content-length': '0' } })
    assert.deepEqual([write.status, write.body, cors(write)], [403, 'corsac: write-refused\n', { vary: 'Origin, Sec-Fetch-Site' }])
    assert.deepEqual(write.headers['cache-control'], ['no-store'])
    const refused = await send(port, { method: 'OPTIONS', headers: preflight(OTHER) })
    assert.deepEqual([refused.status, cors(refused)], [403, ASKED])
    const allowed = await send(port, { method: 'OPTIONS', headers: preflight() })
    assert.deepEqual([allowed.status, cors(allowed)], [204, {
      ...READABLE, 'allow-methods': 'GET, HEAD, POST, PUT', 'allow-headers': 'accept, accept-language, content-language, content-type', 'max-age': '600', ...ASKED
    }])
    for (const answer of [write, refused, allowed]) assert.deepEqual(answer.headers['x-earlier'], ['stays'])
    for (const late of [{}, { 'x-late': '1' }]) {
      const answer = await send(port, { headers: { origin: ORIGIN, ...late } })
      assert.deepEqual([answer.status, cors(answer)], [200, { ...READABLE, vary: 'Origin' }])
      assert.deepEqual(cors(await send(port, { headers: { origin: OTHER, ...late } })), { vary: 'Origin' })
    }
  })
}

test('keepAppHeaders keeps the headers of responses, and not those of refusals', async (t) => {
  for (const [name, create] of Object.entries(HOSTS)) {
    const port = await listen(t, await create({ ...OPTIONS, keepAppHeaders: true }))
    const answer = await send(port, { headers: { origin: ORIGIN } })
    assert.deepEqual([answer.headers['access-control-allow-origin'], answer.headers['access-control-max-age']], [['*'], ['86400']], name)
    const write = await send(port, { method: 'POST', headers: { origin: OTHER, 'content-length': '0' } })
    assert.deepEqual([write.status, cors(write)], [403, { vary: 'Origin, Sec-Fetch-Site' }], name)
  }
})

test('the error of a function has no headers of an earlier middleware', async (t) => {
  const { Hono } = await import('hono')
  const app = new Hono()
  app.use(async (c, next) => { c.header('access-control-allow-origin', '*'); c.header('access-control-max-age', '9'); await next() })
  app.use(require('corsac/hono')({ allowOrigin: () => { throw new Error('mine') } }))
  app.onError((error, c) => c.text(error.message, 500))
  const { status, headers } = await app.request('/', { headers: { origin: ORIGIN } })
  assert.deepEqual([status, headers.get('access-control-allow-origin'), headers.get('access-control-max-age'), headers.get('vary')], [500, null, null, 'Origin'])
})

test('http2', async (t) => {
  const middleware = corsac(OPTIONS)
  const port = await listen(t, http2.createServer((request, response) => {
    setAll(response)
    middleware(request, response, () => response.end())
  }))
  const client = http2.connect(`http://localhost:${port}`)
  t.after(() => client.destroy())
  const ask = async (headers) => {
    const [answer] = await once(client.request(headers).resume(), 'response')
    return Object.entries(answer).filter(([name]) => /^(access-control-|cache|vary|x-|:)/.test(name))
  }
  assert.deepEqual(await ask({ ':method': 'POST', origin: OTHER }), [
    [':status', 403], ['cache-control', 'no-store'], ['x-earlier', 'stays'], ['vary', 'Origin, Sec-Fetch-Site']
  ])
  assert.deepEqual(await ask({ origin: OTHER }), [[':status', 200], ['cache-control', 'public, max-age=600'], ['x-earlier', 'stays'], ['vary', 'Origin']])
})

test('a refused handshake is not kept by a cache', async (t) => {
  const policy = new corsac.Policy({ allowOrigins: [], protection: { websockets: 'reject' } })
  // Without a listener, Node treats a handshake as an ordinary request.
  const server = policy.attach(http.createServer()).on('upgrade', (request, socket) => socket.destroy())
  const text = await shake(await listen(t, server), { Origin: OTHER })
  assert.match(text, /\r\ncache-control: no-store\r\nvary: Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key\r\n/)
})
