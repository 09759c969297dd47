'use strict'

// The browser of `corsac/testing`, against the CORS packages of frameworks, corsac, and servers with mistakes.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')
const test = require('node:test')
const corsac = require('corsac')
const { Browser, assertBlocked, assertReadable, matchers } = require('corsac/testing')

const ORIGIN = 'https://app.example.com'
const EVIL = 'https://evil.example'
const PUT = { method: 'PUT', headers: { 'X-A': '1' }, credentials: true }
const OPTIONS = { origin: [ORIGIN], methods: ['GET', 'PUT'], allowedHeaders: ['X-A'], credentials: true }

const answer = (request, response) => response.end('hello')

/** Applications with the CORS package of their framework. */
const OTHERS = {
  express: () => {
    const app = require('express')()
    app.use(require('cors')(OPTIONS))
    app.all('/items', answer)
    return app
  },
  express4: () => {
    const app = require('express4')()
    app.use(require('cors')(OPTIONS))
    app.all('/items', answer)
    return app
  },
  fastify: () => {
    const app = require('fastify')()
    app.register(require('@fastify/cors'), OPTIONS)
    app.get('/items', async () => 'hello')
    app.put('/items', async () => 'hello')
    return app
  },
  koa: () => {
    const app = new (require('koa'))()
    app.use(require('@koa/cors')({ origin: (ctx) => ctx.get('origin') === ORIGIN ? ORIGIN : '', allowMethods: 'PUT', allowHeaders: 'X-A', credentials: true }))
    app.use((ctx) => { ctx.body = 'hello' })
    return app
  },
  'hono and hono/cors': async () => {
    const { Hono } = await import('hono')
    const { cors } = await import('hono/cors')
    const app = new Hono()
    app.use(cors({ origin: [ORIGIN], allowMethods: ['PUT'], allowHeaders: ['X-A'], credentials: true }))
    app.all('/items', (c) => c.text('hello'))
    return app
  },
  nest: async () => {
    require('reflect-metadata')
    const { Module } = require('@nestjs/common')
    const { NestFactory } = require('@nestjs/core')
    class App {}
    Module({})(App)
    const app = await NestFactory.create(App, { logger: false })
    app.enableCors(OPTIONS)
    app.use(answer)
    await app.init()
    return app
  }
}

const POLICY = new corsac.Policy({ allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowHeaders: ['X-A'], allowCredentials: true })

/** Applications with corsac. */
const OURS = {
  'a listener': () => {
    const middleware = corsac(POLICY)
    return (request, response) => middleware(request, response, () => answer(request, response))
  },
  'a server that is not listening': () => http.createServer(OURS['a listener']()),
  'a function of the web': () => require('corsac/web')(POLICY)(() => new Response('hello')),
  hono: async () => {
    const { Hono } = await import('hono')
    const app = new Hono()
    app.use(require('corsac/hono')(POLICY))
    app.all('/items', (c) => c.text('hello'))
    return app
  }
}

for (const [name, make] of Object.entries({ ...OTHERS, ...OURS })) {
  test(`${name}: what a page may read`, async () => {
    const app = await make()
    const response = await assertReadable(app, '/items', { origin: ORIGIN, ...PUT })
    assert.equal(Buffer.from(response.body).toString(), 'hello')
    assert.equal(response.url, 'https://testserver/items')
    assert.equal(response.explanation.verdict, 'readable')
    await assertReadable(app, '/items', { origin: ORIGIN, credentials: true })
    await assertBlocked(app, '/items', { origin: EVIL })
    await assertBlocked(app, '/items', { origin: EVIL, ...PUT })
    await assertBlocked(app, '/items', { origin: ORIGIN, headers: { 'X-B': '1' }, code: 'header-not-allowed' })
    await app.close?.()
  })
}

test('a server that listens, and its URL', async (t) => {
  const server = http.createServer(OURS['a listener']()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${server.address().port}`
  for (const given of [server, url, new URL(url)]) {
    assert.equal((await assertReadable(given, '/items', { origin: ORIGIN, ...PUT })).url, `${url}/items`)
    await assertBlocked(given, '/items', { origin: EVIL, code: 'allow-origin-missing' })
  }
  assert(server.listening)
})

test('a policy that is known is explained', async () => {
  const app = OURS['a listener']()
  for (const policy of [POLICY, new corsac.Reloadable(POLICY)]) {
    const { findings } = await assertBlocked(app, '/', { origin: ORIGIN, method: 'DELETE', policy, code: 'method-not-allowed' })
    assert.equal(findings[0].help, 'add `DELETE` to `allow_methods`')
  }
  const outside = (request, response) => response.writeHead(401).end()
  const { findings } = await assertBlocked(outside, '/', { origin: ORIGIN, policy: POLICY, code: 'error-without-headers' })
  assert.equal(findings[0].policy, undefined)
})

test('an assertion that fails prints the explanation', async () => {
  const app = OTHERS.express()
  await assert.rejects(assertReadable(app, '/items', { origin: EVIL, method: 'PUT' }), (error) => {
    assert.equal(error.name, 'AssertionError')
    assert.match(error.message, /^a page of https:\/\/evil\.example cannot read the response\n\nblocked: the browser does not send PUT/)
    assert.match(error.message, /help: /)
    assert.match(error.message, /OPTIONS https:\/\/testserver\/items: 204$/)
    return true
  })
  await assert.rejects(assertBlocked(app, '/items', { origin: ORIGIN }), /a page of https:\/\/app\.example\.com can read the response\n\nreadable: /)
  await assert.rejects(assertBlocked(app, '/items', { origin: EVIL, code: 'timed-out' }), /blocked, but not with `timed-out`: found allow-origin-missing/)
  await assert.rejects(assertBlocked(app, '/items', { origin: EVIL, code: 'nonsense' }), /no finding with the code `nonsense`/)
})

test('redirects, bodies and cookies are handled as in a browser', async () => {
  const calls = []
  const app = require('express')()
  app.use(require('cors')({ ...OPTIONS, methods: ['GET', 'POST', 'PUT'], allowedHeaders: ['authorization', 'content-type'] }))
  app.use(async (request, response, next) => {
    let body = ''
    for await (const chunk of request) body += chunk
    calls.push({ method: request.method, url: request.url, headers: request.headers, body })
    next()
  })
  app.all('/go', (request, response) => response.redirect(Number(request.query.status), request.query.to))
  app.all('/items', answer)
  const browser = new Browser(app, { origin: ORIGIN, cookies: { sid: '1' } })
  await assertReadable(browser, '/go?status=307&to=/items', { method: 'PUT', json: { a: 1 }, credentials: true })
  assert.deepEqual(calls.map(({ method, body }) => [method, body]), [['PUT', '{"a":1}'], ['PUT', '{"a":1}']])
  assert.equal(calls[0].headers.cookie, 'sid=1')
  assert.equal(calls[0].headers['sec-fetch-site'], 'cross-site')
  calls.length = 0
  await assertReadable(browser, '/go?status=303&to=/items', { method: 'POST', body: 'text' })
  assert.deepEqual(calls.map(({ method, body, headers }) => [method, body, headers.cookie]), [['POST', 'text', undefined], ['GET', '', undefined]])
  assert.equal(calls[0].headers['content-type'], 'text/plain;charset=UTF-8')
  const seen = []
  const other = (request, response) => {
    seen.push(request.headers)
    response.writeHead(200, { 'access-control-allow-origin': 'null' }).end()
  }
  const away = '/go?status=302&to=https://other.example/x'
  const authorized = { origin: ORIGIN, headers: { authorization: 'x' } }
  await assertReadable(app, away, { ...authorized, servers: { 'https://other.example': other } })
  assert.deepEqual([seen[0].origin, seen[0].authorization, seen[0].host], ['null', undefined, 'other.example'])
  await assert.rejects(assertReadable(app, away, authorized), /not sent, because the test has no server at this address/)
  await assertBlocked(app, '/go?status=302&to=/items', { origin: ORIGIN, redirect: 'error', code: 'redirect-not-followed' })
})

test('values that are not servers, and options that are not requests', async () => {
  for (const given of [null, 5, {}, undefined]) assert.throws(() => new Browser(given), /a server is an application/)
  assert.throws(() => new Browser('example.com'), /`example\.com` is not the URL of a server/)
  for (const timeout of [0, Infinity]) assert.throws(() => new Browser(answer, { timeout }), /`timeout` takes milliseconds/)
  assert.throws(() => new Browser(answer, { policy: { allowOrigins: [] } }), /`policy` takes a Policy or a Reloadable/)
  assert.throws(() => new Browser(answer, { polcy: 1 }), /a browser has no option `polcy`/)
  await assert.rejects(assertReadable(answer), /`origin` is missing: it says which page makes the request/)
  await assert.rejects(assertReadable(answer, '/', { origin: 'https://a.example/' }), { code: 'ERR_CORSAC_EXCHANGE' })
  await assert.rejects(assertReadable(answer, '/', { origin: ORIGIN, metod: 'PUT' }), /a request has no option `metod`/)
  await assert.rejects(assertReadable(answer, '/', { origin: ORIGIN, body: 'a', json: {} }), /either `body` or `json`/)
  await assert.rejects(assertReadable(new Browser(answer), '/', { origin: ORIGIN, cookies: {} }), /is an option of the Browser/)
  await assert.rejects(assertReadable(() => 'text', '/', { origin: ORIGIN }), /the handler returned no Response/)
  await assert.rejects(assertReadable(() => { throw new RangeError('mine') }, '/', { origin: ORIGIN }), RangeError)
})

for (const [name, hanging] of Object.entries({
  'a listener': (request, response) => {},
  'a function of the web': (request) => new Promise(() => {}),
  fastify: (() => {
    const app = require('fastify')()
    app.get('/', () => new Promise(() => {}))
    return app
  })()
})) {
  test(`${name} that hangs`, async () => {
    const start = Date.now()
    await assert.rejects(assertReadable(hanging, '/', { origin: ORIGIN, timeout: 200 }), /timed-out[^]*did not respond within 200 ms/)
    await assert.rejects(assertBlocked(hanging, '/', { origin: ORIGIN, timeout: 200 }), /is not blocked: the request ended in another way/)
    assert(Date.now() - start < 5000)
  })
}

test('servers that close the connection, do not exist, or do not end', async (t) => {
  let content = ''
  const server = net.createServer((socket) => { socket.on('error', () => {}).once('data', () => socket.end(content, 'latin1')) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${server.address().port}`
  await assert.rejects(assertReadable(url, '/', { origin: ORIGIN }), /connection-failed[^]*no response from 127\.0\.0\.1/)
  content = 'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 9\r\n\r\nhalf'
  assert.equal(String((await assertReadable(url, '/', { origin: ORIGIN })).body), 'half')
  content = 'HTTP/1.1 200 \xff\r\nAccess-Control-Allow-Origin: \xe9\x85\r\n\r\n\x1b\x00\xff'
  await assert.rejects(assertReadable(url, '/', { origin: ORIGIN }), (error) => !/[^\n\x20-\uffff]|[\x7f-\x9f]/.test(error.message) && /allow-origin-invalid/.test(error.message))
  await assert.rejects(assertReadable('http://nothing.invalid', '/', { origin: 'http://a.example' }), /name-not-resolved/)
  const events = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }), { headers: { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' } })
  await assertReadable(events, '/', { origin: ORIGIN })
})

test('functions of the web that are treated as listeners, or that return an error', async () => {
  const two = (request, context) => new Response('')
  await assert.rejects(assertReadable(two, '/', { origin: ORIGIN, timeout: 200 }), /did not respond within 200 ms; if it returns a Response, pass `\(request\) => /)
  await assert.rejects(assertReadable(() => Response.error(), '/', { origin: ORIGIN }), /connection-failed[^]*the handler returned Response\.error\(\)/)
})

test('matchers take responses, results of a browser, and servers', async (t) => {
  const { toBeReadableFrom, toBeBlockedFrom } = matchers
  const headers = { 'access-control-allow-origin': ORIGIN }
  for (const response of [new Response('', { headers }), { status: 200, headers }, { statusCode: 200, headers }, { status: 200, headers: Object.entries(headers) }]) {
    assert(toBeReadableFrom(response, ORIGIN).pass)
    assert(!toBeReadableFrom(response, EVIL).pass)
    assert(toBeBlockedFrom(response, EVIL, { code: 'allow-origin-mismatch' }).pass)
    assert(!toBeBlockedFrom(response, EVIL, { code: 'timed-out' }).pass)
    assert(!toBeReadableFrom(response, ORIGIN, { credentials: true }).pass)
  }
  const response = { status: 200, headers }
  const unknown = toBeReadableFrom(response, ORIGIN, { method: 'PUT' })
  assert(!unknown.pass)
  assert.match(unknown.message(), /preflight-unknown/)
  const preflight = { status: 204, headers: { ...headers, 'access-control-allow-methods': 'PUT' } }
  assert(toBeReadableFrom(response, ORIGIN, { method: 'PUT', preflight }).pass)
  const app = OTHERS.express()
  assert((await toBeReadableFrom(app, ORIGIN, { path: '/items', ...PUT })).pass)
  assert((await toBeBlockedFrom(app, EVIL, { path: '/items' })).pass)
  assert(toBeReadableFrom(await new Browser(app, { origin: ORIGIN }).fetch('/items'), ORIGIN).pass)
  const closed = http.createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address()
  await new Promise((resolve) => closed.close(resolve))
  // `expect(server).not.toBeReadableFrom(…)` must not pass because the server is down.
  await assert.rejects(toBeReadableFrom.call({ isNot: true }, `http://127.0.0.1:${port}`, ORIGIN), /ended in another way[^]*connection-failed/)
  assert(!(await toBeReadableFrom(`http://127.0.0.1:${port}`, ORIGIN)).pass)
  assert.throws(() => toBeReadableFrom(response, ORIGIN, { json: {} }), /`json` is not an option for a response that was already received/)
})

test('a server that is not listening is neither started nor closed, and takes several requests at once', async () => {
  let closed = 0
  const server = http.createServer((request, response) => setTimeout(OURS['a listener'](), 20, request, response))
  server.on('close', () => closed++)
  await Promise.all(['/a', '/b', '/c'].map((path) => assertReadable(server, path, { origin: ORIGIN, ...PUT })))
  assert.deepEqual([closed, server.listening], [0, false])
})

test('a listening https server is reached over https, and no TLS is needed if it is not listening', async (t) => {
  const https = require('node:https')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost',
    '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const options = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) }
  const server = https.createServer(options, OURS['a listener']())
  assert.equal((await assertReadable(server, '/', { origin: ORIGIN })).url, 'https://testserver/')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  assert.equal((await assertReadable(server, '/', { origin: ORIGIN })).url, `https://127.0.0.1:${server.address().port}/`)
})

test('streams without an end are cancelled once their beginning is known', async () => {
  const headers = (type) => ({ 'content-type': type, 'access-control-allow-origin': '*' })
  for (const type of ['text/event-stream', 'application/x-ndjson']) {
    let cancelled
    const isCancelled = new Promise((resolve) => { cancelled = resolve })
    let timer
    const source = {
      start (controller) { timer = setInterval(() => controller.enqueue(new TextEncoder().encode('data: 1\n\n')), 5) },
      cancel () { clearInterval(timer); cancelled(true) }
    }
    await assertReadable(() => new Response(new ReadableStream(source), { headers: headers(type) }), '/', { origin: ORIGIN, timeout: 300 })
    assert.equal(await Promise.race([isCancelled, wait(2000, false)]), true, type)
  }
  const app = require('fastify')()
  app.get('/', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, headers('text/event-stream')).write('data: 1\n\n')
  })
  await assertReadable(app, '/', { origin: ORIGIN, timeout: 2000 })
  const endless = new ReadableStream({ pull (controller) { controller.enqueue(new Uint8Array(8 * 1024 * 1024)) } })
  const { body } = await assertReadable(() => new Response(endless, { headers: headers('text/plain') }), '/', { origin: ORIGIN })
  assert.equal(body.length, 64 * 1024 * 1024)
})

test('a request without a body has the length that browsers send', async () => {
  const lengths = []
  const app = (request, response) => {
    lengths.push([request.method, request.headers['content-length']])
    OURS['a listener']()(request, response)
  }
  for (const method of ['GET', 'POST', 'PUT']) await assertReadable(app, '/', { origin: ORIGIN, method })
  await assertReadable(app, '/', { origin: ORIGIN, method: 'PUT', body: '' })
  assert.deepEqual(lengths, [['GET', undefined], ['POST', '0'], ['OPTIONS', undefined], ['PUT', '0'], ['OPTIONS', undefined], ['PUT', '0']])
})
