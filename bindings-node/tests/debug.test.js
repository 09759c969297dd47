'use strict'

// The debug mode: what a middleware prints on standard error and adds to responses, in every host.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const test = require('node:test')
const corsac = require('corsac')
const { Browser } = require('corsac/testing')

const ORIGIN = 'https://app.example.com'
const EVIL = 'https://evil.example'
const OPTIONS = { allowOrigins: [ORIGIN], allowMethods: ['PUT'] }
const OWN = { 'content-disposition': 'attachment', 'server-timing': 'db;dur=1' }

const answer = (request, response) => response.writeHead(200, OWN).end('ran')

/** Applications in which every path responds with `OWN`. */
const HOSTS = {
  'node:http': (options, settings) => {
    const middleware = corsac(options, settings)
    return (request, response) => middleware(request, response, () => answer(request, response))
  },
  express: (options, settings) => {
    const app = require('express')()
    app.use(corsac(options, settings))
    app.use(answer)
    return app
  },
  fastify: (options, settings) => {
    const app = require('fastify')()
    app.register(require('corsac/fastify'), { ...options, ...settings })
    for (const method of ['GET', 'PUT']) app.route({ method, url: '/*', handler: (request, reply) => reply.headers(OWN).send('ran') })
    return app
  },
  koa: (options, settings) => {
    const app = new (require('koa'))()
    app.use(require('corsac/koa')(options, settings))
    app.use((ctx) => { ctx.set(OWN); ctx.body = 'ran' })
    return app
  },
  hono: async (options, settings) => {
    const { Hono } = await import('hono')
    const app = new Hono()
    app.use(require('corsac/hono')(options, settings))
    app.all('*', (c) => c.text('ran', 200, OWN))
    return app
  },
  web: (options, settings) => require('corsac/web')(options, settings)((request) => new Response('ran', { headers: OWN }))
}

/** Runs something, and returns what it wrote on standard error. */
async function printed (t, run) {
  const write = t.mock.method(process.stderr, 'write', () => true)
  try {
    await run()
    return write.mock.calls.map(({ arguments: [text] }) => text).join('')
  } finally {
    write.mock.restore()
  }
}

const timing = ({ response }) => response.headers.filter(([name]) => name === 'server-timing').map(([, value]) => value).join(', ')

for (const [name, make] of Object.entries(HOSTS)) {
  test(`${name}: each new combination is printed once, and responses have the reason`, async (t) => {
    const browser = new Browser(await make(OPTIONS, { debug: true }))
    const text = await printed(t, async () => {
      for (let i = 0; i < 3; i++) {
        assert.equal(timing(await browser.fetch('/items?token=hunter2', { origin: EVIL })), 'db;dur=1, corsac;desc="origin-not-allowed"')
        assert.equal(timing(await browser.fetch('/items', { origin: ORIGIN })), 'db;dur=1, corsac;desc="origin-allowed"')
        await browser.fetch('/items', { origin: ORIGIN, method: 'DELETE' })
      }
    })
    assert.equal(text.match(/^corsac: /gm).length, 4, text)
    assert(text.includes(`corsac: origin-not-allowed: a page of ${EVIL} sends GET /items\n`), text)
    assert(text.includes(`help: add \`${EVIL}\` to \`allow_origins\``), text)
    assert(text.includes('help: add `DELETE` to `allow_methods`'), text)
    assert(text.includes('has headers that no script can read'), text)
    assert(text.includes('add `content-disposition` to `expose_headers`'), text)
    assert(!text.includes('hunter2'))
  })

  test(`${name}: nothing is printed unless it is asked for`, async (t) => {
    t.after(() => { delete process.env.CORSAC_DEBUG })
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'development'
    t.after(() => { if (before === undefined) delete process.env.NODE_ENV; else process.env.NODE_ENV = before })
    for (const [variable, settings, isOn] of [[undefined, {}, false], ['1', {}, true], ['0', {}, false], ['', {}, false], ['1', { debug: false }, false]]) {
      delete process.env.CORSAC_DEBUG
      if (variable !== undefined) process.env.CORSAC_DEBUG = variable
      const browser = new Browser(await make(OPTIONS, settings), { origin: EVIL })
      const text = await printed(t, async () => assert.equal(timing(await browser.fetch('/')).includes('corsac'), isOn))
      assert.equal(text !== '', isOn)
    }
  })
}

test('`debug` is true or false', () => {
  assert.throws(() => corsac(OPTIONS, { debug: 'yes' }), /`debug` takes true or false/)
})

test('preflights, which corsac answers itself, have the reason', async (t) => {
  const headers = { origin: EVIL, 'access-control-request-method': 'PUT' }
  const server = http.createServer(HOSTS['node:http'](OPTIONS, { debug: true })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  await printed(t, async () => {
    const refusals = [
      await HOSTS.web(OPTIONS, { debug: true })(new Request('https://testserver/', { method: 'OPTIONS', headers })),
      await fetch(`http://127.0.0.1:${server.address().port}`, { method: 'OPTIONS', headers })
    ]
    for (const refusal of refusals) assert.equal(refusal.headers.get('server-timing'), 'corsac;desc="origin-not-allowed"')
  })
})

test('handshakes: the printed block, and the reason in a refusal', async (t) => {
  const policy = new corsac.Policy({ allowOrigins: [ORIGIN], protection: { websockets: 'reject' } })
  const handshake = { origin: EVIL, host: 'api.example', connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
  const server = policy.attach(http.createServer().on('upgrade', (request, socket) => socket.destroy()), { debug: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const attached = await printed(t, async () => {
    const [response] = await once(http.get({ port: server.address().port, path: '/chat', headers: handshake, agent: false }), 'response')
    assert.equal(response.headers['server-timing'], 'corsac;desc="websocket-refused"')
    response.resume()
  })
  process.env.CORSAC_DEBUG = '1'
  t.after(() => { delete process.env.CORSAC_DEBUG })
  const other = new corsac.Policy({ allowOrigins: [ORIGIN], protection: { websockets: 'reject' } })
  const verified = await printed(t, () => { assert.equal(other.verifyUpgrade({ method: 'GET', url: '/chat', headers: handshake }), false) })
  for (const text of [attached, verified]) assert.match(text, /^corsac: websocket-refused: a page of https:\/\/evil\.example opens a WebSocket at \/chat\n/)
})

test('the response of an error handler, after a predicate failed, has the reason', async (t) => {
  const allowOrigin = () => { throw new Error('mine') }
  const { Hono } = await import('hono')
  const hono = new Hono()
  hono.use(require('corsac/hono')({ allowOrigin }, { debug: true }))
  hono.onError((error, c) => c.text(error.message, 500))
  const express = require('express')()
  express.use(corsac({ allowOrigin }, { debug: true }))
  express.use((error, request, response, next) => response.status(500).end(error.message))
  for (const app of [hono, express]) {
    await printed(t, async () => assert.equal(timing(await new Browser(app).fetch('/', { origin: ORIGIN })), 'corsac;desc="predicate-failed"'))
  }
})

test('the site\'s own pages are left out', async (t) => {
  const browser = new Browser(HOSTS.express(OPTIONS, { debug: true }), { origin: 'https://testserver' })
  assert.equal(await printed(t, () => browser.fetch('/', { method: 'POST' })), '')
})

test('terminals are not controlled, and a request cannot imitate a block', async (t) => {
  const middleware = corsac(OPTIONS, { debug: true })
  const response = { writeHead () { return this }, setHeader () {}, getHeader () {}, getHeaderNames: () => [], end () {} }
  const text = await printed(t, () => {
    middleware({ method: 'G\u001bET', url: '/\u202e\u001b[31m', headers: { origin: 'https://\u001b[2J\u0007\ncorsac: origin-allowed' } }, response, () => {})
  })
  assert.match(text, /^corsac: origin-malformed: /)
  assert(!/[^\n\x20-\uffff]|[\x7f-\x9f\u202e]/.test(text), JSON.stringify(text))
  assert.equal(text.match(/^corsac: /gm).length, 1)
})

test('middlewares before corsac are named once', async (t) => {
  const authenticate = (request, response, next) => next()
  for (const express of [require('express'), require('express4')]) {
    const app = express()
    app.use(authenticate)
    app.get('/early', answer)
    app.use(corsac(OPTIONS, { debug: true }))
    app.get('/items', answer)
    const browser = new Browser(app, { origin: ORIGIN })
    const text = await printed(t, async () => { await browser.fetch('/items'); await browser.fetch('/items') })
    assert.equal(text.match(/`authenticate` runs before corsac: /g).length, 1, text)
    assert.match(text, /help: use corsac before all other middleware/)
    assert.match(text, /`\/early` comes before corsac, so its responses have no CORS headers/)
  }
  const koa = new (require('koa'))()
  koa.use(async function session (ctx, next) { await next() })
  koa.use(require('corsac/koa')(() => OPTIONS, { debug: true }))
  const { Hono } = await import('hono')
  const hono = new Hono()
  hono.use(async function session (c, next) { await next() })
  hono.use(require('corsac/hono')(() => OPTIONS, { debug: true }))
  for (const app of [koa, hono]) {
    const browser = new Browser(app, { origin: ORIGIN })
    const text = await printed(t, async () => { await browser.fetch('/'); await browser.fetch('/') })
    assert.equal(text.match(/`session` runs before corsac/g)?.length, 1, text)
  }
  const first = require('express')()
  first.use(corsac(OPTIONS, { debug: true }))
  first.use(authenticate)
  assert(!(await printed(t, () => new Browser(first, { origin: ORIGIN }).fetch('/'))).includes('before corsac'))
})

test('after a swap, blocks are printed for the new policy', async (t) => {
  const policies = new corsac.Reloadable(new corsac.Policy(OPTIONS))
  const browser = new Browser(HOSTS.express(policies, { debug: true }), { origin: EVIL })
  const text = await printed(t, async () => {
    await browser.fetch('/')
    policies.swap(new corsac.Policy({ allowOrigins: [] }))
    await browser.fetch('/')
  })
  assert.equal(text.match(/corsac: origin-not-allowed/g).length, 2)
})

test('at most a thousand blocks are printed', async (t) => {
  const app = HOSTS.web(OPTIONS, { debug: true })
  const text = await printed(t, async () => {
    for (let i = 0; i < 1010; i++) await app(new Request('https://testserver/', { headers: { origin: `https://${i}.example` } }))
  })
  assert.equal(text.match(/^corsac: origin-not-allowed/gm).length, 1000)
  assert.match(text, /corsac: 1000 messages were printed for this policy, and no more will be printed\n$/)
})

test('it goes to standard error', () => {
  const script = `
    const cors = require('corsac')
    cors({ allowOrigins: [] })({ method: 'GET', url: '/', headers: { origin: 'https://a.example' } }, { setHeader () {}, getHeader () {} }, () => {})`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: path.join(__dirname, '..'), encoding: 'utf8', env: { ...process.env, CORSAC_DEBUG: 'true' }
  })
  assert.equal(stdout, '')
  assert.match(stderr, /^corsac: origin-not-allowed: a page of https:\/\/a\.example sends GET \/\n/)
})
