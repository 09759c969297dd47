'use strict'

// WebSocket handshakes: real servers, real packages, a raw client with hostile and friendly origins.

const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const net = require('node:net')
const { once } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, listen, send, shake } = require('./client.js')

const { Policy, Reloadable } = corsac
const REJECT = { allowOrigins: [], protection: { websockets: 'reject', trustedOrigins: [ORIGIN] } }
const REFUSED = /^HTTP\/1\.1 403 Forbidden\r\n(?=[^]*\r\nvary: Origin, Sec-Fetch-Site, Upgrade, Sec-WebSocket-Key\r\n)[^]*\r\n\r\ncorsac: websocket-refused\n$/

const SWITCHED = /^HTTP\/1\.1 101 /

/** Servers with a WebSocket endpoint at `/`, each with the number of its connections. */
const SERVERS = {
  'ws, attached' (policy) {
    const server = policy.attach(http.createServer())
    return [server, count(new (require('ws').WebSocketServer)({ server }))]
  },
  'ws, attached after' (policy) {
    const server = http.createServer()
    const counted = count(new (require('ws').WebSocketServer)({ server }))
    policy.attach(server)
    return [server, counted]
  },
  'ws, noServer' (policy) {
    const wss = new (require('ws').WebSocketServer)({ noServer: true })
    const server = policy.attach(http.createServer())
    server.on('upgrade', (request, socket, head) => wss.handleUpgrade(request, socket, head, (client) => wss.emit('connection', client)))
    return [server, count(wss)]
  },
  'ws, verifyClient' (policy) {
    const server = http.createServer()
    return [server, count(new (require('ws').WebSocketServer)({ server, verifyClient: ({ req }) => policy.verifyUpgrade(req) }))]
  },
  'ws, verifyClient with a callback' (policy) {
    const server = http.createServer()
    const verifyClient = ({ req }, done) => policy.verifyUpgrade(req, (error, allowed) => done(error === null && allowed, 403))
    return [server, count(new (require('ws').WebSocketServer)({ server, verifyClient }))]
  },
  'its own listener' (policy) {
    const connections = { count: 0 }
    const server = http.createServer().on('upgrade', (request, socket) => {
      if (!policy.verifyUpgrade(request)) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      connections.count++
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    return [server, connections]
  }
}

function count (wss) {
  const connections = { count: 0 }
  wss.on('connection', () => { connections.count++ })
  return connections
}

for (const [name, create] of Object.entries(SERVERS)) {
  test(`handshakes: ${name}`, async (t) => {
    for (const policy of [new Policy(REJECT), new Reloadable(new Policy(REJECT))]) {
      const [server, connections] = create(policy)
      const port = await listen(t, server)
      for (const headers of [
        { Origin: OTHER }, { Origin: 'null' }, { Origin: OTHER, 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' },
        { Origin: `${ORIGIN}, ${OTHER}` }, { Origin: OTHER, 'X-Forwarded-Host': new URL(OTHER).host }, { Origin: OTHER, Upgrade: 'WebSocket' },
        { Origin: OTHER, Upgrade: 'h2c, websocket' }
      ]) {
        const answer = await shake(port, headers)
        if (name.includes('attached') || name.includes('noServer')) assert.match(answer, REFUSED, JSON.stringify(headers))
        // `ws` itself refuses some handshakes before it asks the policy.
        else assert.match(answer, /^HTTP\/1\.1 4\d\d /, JSON.stringify(headers))
      }
      assert.equal(connections.count, 0)
      for (const headers of [{ Origin: ORIGIN }, {}, { Origin: `http://127.0.0.1:${port}` }, { Origin: OTHER, 'Sec-Fetch-Site': 'same-origin' }]) {
        assert.match(await shake(port, headers), SWITCHED, JSON.stringify(headers))
      }
      await wait(5)
      assert.equal(connections.count, 4)
    }
  })
}

test('socket.io, together with plain requests', async (t) => {
  const { Server } = require('socket.io')
  const { io } = require('socket.io-client')
  for (const build of [
    (policy, server) => new Server(policy.attach(server), { cors: { origin: '*' } }),
    (policy, server) => new Server(server, { cors: { origin: '*' }, allowRequest: (request, callback) => policy.verifyUpgrade(request, callback) })
  ]) {
    const server = http.createServer((request, response) => response.end('plain'))
    const sockets = build(new Policy(REJECT), server)
    let connections = 0
    sockets.on('connection', (socket) => { connections++; socket.on('hello', (text, done) => done(`hello ${text}`)) })
    const port = await listen(t, server)
    const path = '/socket.io/?EIO=4&transport=websocket'
    assert.match(await shake(port, { Origin: OTHER }, { path }), /^HTTP\/1\.1 (?:403|400) /)
    assert.equal(connections, 0)
    assert.match(await shake(port, { Origin: ORIGIN }, { path }), SWITCHED)
    const connect = async (origin) => {
      const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], extraHeaders: { origin }, reconnection: false, forceNew: true })
      t.after(() => client.close())
      const connected = await Promise.race([once(client, 'connect').then(() => true), once(client, 'connect_error').then(() => false)])
      return connected && await client.emitWithAck('hello', 'you')
    }
    assert.equal(await connect(ORIGIN), 'hello you')
    assert.equal(await connect(OTHER), false)
    assert.equal((await send(port, { headers: { origin: OTHER } })).body, 'plain')
    await sockets.close()
  }
})

test('socket.io: allowRequest checks polling too', async (t) => {
  const { Server } = require('socket.io')
  const server = http.createServer()
  const policy = new Policy(REJECT)
  const sockets = new Server(server, { allowRequest: (request, callback) => policy.verifyUpgrade(request, callback) })
  const port = await listen(t, server)
  const poll = async (origin) => (await send(port, { path: '/socket.io/?EIO=4&transport=polling', headers: { origin } })).status
  assert.deepEqual([await poll(ORIGIN), await poll(OTHER)], [200, 403])
  await sockets.close()
})

test('a function decides', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code }) => warnings.push(code))
  t.after(() => process.removeAllListeners('warning'))
  const answers = { [ORIGIN]: true, 'https://throws.example': new Error('no'), 'https://hangs.example': undefined }
  const allowOrigin = async (origin, request) => {
    assert.equal(request.url, '/chat')
    await wait(1)
    if (answers[origin] instanceof Error) throw answers[origin]
    return origin in answers ? answers[origin] ?? new Promise(() => {}) : false
  }
  const policy = new Policy({ allowOrigin, allowCredentials: true, predicateTimeout: 0.1, protection: { websockets: 'reject' } })
  const events = []
  const server = policy.attach(http.createServer(), { onDecision: ({ action, reason, method, request }) => events.push([action, reason, method, request.url]) })
  const connections = count(new (require('ws').WebSocketServer)({ server }))
  const port = await listen(t, server)
  const go = (origin) => shake(port, { Origin: origin }, { path: '/chat' })
  assert.match(await go(ORIGIN), SWITCHED)
  for (const origin of [OTHER, 'https://throws.example', 'https://hangs.example']) assert.match(await go(origin), REFUSED)
  // A client that disconnects while its origin is looked up does not affect the server.
  for (let i = 0; i < 20; i++) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {})
    socket.write(`GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ${ORIGIN}\r\n\r\n`)
    await wait(1)
    socket.resetAndDestroy()
  }
  await wait(20)
  assert.match(await go(ORIGIN), SWITCHED)
  assert(connections.count >= 2)
  assert.deepEqual(events[0], ['continue', 'origin-allowed', 'GET', '/chat'])
  assert.deepEqual(events[1], ['respond', 'websocket-refused', 'GET', '/chat'])
  assert.deepEqual(warnings, ['CORSAC_PREDICATE'])
  // Without a callback, the result is `false`, and a warning says why.
  assert.equal(policy.verifyUpgrade({ method: 'GET', url: '/chat', headers: { origin: ORIGIN, upgrade: 'websocket' } }), false)
  await wait(5)
  assert.deepEqual(warnings, ['CORSAC_PREDICATE', 'CORSAC_ANSWERS_LATER'])
})

test('HTTP/2: extended CONNECT', async (t) => {
  for (const [isCompat, allowOrigin] of [[true], [false], [false, async (origin) => origin === 'https://later.example']]) {
    const policy = new Policy({ ...REJECT, ...(allowOrigin && { allowOrigin, allowCredentials: true }) })
    let heard = 0
    const server = http2.createServer({ settings: { enableConnectProtocol: true } }, isCompat ? (request, response) => response.end('plain') : undefined)
    const listener = isCompat
      ? ['connect', (request, response) => { heard++; response.writeHead(200); response.end('socket') }]
      : ['stream', (stream, headers) => { heard++; stream.respond({ ':status': 200 }); stream.end('socket') }]
    server.on(...listener)
    policy.attach(server)
    const port = await listen(t, server)
    const client = http2.connect(`http://localhost:${port}`)
    t.after(() => client.destroy())
    await once(client, 'remoteSettings')
    const go = async (headers) => {
      const stream = client.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/', ':scheme': 'http', ':authority': `localhost:${port}`, ...headers })
      const [answer] = await once(stream, 'response')
      let text = ''
      for await (const data of stream.setEncoding('utf8')) text += data
      return [answer[':status'], text]
    }
    const refused = [403, 'corsac: websocket-refused\n']
    assert.deepEqual(await go({ origin: OTHER }), refused)
    assert.deepEqual(await go({ origin: 'null' }), refused)
    assert.equal(heard, 0)
    for (const headers of [{ origin: ORIGIN }, { origin: `http://localhost:${port}` }, {}, ...(allowOrigin ? [{ origin: 'https://later.example' }] : [])]) {
      assert.deepEqual(await go(headers), [200, 'socket'], JSON.stringify(headers))
    }
  }
})

test('only reported', async (t) => {
  const events = []
  const policy = new Policy({ ...REJECT, protection: { ...REJECT.protection, reportOnly: true } })
  const server = policy.attach(http.createServer(), { onDecision: ({ reported, origin }) => events.push([reported, origin]) })
  count(new (require('ws').WebSocketServer)({ server }))
  const port = await listen(t, server)
  assert.match(await shake(port, { Origin: OTHER }), SWITCHED)
  assert.match(await shake(port, { Origin: ORIGIN }), SWITCHED)
  assert.deepEqual(events, [['websocket-refused', OTHER], [null, ORIGIN]])
})

test('routes have their own settings for handshakes', async (t) => {
  const policy = new Policy({ allowOrigins: [], routes: [{ path: '/chat/{*rest}', protection: { websockets: 'reject' } }] })
  const server = policy.attach(http.createServer())
  count(new (require('ws').WebSocketServer)({ server }))
  const port = await listen(t, server)
  assert.match(await shake(port, { Origin: OTHER }, { path: '/public?x' }), SWITCHED)
  for (const path of ['/chat', '/chat/1', '/CHAT/1', '/chat%2f1', '/public/../chat']) assert.match(await shake(port, { Origin: OTHER }, { path }), REFUSED, path)
})

test('a server without a listener for upgrades: its requests pass through the middleware', async (t) => {
  const policy = new Policy(REJECT)
  const server = http.createServer()
  policy.attach(server)
  const middleware = corsac(policy)
  server.on('request', (request, response) => middleware(request, response, () => response.end('ran')))
  const port = await listen(t, server)
  assert.match(await shake(port, { Origin: OTHER, Connection: 'Upgrade, close' }), /^HTTP\/1\.1 403 /)
})

test('a hostile client that does not disconnect is disconnected', async (t) => {
  const server = new Policy(REJECT).attach(http.createServer())
  count(new (require('ws').WebSocketServer)({ server }))
  const port = await listen(t, server)
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ${OTHER}\r\n\r\n${'x'.repeat(200_000)}`)
  await once(socket, 'data')
  const connections = async () => (await new Promise((resolve) => server.getConnections((error, count) => resolve(count))))
  for (let i = 0; i < 30 && await connections() > 0; i++) await wait(100)
  assert.equal(await connections(), 0)
  socket.destroy()
})

test('a middleware that would never see them is an error that says what to write', async () => {
  const error = { code: 'ERR_CORSAC_WEBSOCKETS' }
  for (const build of [corsac, require('corsac/koa'), (policy) => require('corsac/fastify')({ hasRoute: () => true, addHook () {}, prefix: '' }, { policy }, (error) => { if (error) throw error })]) {
    assert.throws(() => build(new Policy(REJECT)), (found) => found.code === error.code && /`policy\.attach\(server\)` before `cors\(policy\)`.*`policy\.verifyUpgrade\(request\)`.*verifiesUpgrades: true/.test(found.message))
    assert.throws(() => build(new Reloadable(new Policy(REJECT))), error)
    const attached = new Policy(REJECT)
    attached.attach(http.createServer())
    build(attached)
  }
  assert.throws(() => corsac(REJECT), (found) => found.code === error.code && /`const policy = new Policy\(options\); policy\.attach/.test(found.message))
  assert.throws(() => corsac({ allowOrigins: [], routes: [{ path: '/chat', protection: { websockets: 'reject' } }] }), error)
  corsac(new Policy(REJECT), { verifiesUpgrades: true })
  // In these hosts, handshakes are requests like all others.
  require('corsac/web')(REJECT)
  require('corsac/hono')(REJECT)
  const chosen = await new Promise((resolve) => corsac(() => new Policy(REJECT))({ method: 'GET', headers: {} }, {}, resolve))
  assert.equal(chosen.code, error.code)
})

test('a socket that an application destroys while a function is asked: its error is ignored', async (t) => {
  for (const failure of [undefined, new Error('mine')]) {
    const destroyed = []
    const allowOrigin = async (origin, request) => {
      await wait(1)
      // The answer comes before the socket's `error` event.
      request.socket.destroy(failure)
      destroyed.push(request.socket)
      return true
    }
    const policy = new Policy({ allowOrigin, allowCredentials: true, protection: { websockets: 'reject' } })
    let heard = 0
    const port = await listen(t, policy.attach(http.createServer()).on('upgrade', () => { heard++ }))
    await shake(port, { Origin: OTHER })
    await wait(5)
    assert.equal(destroyed.length, 1)
    assert.equal(heard, 0)
  }
})

test('values to which a policy cannot be attached', () => {
  const policy = new Policy(REJECT)
  for (const server of [undefined, {}, 'x', require('express')]) {
    if (typeof server === 'function') continue
    assert.throws(() => policy.attach(server), TypeError)
  }
  assert.throws(() => new Policy({ allowOrigins: [] }).attach(http.createServer()), /lets every WebSocket handshake pass/)
  for (const request of [undefined, {}, 'x']) assert.throws(() => policy.verifyUpgrade(request), TypeError)
  const server = http.createServer()
  assert.equal(policy.attach(server), server)
  const { emit } = server
  assert.equal(policy.attach(server).emit, emit)
})

test('verifyUpgrade warns if everything is off', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', ({ code }) => warnings.push(code))
  t.after(() => process.removeAllListeners('warning'))
  const policy = new Policy({ allowOrigins: [] })
  for (let i = 0; i < 3; i++) assert.equal(policy.verifyUpgrade({ method: 'GET', url: '/', headers: { origin: OTHER } }), true)
  await wait(5)
  assert.deepEqual(warnings, ['CORSAC_WEBSOCKETS_OFF'])
})

test('after a swap, the new policy checks handshakes, if they are passed to it', async (t) => {
  const reloadable = new Reloadable(new Policy({ allowOrigins: [] }))
  const server = reloadable.attach(http.createServer())
  count(new (require('ws').WebSocketServer)({ server }))
  const port = await listen(t, server)
  corsac(reloadable)
  assert.match(await shake(port, { Origin: OTHER }), SWITCHED)
  reloadable.swap(new Policy(REJECT))
  assert.match(await shake(port, { Origin: OTHER }), REFUSED)
  assert.match(await shake(port, { Origin: ORIGIN }), SWITCHED)
  const alone = new Reloadable(new Policy({ allowOrigins: [] }))
  const before = alone.policy
  corsac(alone)
  assert.throws(() => alone.swap(new Policy(REJECT)), { code: 'ERR_CORSAC_WEBSOCKETS' })
  assert.equal(alone.policy, before)
})
