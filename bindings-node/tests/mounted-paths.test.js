'use strict'

// A path that a framework passes to a mounted application never gets the policy of another route.

const assert = require('node:assert/strict')
const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const { OTHER, listen, send } = require('./client.js')

/** The application that is mounted at `/admin` names itself in its response, and all other handlers respond
 * differently. */
const mounted = (app, options) => {
  app.use(corsac(options))
  app.use('/admin', (request, response) => response.end('admin'))
  app.use('/public', (request, response) => response.end('public'))
  app.use((request, response) => response.end('other'))
  return app
}

const routed = (app, below, options) => {
  app.use(corsac(options))
  for (const name of ['admin', 'public']) {
    for (const path of [`/${name}`, `/${name}/${below}`]) app.all(path, (request, response) => response.end(name))
  }
  app.use((request, response) => response.end('other'))
  return app
}

async function fastify (options, settings) {
  const app = require('fastify')(settings)
  await app.register(require('corsac/fastify'), { policy: new corsac.Policy(options) })
  for (const name of ['admin', 'public']) {
    for (const url of [`/${name}`, `/${name}/*`]) app.get(url, async () => name)
  }
  app.setNotFoundHandler((request, reply) => reply.code(200).send('other'))
  await app.ready()
  return app.server
}

async function hono (options) {
  const { Hono } = await import('hono')
  const { getRequestListener } = await import('@hono/node-server')
  const app = new Hono()
  app.use(require('corsac/hono')(options))
  for (const name of ['admin', 'public']) app.all(`/${name}/*`, (c) => c.text(name))
  app.all('*', (c) => c.text('other'))
  return http.createServer(getRequestListener(app.fetch))
}

const CASELESS = { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, useSemicolonDelimiter: true }
const HOSTS = {
  connect: (options) => http.createServer(mounted(require('connect')(), options)),
  'express4, mounted': (options) => http.createServer(mounted(require('express4')(), options)),
  'express, mounted': (options) => http.createServer(mounted(require('express')(), options)),
  'express4, routes': (options) => http.createServer(routed(require('express4')(), '*', options)),
  'express, routes': (options) => http.createServer(routed(require('express')(), '*rest', options)),
  fastify: (options) => fastify(options),
  'fastify, lenient': (options) => fastify(options, { routerOptions: CASELESS }),
  hono
}

const POLICIES = [
  { allowOrigins: ['*'], routes: [{ path: '/admin', allowOrigins: [] }, { path: '/admin/{*rest}', allowOrigins: [] }, { path: '/{name}', allowOrigins: ['*'] }] },
  { allowOrigins: [], routes: [{ path: '/public/{*rest}', allowOrigins: ['*'] }] }
]

/** Everything that a client can write before, after, between or instead of the characters of a path. */
function * targets (name) {
  const odd = []
  for (const text of '!"$&\'()*+,-.:;<=>@[\\]^_`{|}~aZ7\x80\x85\xa0\xff#?') odd.push(text)
  for (const byte of ['00', '09', '0a', '0d', '20', '23', '25', '2e', '2f', '3b', '3f', '5c', '7f', '80', 'a0', 'ff']) odd.push(`%${byte}`)
  odd.push('..', '.;', ';.', '/.', './', '//', '/..', '..;/', '.%2f', '%2e%2f', '%2f..', '%5c..', '%252e', '%252f', '%c4%b0', '%e2%84%aa', '%ef%bc%8f', '.%00', '%20.', '.x/../')
  for (const text of odd) {
    for (const target of [`/${name}${text}`, `/${name}${text}x`, `/${name}${text}/x`, `/${name}/${text}`, `/${text}/${name}`, `/${text}${name}`, `${text}/${name}`, `/x/${text}/${name}`, `/x${text}/../${name}`]) {
      yield target
    }
  }
  for (const text of [name.toUpperCase(), `${name}.X`, `${name.toUpperCase()}.x`, `${name.slice(0, -1)}%${name.charCodeAt(name.length - 1).toString(16)}`]) yield `/${text}`
  yield `http://a/${name}`
  yield `http://a/${name}.x`
}

/** Sends each target as it is, and returns which handler ran, and who may read the response. */
async function ask (port, all) {
  const answers = []
  for (let start = 0; start < all.length; start += 64) {
    answers.push(...await Promise.all(all.slice(start, start + 64).map(async (target) => {
      const socket = net.connect(port, '127.0.0.1').on('error', () => {}).setEncoding('latin1')
      let text = ''
      socket.on('data', (data) => { text += data })
      socket.end(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: ${OTHER}\r\n\r\n`, 'latin1'))
      await once(socket, 'close')
      const [head, ...body] = text.split('\r\n\r\n')
      const ran = / 200 /.test(head) ? /admin|public|other/.exec(body.join(''))?.[0] : undefined
      return { target, ran, isOpen: /access-control-allow-origin: \*/i.test(head) }
    })))
  }
  return answers
}

test('a mounted handler has the protection of its route: connect', async (t) => {
  const ran = []
  const app = require('connect')()
  app.use(corsac({
    allowOrigins: [],
    routes: [
      { path: '/admin', protection: { writes: 'reject' } }, { path: '/admin/{*rest}', protection: { writes: 'reject' } },
      { path: '/docs/admin.x', allowOrigins: ['*'] }, { path: '/files/secret', protection: { writes: 'reject' } }
    ]
  }))
  const below = require('connect')()
  below.use('/.well-known', (request, response) => { ran.push(request.originalUrl); response.end('run') })
  below.use((request, response) => { ran.push(request.originalUrl); response.end('run') })
  app.use('/admin', below)
  app.use((request, response) => response.end('other'))
  const port = await listen(t, http.createServer(app))
  const write = (path) => send(port, { method: 'POST', path, headers: { origin: OTHER, 'sec-fetch-site': 'cross-site', 'content-length': '0' } })
  for (const path of ['/admin', '/admin.x', '/ADMIN.x', '/admin.x/users', '/admin.', '/admin..', '/admin.well-known.x', '/admin%2ex', '/admin.z%2F..%2Fx']) {
    assert.equal((await write(path)).status, 403, path)
  }
  assert.deepEqual(ran, [])
  assert.equal((await write('/other')).status, 200)
  // The mounted handler does run there: a write from its own host passes.
  const own = await send(port, { method: 'POST', path: '/admin.x', headers: { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin', 'content-length': '0' } })
  assert.deepEqual([own.status, ran], [200, ['/admin.x']])
})

for (const [name, create] of Object.entries(HOSTS)) {
  test(`a mounted handler has the policy of its route: ${name}`, async (t) => {
    for (const options of POLICIES) {
      const port = await listen(t, await create(options))
      const isStrict = options.allowOrigins.length === 0
      const answers = await ask(port, [...targets(isStrict ? 'public' : 'admin')])
      // Routes are compared without regard to case, as the specification says, but to some frameworks a path in
      // another case is another path.
      const isOtherCase = (target) => target === '/PUBLIC'
      const wrong = answers.filter(({ target, ran, isOpen }) => ran !== undefined && isOpen && (isStrict ? ran !== 'public' && !isOtherCase(target) : ran === 'admin'))
      assert.deepEqual(wrong.map(({ target, ran }) => `${target} ran ${ran}`), [])
      const guarded = answers.filter(({ ran }) => ran === (isStrict ? 'public' : 'admin')).length
      assert(guarded > 10, `${guarded} of ${answers.length} ran it`)
      t.diagnostic(`${answers.length} paths, ${guarded} run it`)
    }
  })
}
