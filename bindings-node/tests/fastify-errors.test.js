'use strict'

// Responses of Fastify before any hook runs, and in every context: all have the headers of the policy.

const assert = require('node:assert/strict')
const net = require('node:net')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const plugin = require('corsac/fastify')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const OPTIONS = { allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowCredentials: true }
const READABLE = { 'allow-origin': ORIGIN, 'allow-credentials': 'true', vary: 'Origin' }
/** The statuses of paths for which the router fails. */
const BAD_URLS = { '/%zz': 400, [`/items/${'x'.repeat(200)}`]: 414, '/constrained': 500 }

async function app (t, options = OPTIONS, { second, ...settings } = {}) {
  const app = require('fastify')({
    ...settings,
    constraints: {
      secret: {
        name: 'secret',
        storage: () => ({ get: () => null, set: () => {} }),
        deriveConstraint: (request, context, done) => done(request.url === '/constrained' ? new Error('on purpose') : null, 'x'),
        validate: () => true
      }
    }
  })
  if (options !== null) await app.register(plugin, options)
  if (second !== undefined) await app.register(plugin, second)
  app.get('/constrained', { constraints: { secret: 'x' } }, async () => 'never')
  app.route({ method: ['GET', 'PUT'], url: '/items/:name', handler: async () => 'hello' })
  app.post('/parsed', { schema: { body: { type: 'object', required: ['a'] } }, bodyLimit: 100 }, async () => 'hello')
  app.get('/late', async (request, reply) => { reply.hijack(); reply.raw.write('one'); reply.raw.destroy() })
  await app.ready()
  t.after(() => app.close())
  return app
}

test('errors of the router have the headers', async (t) => {
  const fastify = await app(t)
  const port = await listen(t, fastify.server)
  const without = await listen(t, (await app(t, null)).server)
  for (const [path, status] of Object.entries(BAD_URLS)) {
    const readable = await send(port, { path, headers: { origin: ORIGIN } })
    const plain = await send(without, { path, headers: { origin: ORIGIN } })
    assert.deepEqual([readable.status, readable.body, plain.status], [status, plain.body, status], 'nothing but the headers changes')
    assert.deepEqual(readable.headers['content-type'], ['application/json; charset=utf-8'])
    assert.deepEqual(cors(readable), READABLE, path)
    for (const origin of [OTHER, 'null', undefined]) {
      assert.deepEqual(cors(await send(port, { path, headers: origin === undefined ? {} : { origin } })), { vary: 'Origin' })
    }
    const injected = await fastify.inject({ url: path, headers: { origin: ORIGIN } })
    assert.equal(injected.headers['access-control-allow-origin'], ORIGIN)
    assert.equal((await send(port, { path, method: 'OPTIONS', headers: preflight() })).status, 204)
    assert.equal((await send(port, { path, method: 'OPTIONS', headers: preflight(OTHER) })).status, 403)
  }
})

test('the `frameworkErrors` of the application still runs, once', async (t) => {
  const seen = []
  const frameworkErrors = (error, request, reply) => {
    seen.push(error.code)
    reply.code(422).header('Access-Control-Allow-Origin', '*').header('Vary', 'Accept').send({ own: true })
  }
  const port = await listen(t, (await app(t, OPTIONS, { frameworkErrors })).server)
  const answer = await send(port, { path: '/%zz', headers: { origin: ORIGIN } })
  assert.deepEqual([answer.status, answer.body, cors(answer)], [422, '{"own":true}', { ...READABLE, vary: 'Accept, Origin' }])
  assert.deepEqual(cors(await send(port, { path: '/%zz', headers: { origin: OTHER } })), { vary: 'Accept, Origin' })
  assert.equal((await send(port, { path: '/%zz', method: 'OPTIONS', headers: preflight() })).status, 204)
  assert.deepEqual(seen, ['FST_ERR_BAD_URL', 'FST_ERR_BAD_URL'], 'not for the preflight')
})

test('routes, functions and protection decide on a URL that is bad', async (t) => {
  const routes = [{ path: '/public/{*rest}', allowOrigins: ['*'], allowCredentials: false }]
  const routed = await listen(t, (await app(t, { ...OPTIONS, routes })).server)
  assert.equal(cors(await send(routed, { path: '/public/%zz', headers: { origin: OTHER } }))['allow-origin'], undefined, 'it is ambiguous')
  const asked = await listen(t, (await app(t, { ...OPTIONS, allowOrigin: async (origin) => origin === OTHER })).server)
  assert.equal(cors(await send(asked, { path: '/%zz', headers: { origin: OTHER } }))['allow-origin'], OTHER)
  const failing = await listen(t, (await app(t, { ...OPTIONS, allowOrigin: async () => { throw new Error('on purpose') } })).server)
  const failed = await send(failing, { path: '/%zz', headers: { origin: OTHER } })
  assert.deepEqual([failed.status, cors(failed)], [400, { vary: 'Origin' }])
  const guarded = await listen(t, (await app(t, { ...OPTIONS, protection: { writes: 'reject' } })).server)
  const refused = await send(guarded, { path: '/%zz', method: 'POST', headers: { origin: OTHER } })
  assert.deepEqual([refused.status, refused.body], [403, 'corsac: write-refused\n'])
  const chosen = await listen(t, (await app(t, { policy: async (request) => { assert.equal(request.url, '/%zz'); return OPTIONS } })).server)
  assert.deepEqual(cors(await send(chosen, { path: '/%zz', headers: { origin: ORIGIN } })), READABLE)
})

test('a plugin that is registered twice decides on bad URLs as on routes', async (t) => {
  const all = { allowOrigins: ['*'] }
  const guarded = { ...OPTIONS, protection: { writes: 'reject' } }
  const seen = []
  const frameworkErrors = (error, request, reply) => { seen.push(error.code); reply.code(404).send('own') }
  for (const [first, second] of [[OPTIONS, { allowOrigins: [OTHER] }], [all, OPTIONS], [OPTIONS, all], [all, guarded], [guarded, all]]) {
    const fastify = await app(t, first, { frameworkErrors, second })
    const port = await listen(t, fastify.server)
    for (const origin of [ORIGIN, OTHER, 'null']) {
      for (const init of [{}, { method: 'POST' }, { method: 'OPTIONS', headers: preflight(origin) }]) {
        const ask = async (path) => {
          const answer = await send(port, { path, ...init, headers: { origin, ...init.headers } })
          return [answer.status, cors(answer)]
        }
        assert.deepEqual(await ask('/%zz'), await ask('/nowhere'), JSON.stringify([first, second, origin, init]))
      }
    }
  }
  assert.equal(seen.length, 26, 'once for each request that the policies let through')
})

test('a plugin in a context of its own leaves the rest alone', async (t) => {
  const fastify = require('fastify')()
  fastify.register(async (inner) => {
    await inner.register(plugin, OPTIONS)
    inner.get('/', async () => 'inside')
    inner.setNotFoundHandler((request, reply) => reply.code(404).send('inner'))
  }, { prefix: '/inner' })
  fastify.get('/', async () => 'outside')
  const port = await listen(t, (await fastify.ready(), fastify.server))
  t.after(() => fastify.close())
  for (const path of ['/inner', '/inner/', '/inner/nowhere']) assert.deepEqual(cors(await send(port, { path, headers: { origin: ORIGIN } })), READABLE, path)
  for (const path of ['/', '/nowhere', '/%zz', '/inner/%zz']) assert.deepEqual(cors(await send(port, { path, headers: { origin: ORIGIN } })), {}, path)
})

test('errors after the hook have the headers', async (t) => {
  const fastify = await app(t)
  const port = await listen(t, fastify.server)
  const post = (body, headers) => send(port, { path: '/parsed', method: 'POST', body, headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers } })
  for (const [status, answer] of [
    [400, post('{}')], [400, post('{')], [415, post('a', { 'content-type': 'a/b' })], [413, post('x'.repeat(200))],
    [404, send(port, { path: '/nowhere', headers: { origin: ORIGIN } })], [404, send(port, { path: '/items/1', method: 'DELETE', headers: { origin: ORIGIN } })]
  ]) {
    const { status: found, ...rest } = await answer
    assert.deepEqual([found, cors(rest)], [status, READABLE])
  }
  const head = await send(port, { path: '/%zz', method: 'HEAD', headers: { origin: ORIGIN } })
  assert.deepEqual([head.status, head.body, cors(head)], [400, '', READABLE])
  await assert.rejects(send(port, { path: '/late', headers: { origin: ORIGIN } }))
})

test('nothing of bytes that are not a request is sent back', async (t) => {
  const port = await listen(t, (await app(t)).server)
  for (const text of [`GET / HTTP/1.1\r\nHost: x\r\nOrigin: ${ORIGIN}\r\nbad line\r\n\r\n`, `GET / HTTP/9.9\r\nOrigin: ${ORIGIN}\r\n\r\n`]) {
    const socket = net.connect(port, '127.0.0.1')
    socket.write(text)
    let answer = ''
    socket.setEncoding('latin1').on('data', (data) => { answer += data })
    await once(socket, 'close')
    assert.match(answer, /^HTTP\/1.1 400 /)
    assert.doesNotMatch(answer, /access-control/i)
  }
})

test('many at once, and clients that go away', async (t) => {
  const port = await listen(t, (await app(t)).server)
  const asks = Array.from({ length: 60 }, (_, n) => [n, n % 2 ? ORIGIN : OTHER, n % 3 ? '/items/1' : '/%zz'])
  await Promise.all(asks.map(async ([n, origin, path]) => {
    if (n % 10 === 0) {
      const socket = net.connect(port, '127.0.0.1')
      socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\n\r\n`)
      socket.destroy()
    }
    assert.deepEqual(cors(await send(port, { path, headers: { origin } })), origin === ORIGIN ? READABLE : { vary: 'Origin' })
  }))
  assert.equal((await send(port, { path: '/items/1' })).status, 200)
})

test('a policy that is swapped', async (t) => {
  const policies = new corsac.Reloadable(new corsac.Policy({ allowOrigins: [] }))
  const port = await listen(t, (await app(t, { policy: policies })).server)
  assert.deepEqual(cors(await send(port, { path: '/%zz', headers: { origin: ORIGIN } })), {})
  policies.swap(new corsac.Policy(OPTIONS))
  assert.deepEqual(cors(await send(port, { path: '/%zz', headers: { origin: ORIGIN } })), READABLE)
})
