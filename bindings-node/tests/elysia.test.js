'use strict'

// Elysia on Node: with its adapter over real sockets, and as a function from `Request` to `Response`.

const assert = require('node:assert/strict')
const test = require('node:test')
const corsac = require('corsac')
const cors = require('corsac/elysia')

process.removeAllListeners('warning')

test('Elysia with the adapter for Node', async (t) => {
  const { node } = await import('@elysiajs/node')
  const { check } = await import('./elysia-app.mjs')
  const listen = (app) => new Promise((resolve, reject) => {
    app.listen({ port: 0, hostname: '127.0.0.1' }, (server) => {
      t.after(() => server.raw.close(true))
      server.raw.ready().then(() => resolve(`http://127.0.0.1:${server.raw.node.server.address().port}`), reject)
    })
  })
  const count = await check({ adapter: node() }, listen)
  assert(count > 150, `${count} answers`)
})

test('Elysia as a function from Request to Response', async () => {
  const { Elysia } = await import('elysia')
  const policies = new corsac.Reloadable(new corsac.Policy({ allowOrigins: [] }))
  const app = new Elysia().use(cors(policies)).get('/', () => 'hello')
  const ask = () => app.handle(new Request('http://localhost/', { headers: { origin: 'https://a.example' } }))
  assert.equal((await ask()).headers.get('access-control-allow-origin'), null)
  policies.swap(new corsac.Policy({ allowOrigins: ['https://a.example'] }))
  assert.equal((await ask()).headers.get('access-control-allow-origin'), 'https://a.example')
})

test('what cannot be covered is refused', async () => {
  const { Elysia } = await import('elysia')
  assert.throws(() => new Elysia({ aot: false }).use(cors({ allowOrigins: [] })), /corsac: with `aot: false`, Elysia calls no function/)
  assert.throws(() => cors({ allowOrigins: [] })({}), /new Elysia\(\).use\(cors\(options\)\)/)
  assert.throws(() => cors({ allowOrigins: ['https://app.example.com/'] }), /ends in a slash/)
})
