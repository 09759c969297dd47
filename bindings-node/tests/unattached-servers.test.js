'use strict'

// Servers to which a policy is not attached, together with one to which it is attached.

const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const { setTimeout: wait } = require('node:timers/promises')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, listen, send, shake } = require('./client.js')

const { Policy, Reloadable } = corsac
const REJECT = { allowOrigins: [], protection: { websockets: 'reject', trustedOrigins: [ORIGIN] } }

/** By name: a function that lets a server respond through a policy's middleware, with `ran` or with an error's code. */
const MIDDLEWARES = {
  'node:http' (policy, settings, server) {
    const middleware = corsac(policy, settings)
    server.on('request', (request, response) => middleware(request, response, (error) => response.end(error?.code ?? 'ran')))
  },
  delegate (policy, settings, server) {
    MIDDLEWARES['node:http'](() => policy, settings, server)
  },
  express (policy, settings, server) {
    const app = require('express')()
    app.use(corsac(policy, settings), (request, response) => response.end('ran'))
    app.use((error, request, response, next) => response.end(error.code))
    server.on('request', app)
  },
  koa (policy, settings, server) {
    const app = new (require('koa'))()
    app.use((ctx, next) => next().catch((error) => { ctx.body = error.code }))
    app.use(require('corsac/koa')(policy, settings)).use((ctx) => { ctx.body = 'ran' })
    server.on('request', app.callback())
  },
  async fastify (policy, settings, server) {
    const app = require('fastify')({ serverFactory: (handler) => server.on('request', handler) })
    await app.register(require('corsac/fastify'), { policy, ...settings })
    app.setErrorHandler((error, request, reply) => reply.code(200).send(error.code))
    app.get('/', async () => 'ran')
    await app.ready()
  }
}

for (const [name, use] of Object.entries(MIDDLEWARES)) {
  test(`a server that accepts handshakes without the policy: its requests are errors: ${name}`, async (t) => {
    for (const policy of [new Policy(REJECT), new Reloadable(new Policy(REJECT))]) {
      const [main, bare, other, verified] = Array.from({ length: 4 }, () => http.createServer())
      policy.attach(main).on('upgrade', () => {})
      for (const server of [other, verified]) server.on('upgrade', () => {})
      // Fastify does this on each address of `localhost`.
      const forwarding = http.createServer().on('upgrade', main.emit.bind(main, 'upgrade'))
      const ask = async (server, settings = {}) => {
        await use(policy, settings, server)
        const port = await listen(t, server)
        return [port, (await send(port)).body]
      }
      for (const server of [main, bare, forwarding]) assert.equal((await ask(server))[1], 'ran')
      assert.equal((await ask(verified, { verifiesUpgrades: true }))[1], 'ran')
      const [port, answer] = await ask(other)
      assert.equal(answer, 'ERR_CORSAC_WEBSOCKETS')
      policy.attach(other)
      assert.equal((await send(port)).body, 'ran')
      assert.match(await shake(port, { Origin: OTHER }), /^HTTP\/1\.1 403 /)
      // A listener that is added later is noticed as well.
      bare.on('upgrade', () => {})
      assert.equal((await send(bare.address().port)).body, 'ERR_CORSAC_WEBSOCKETS')
    }
  })
}

test('requests without a server, and policies that check no handshakes, are served', () => {
  const attached = new Policy(REJECT)
  attached.attach(http.createServer())
  const open = new Reloadable(new Policy({ allowOrigins: [] }))
  const server = http.createServer().on('upgrade', () => {})
  const unbound = { get server () { throw new Error('the session has ended') } }
  for (const [policy, socket] of [[attached], [attached, {}], [attached, { server: {} }], [attached, unbound], [open, { server }]]) {
    const served = []
    const response = { getHeader () {}, setHeader () {}, writeHead () {} }
    corsac(policy)({ method: 'GET', url: '/', headers: {}, socket }, response, (error) => served.push(error))
    assert.deepEqual(served, [undefined])
  }
})

test('an HTTP/2 server that accepts handshakes without the policy causes a warning', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code, message }) => warnings.push([code, message]))
  t.after(() => process.removeAllListeners('warning'))
  const policy = new Policy(REJECT)
  policy.attach(http.createServer())
  for (const enableConnectProtocol of [false, true]) {
    const middleware = corsac(policy)
    const server = http2.createServer({ settings: { enableConnectProtocol } }, (request, response) => middleware(request, response, () => response.end('ran')))
    const client = http2.connect(`http://127.0.0.1:${await listen(t, server)}`)
    t.after(() => client.destroy())
    for (let i = 0; i < 3; i++) {
      let text = ''
      for await (const data of client.request().setEncoding('utf8')) text += data
      assert.equal(text, 'ran')
    }
  }
  await wait(5)
  assert.deepEqual(warnings.map(([code]) => code), ['CORSAC_WEBSOCKETS_ELSEWHERE'])
  assert.match(warnings[0][1], /`policy\.attach\(server\)` for each server/)
})
