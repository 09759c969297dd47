'use strict'

// Starts each framework, and checks that the same requests get the same responses.

const assert = require('node:assert/strict')
const http = require('node:http')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const OPTIONS = { allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowCredentials: true, exposeHeaders: ['ETag'] }
const READABLE = { 'allow-origin': ORIGIN, 'allow-credentials': 'true', 'expose-headers': 'etag' }
const VARY_PREFLIGHT = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

// Each serves GET /hello and PUT /hello, GET /vary (which sets `Vary: Accept`), GET /own (which sets CORS
// headers of its own), GET /fails (which throws) and GET /stream; nothing at /nowhere.
const HOSTS = {
  'node:http' (middleware) {
    const answer = (request, response) => {
      switch (request.url) {
        case '/hello': return response.end('hello')
        case '/vary': return response.setHeader('Vary', 'Accept').end('hello')
        case '/own':
          response.setHeader('Access-Control-Allow-Origin', '*').setHeader('access-control-expose-headers', ['a', 'b'])
          return response.end('hello')
        case '/stream': return response.write('one '), setImmediate(() => response.end('two'))
        default: response.statusCode = request.url === '/fails' ? 500 : 404
      }
      response.end()
    }
    return http.createServer((request, response) => middleware(request, response, () => answer(request, response)))
  },
  connect (middleware) {
    const app = require('connect')()
    app.use(middleware)
    app.use('/hello', (request, response) => response.end('hello'))
    app.use('/vary', (request, response) => response.setHeader('Vary', 'Accept').end('hello'))
    app.use('/own', (request, response) => response.setHeader('Access-Control-Allow-Origin', '*').end('hello'))
    app.use('/fails', () => { throw new Error('on purpose') })
    app.use('/stream', (request, response) => { response.write('one '); setImmediate(() => response.end('two')) })
    app.use((error, request, response, next) => { response.statusCode = 500; response.end(error.message) })
    return http.createServer(app)
  },
  express4: (middleware) => express(require('express4'), middleware),
  express: (middleware) => express(require('express'), middleware),
  async nest (middleware) {
    require('reflect-metadata')
    const { Controller, Get, Header, Module, Put, Res } = require('@nestjs/common')
    const { NestFactory } = require('@nestjs/core')
    class Hello {
      hello () { return 'hello' }
      put () { return 'hello' }
      own (response) { response.set('Access-Control-Allow-Origin', '*').send('hello') }
      fails () { throw new Error('on purpose') }
      stream (response) { response.write('one '); setImmediate(() => response.end('two')) }
    }
    const on = (name, ...decorators) => {
      for (const decorate of decorators) decorate(Hello.prototype, name, Object.getOwnPropertyDescriptor(Hello.prototype, name))
    }
    Hello.prototype.vary = function () { return 'hello' }
    on('hello', Get('hello'))
    on('put', Put('hello'))
    on('vary', Get('vary'), Header('Vary', 'Accept'))
    on('own', Get('own'))
    on('fails', Get('fails'))
    on('stream', Get('stream'))
    for (const name of ['own', 'stream']) Res()(Hello.prototype, name, 0)
    Controller()(Hello)
    class App {}
    Module({ controllers: [Hello] })(App)
    const app = await NestFactory.create(App, { logger: false })
    app.use(middleware)
    await app.init()
    return app.getHttpServer()
  },
  async fastify () {
    const app = require('fastify')()
    await app.register(require('corsac/fastify'), OPTIONS)
    app.route({ method: ['GET', 'PUT'], url: '/hello', handler: async () => 'hello' })
    app.get('/vary', async (request, reply) => reply.header('Vary', 'Accept').send('hello'))
    app.get('/own', async (request, reply) => reply.header('Access-Control-Allow-Origin', '*').send('hello'))
    app.get('/fails', async () => { throw new Error('on purpose') })
    app.get('/stream', async () => require('node:stream').Readable.from(['one ', 'two']))
    await app.ready()
    return app.server
  },
  koa () {
    const Koa = require('koa')
    const app = new Koa()
    app.silent = true
    app.use(require('corsac/koa')(OPTIONS))
    app.use((ctx) => {
      switch (ctx.path) {
        case '/hello': ctx.body = 'hello'; break
        case '/vary': ctx.set('Vary', 'Accept'); ctx.body = 'hello'; break
        case '/own': ctx.set('Access-Control-Allow-Origin', '*'); ctx.body = 'hello'; break
        case '/fails': throw new Error('on purpose')
        case '/stream': ctx.body = require('node:stream').Readable.from(['one ', 'two'])
      }
    })
    return http.createServer(app.callback())
  },
  async hono () {
    const { Hono } = await import('hono')
    const { getRequestListener } = await import('@hono/node-server')
    const app = new Hono()
    app.use(require('corsac/hono')(OPTIONS))
    app.on(['GET', 'PUT'], '/hello', (c) => c.text('hello'))
    app.get('/vary', (c) => c.text('hello', 200, { Vary: 'Accept' }))
    app.get('/own', (c) => c.text('hello', 200, { 'Access-Control-Allow-Origin': '*' }))
    app.get('/fails', () => { throw new Error('on purpose') })
    app.get('/stream', () => new Response(new Blob(['one ', 'two']).stream()))
    app.onError((error, c) => c.text(error.message, 500))
    return http.createServer(getRequestListener(app.fetch))
  },
  async web () {
    const { getRequestListener } = await import('@hono/node-server')
    const wrap = require('corsac/web')(OPTIONS)
    const handler = wrap(async (request) => {
      switch (new URL(request.url).pathname) {
        case '/hello': return new Response('hello')
        case '/vary': return new Response('hello', { headers: { Vary: 'Accept' } })
        case '/own': return new Response('hello', { headers: { 'Access-Control-Allow-Origin': '*' } })
        case '/fails': return Response.error().type === 'error' ? new Response('', { status: 500 }) : undefined
        case '/stream': return new Response(new Blob(['one ', 'two']).stream())
        default: return new Response(null, { status: 404 })
      }
    })
    return http.createServer(getRequestListener((request) => handler(request)))
  }
}

function express (express, middleware) {
  const app = express()
  app.use(middleware)
  app.all('/hello', (request, response) => { response.send('hello') })
  app.get('/vary', (request, response) => { response.vary('Accept').send('hello') })
  app.get('/own', (request, response) => { response.set('Access-Control-Allow-Origin', '*').send('hello') })
  app.get('/fails', () => { throw new Error('on purpose') })
  app.get('/stream', (request, response) => { response.write('one '); setImmediate(() => response.end('two')) })
  app.use((error, request, response, next) => { response.status(500).send(error.message) })
  return http.createServer(app)
}

for (const [name, create] of Object.entries(HOSTS)) {
  test(name, async (t) => {
    process.removeAllListeners('warning')
    const port = await listen(t, await create(corsac(OPTIONS)))
    const get = (path, origin, method) => send(port, { path, method, headers: origin === undefined ? {} : { origin } })

    await t.test('an allowed origin', async () => {
      for (const [path, status, body] of [['/hello', 200, 'hello'], ['/nowhere', 404], ['/fails', 500], ['/stream', 200, 'one two']]) {
        const answer = await get(path, ORIGIN)
        assert.equal(answer.status, status)
        if (body) assert.equal(answer.body, body)
        assert.deepEqual(cors(answer), { ...READABLE, vary: 'Origin' }, path)
      }
    })
    await t.test('any other request', async () => {
      for (const origin of [undefined, OTHER, 'null', '']) {
        for (const path of ['/hello', '/nowhere', '/fails', '/stream', '/own']) {
          assert.deepEqual(cors(await get(path, origin)), { vary: 'Origin' }, `${path} ${origin}`)
        }
      }
    })
    await t.test('Vary is merged', async () => {
      assert.deepEqual(cors(await get('/vary', ORIGIN)), { ...READABLE, vary: 'Accept, Origin' })
      assert.deepEqual(cors(await get('/vary')), { vary: 'Accept, Origin' })
    })
    await t.test('its own CORS headers are removed', async () => {
      assert.deepEqual(cors(await get('/own', ORIGIN)), { ...READABLE, vary: 'Origin' })
    })
    await t.test('a preflight is answered', async () => {
      for (const path of ['/hello', '/nowhere', '/fails']) {
        const answer = await send(port, { path, method: 'OPTIONS', headers: preflight() })
        assert.equal(answer.status, 204)
        assert.equal(answer.body, '')
        assert.equal(answer.headers['content-length'], undefined)
        assert.deepEqual(cors(answer), {
          'allow-origin': ORIGIN,
          'allow-credentials': 'true',
          'allow-methods': 'GET, HEAD, POST, PUT',
          'allow-headers': 'accept, accept-language, content-language, content-type',
          'max-age': '600',
          vary: VARY_PREFLIGHT
        })
      }
    })
    await t.test('a preflight is refused', async () => {
      const answer = await send(port, { path: '/hello', method: 'OPTIONS', headers: preflight(OTHER) })
      assert.equal(answer.status, 403)
      assert.equal(answer.body, 'corsac: origin-not-allowed\n')
      assert.deepEqual(answer.headers['content-type'], ['text/plain; charset=utf-8'])
      assert.deepEqual(cors(answer), { vary: VARY_PREFLIGHT })
    })
    await t.test('other OPTIONS reach the application', async () => {
      const answer = await get('/nowhere', ORIGIN, 'OPTIONS')
      assert.equal(answer.status, 404)
      assert.deepEqual(cors(answer), { ...READABLE, vary: VARY_PREFLIGHT })
    })
  })
}
