'use strict'

// The behaviour of each adapter that depends on its host.

const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const https = require('node:https')
const { execFileSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const OPTIONS = { allowOrigins: [ORIGIN] }
const ALLOWED = { 'allow-origin': ORIGIN, vary: 'Origin' }
const headers = { origin: ORIGIN }
const REFUSED = { code: 'ERR_CORSAC_CONFIG' }

async function fastify (t, build) {
  const app = require('fastify')()
  await build(app)
  await app.ready()
  t.after(() => app.close())
  return (options) => app.inject({ url: '/', headers, ...options })
}

/** Does the same as `cors` of client.js, for an injected response. */
const injected = ({ headers }) => cors({ headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()])) })

test('fastify: a plugin applies to its context and those inside it', async (t) => {
  const plugin = require('corsac/fastify')
  const inject = await fastify(t, async (app) => {
    app.get('/outside', async () => 'x')
    app.register(async (inner) => {
      await inner.register(plugin, OPTIONS)
      inner.get('/hello', async () => 'x')
      inner.register(async (below) => below.get('/below', async () => 'x'))
    }, { prefix: '/api' })
  })
  assert.deepEqual(injected(await inject({ url: '/outside' })), {})
  assert.deepEqual(injected(await inject({ url: '/api/hello' })), ALLOWED)
  assert.deepEqual(injected(await inject({ url: '/api/below' })), ALLOWED)
  const answer = await inject({ url: '/api/hello', method: 'OPTIONS', headers: preflight() })
  assert.equal(answer.statusCode, 204)
  assert.equal(injected(answer)['allow-origin'], ORIGIN)
})

test('fastify: hooks, error replies and hijacked replies', async (t) => {
  const seen = []
  const inject = await fastify(t, async (app) => {
    await app.register(require('corsac/fastify'), { ...OPTIONS, hook: 'preHandler' })
    app.addHook('onSend', async (request, reply, payload) => { seen.push(request.method); return payload })
    app.setErrorHandler((error, request, reply) => reply.code(503).send({ message: error.message }))
    app.get('/', async () => { throw new Error('no') })
    app.get('/hijacked', (request, reply) => { reply.hijack(); reply.raw.writeHead(202, { vary: 'A' }).end('x') })
  })
  const failed = await inject()
  assert.deepEqual([failed.statusCode, failed.json(), injected(failed)], [503, { message: 'no' }, ALLOWED])
  assert.deepEqual(injected(await inject({ url: '/hijacked' })), { ...ALLOWED, vary: 'A, Origin' })
  assert.equal((await inject({ method: 'OPTIONS', headers: preflight() })).statusCode, 204)
  assert.deepEqual(seen, ['GET', 'OPTIONS'])
})

test('fastify: a policy, a delegate, functions, and errors', async (t) => {
  const plugin = require('corsac/fastify')
  const policy = await fastify(t, async (app) => app.register(plugin, { policy: new corsac.Policy(OPTIONS) }))
  assert.deepEqual(injected(await policy()), ALLOWED)
  const delegate = await fastify(t, async (app) => app.register(plugin, { policy: async (request) => ({ allowOrigins: [request.query.from] }) }))
  assert.deepEqual(injected(await delegate({ url: `/?from=${ORIGIN}` })), ALLOWED)
  assert.deepEqual([(await delegate({ url: '/?from=x' })).statusCode, injected(await delegate({ url: '/?from=x' }))], [500, {}])
  const failing = await fastify(t, async (app) => app.register(plugin, { allowOrigin: async () => { throw new Error('no') } }))
  const failed = await failing()
  assert.deepEqual([failed.statusCode, failed.json().message, injected(failed)], [500, 'no', { vary: 'Origin' }])
  const refuses = (options) => assert.rejects(async () => require('fastify')().register(plugin, options), (error) => error instanceof Error)
  await refuses({ allowOrigins: ['*'], allowCredentials: true })
  await refuses({ policy: new corsac.Policy(OPTIONS), origin: '*' })
  for (const hook of ['nonsense', 'onSend', 'preSerialization', 'onError']) await refuses({ policy: new corsac.Policy(OPTIONS), hook })
})

test('fastify: a response that cannot be sent, because an earlier hook set a wrong header, is an error', async (t) => {
  const asked = { ...OPTIONS, allowOrigin: async () => false, preflightStatus: 200 }
  for (const options of [{ ...OPTIONS, preflightStatus: 200 }, asked]) {
    const inject = await fastify(t, async (app) => {
      app.addHook('onRequest', async (request, reply) => { reply.header('x-wrong', 'a\nb') })
      await app.register(require('corsac/fastify'), options)
    })
    const answer = await inject({ method: 'OPTIONS', headers: preflight() })
    assert.deepEqual([answer.statusCode, answer.json().code], [500, 'ERR_INVALID_CHAR'])
    assert.equal((await inject({ method: 'OPTIONS', headers: preflight({ origin: 'https://other.example' }) })).statusCode, 403)
  }
})

test('fastify: a preflight status of 200, and a preflight that continues', async (t) => {
  const plugin = require('corsac/fastify')
  const framed = await fastify(t, async (app) => app.register(plugin, { ...OPTIONS, preflightStatus: 200 }))
  const answer = await framed({ method: 'OPTIONS', headers: preflight() })
  assert.deepEqual([answer.statusCode, answer.headers['content-length'], answer.body], [200, '0', ''])
  const continued = await fastify(t, async (app) => {
    await app.register(plugin, { ...OPTIONS, preflightContinue: true })
    app.options('/', async (request, reply) => reply.code(299).send('mine'))
  })
  const mine = await continued({ method: 'OPTIONS', headers: preflight() })
  assert.deepEqual([mine.statusCode, mine.body, injected(mine)['allow-origin']], [299, 'mine', ORIGIN])
})

test('koa: errors, statuses and functions', async (t) => {
  const Koa = require('koa')
  const koa = require('corsac/koa')
  const app = new Koa()
  app.silent = true
  app.use(koa({ allowOrigin: async (origin, ctx) => { if (ctx.path === '/fails') throw new Error('no'); return ctx.get('x-tenant') === 'a' } }))
  app.use((ctx) => ctx.throw(418, 'teapot', { headers: { 'x-own': 'kept' } }))
  const port = await listen(t, http.createServer(app.callback()))
  const teapot = await send(port, { headers: { ...headers, 'x-tenant': 'a' } })
  assert.deepEqual([teapot.status, teapot.headers['x-own'], cors(teapot)], [418, ['kept'], ALLOWED])
  const failed = await send(port, { path: '/fails', headers })
  assert.deepEqual([failed.status, cors(failed)], [500, { vary: 'Origin' }])
  const framed = await listen(t, http.createServer(new Koa().use(koa({ ...OPTIONS, preflightStatus: 200 })).callback()))
  const answer = await send(framed, { method: 'OPTIONS', headers: preflight() })
  assert.deepEqual([answer.status, answer.headers['content-length'], answer.body], [200, ['0'], ''])
  assert.throws(() => koa({ origin: true, credentials: true }), REFUSED)
})

test('hono: functions, redirects and errors', async () => {
  const { Hono } = await import('hono')
  const hono = require('corsac/hono')
  const app = new Hono()
  app.use(hono({ allowOrigin: async (origin, c) => { if (c.req.path === '/fails') throw new Error('no'); return true } }))
  app.get('/redirect', () => Response.redirect('http://localhost/'))
  app.get('/cookies', (c) => { c.header('set-cookie', 'a', { append: true }); c.header('set-cookie', 'b', { append: true }); return c.body(null, 204) })
  app.onError((error, c) => c.text(error.message, 500))
  const get = async (path) => app.request(path, { headers })
  const own = ({ headers }) => [headers.get('access-control-allow-origin'), headers.get('vary')]
  const redirect = await get('/redirect')
  assert.deepEqual([redirect.status, redirect.headers.get('location'), ...own(redirect)], [302, 'http://localhost/', ORIGIN, 'Origin'])
  const cookies = await get('/cookies')
  assert.deepEqual([cookies.status, cookies.headers.getSetCookie(), ...own(cookies)], [204, ['a', 'b'], ORIGIN, 'Origin'])
  const failed = await get('/fails')
  assert.deepEqual([failed.status, await failed.text(), ...own(failed)], [500, 'no', null, 'Origin'])
  assert.throws(() => hono({ origin: true, credentials: true }), REFUSED)
})

test('web: arguments, immutable responses, several lines of one header', async () => {
  const web = require('corsac/web')
  const policy = new corsac.Policy({ ...OPTIONS, allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true })
  const seen = []
  const GET = web(policy)(async (request, context) => { seen.push(context); return Response.redirect('http://localhost/') })
  const answer = await GET(new Request('http://localhost/', { headers }), { params: 1 })
  assert.deepEqual([answer.status, answer.headers.get('access-control-allow-credentials'), seen], [302, 'true', [{ params: 1 }]])
  const refused = await GET(new Request('http://localhost/', { headers: { origin: OTHER } }))
  assert.equal(refused.headers.get('access-control-allow-origin'), null)
  const asked = await GET(new Request('http://localhost/', { method: 'OPTIONS', headers: preflight(ORIGIN, 'FOO') }))
  assert.match(asked.headers.get('access-control-allow-methods'), /, FOO$/)
  assert.equal(asked.body, null)
  await assert.rejects(web({ allowOrigin: async () => { throw new Error('no') } })(() => {})(new Request('http://localhost/', { headers })), /^Error: no$/)
  await assert.rejects(web(async () => ({ origin: undefined }))(() => {})(new Request('http://localhost/', { headers })), REFUSED)
})

/** A key and a certificate for tests. */
function certificate (t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost',
    '-days', '1', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { key: fs.readFileSync(key), cert: fs.readFileSync(cert) }
}

test('https', async (t) => {
  const middleware = corsac({ ...OPTIONS, protection: { writes: 'reject' } })
  const server = https.createServer(certificate(t), (request, response) => {
    middleware(request, response, () => response.end('x'))
  })
  const port = await listen(t, server)
  const post = async (origin, method = 'POST') => send(port, { module: https, rejectUnauthorized: false, method, headers: { origin, host: 'a.example' } })
  assert.deepEqual(cors(await post(ORIGIN, 'GET')), ALLOWED)
  // The connection is known to be TLS, so a page with plain http has another origin.
  assert.deepEqual([(await post('https://a.example')).status, (await post('http://a.example')).status], [200, 403])
})

test('http2 over TLS, and a session that ends while a predicate is asked', async (t) => {
  const answers = []
  const middleware = corsac({ allowOrigin: () => new Promise((resolve) => answers.push(resolve)), protection: { writes: 'reject' } })
  const server = http2.createSecureServer(certificate(t), (request, response) => middleware(request, response, () => response.end('x')))
  const port = await listen(t, server)
  const client = http2.connect(`https://localhost:${port}`, { rejectUnauthorized: false })
  t.after(() => client.destroy())
  const post = async (origin, isAllowed) => {
    const stream = client.request({ ':method': 'POST', ':authority': 'a.example', origin })
    stream.on('error', () => {}).end()
    while (answers.length === 0) await new Promise(setImmediate)
    answers.pop()(isAllowed)
    const [headers] = await once(stream.resume(), 'response')
    return headers[':status']
  }
  assert.deepEqual([await post('https://a.example', false), await post('http://a.example', false)], [200, 403])
  const stream = client.request({ ':method': 'POST', ':authority': 'a.example', origin: ORIGIN })
  stream.on('error', () => {})
  while (answers.length === 0) await new Promise(setImmediate)
  client.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  answers.pop()(true)
  await new Promise((resolve) => setTimeout(resolve, 20))
})
