'use strict'

// Headers on Node's responses, whatever the application does with the head.

const assert = require('node:assert/strict')
const http = require('node:http')
const http2 = require('node:http2')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')

const OPTIONS = { allowOrigins: [ORIGIN], exposeHeaders: ['ETag'] }
const READABLE = { 'allow-origin': ORIGIN, 'expose-headers': 'etag', vary: 'Origin' }

/** A server with a middleware and a handler. */
const serve = (t, middleware, handler) => listen(t, http.createServer((request, response) => {
  middleware(request, response, (error) => {
    if (error === undefined) handler(request, response)
    else response.writeHead(500, { 'x-error': error.code ?? error.message }).end()
  })
}))

/** Things that the application may do, and the other headers that its response then has. */
const HANDLERS = {
  nothing: [(response) => response.end()],
  'a body': [(response) => response.end('x')],
  writes: [(response) => { response.write('x'); response.end() }],
  flushHeaders: [(response) => { response.flushHeaders(); response.end() }],
  status: [(response) => response.writeHead(201).end()],
  'a status and a message': [(response) => response.writeHead(201, 'Made').end()],
  'no headers': [(response) => response.writeHead(201, {}).end()],
  'undefined headers': [(response) => response.writeHead(201, undefined, undefined).end()],
  'an object': [(response) => response.writeHead(201, { 'X-A': '1', 'Set-Cookie': ['a', 'b'] }).end(), ['1'], ['a', 'b']],
  'a message and an object': [(response) => response.writeHead(201, 'Made', { 'X-A': 1 }).end(), ['1']],
  'a flat list': [(response) => response.writeHead(201, ['X-A', '1', 'set-cookie', 'a', 'Set-Cookie', 'b']).end(), ['1'], ['a', 'b']],
  'a message and a list': [(response) => response.writeHead(201, 'Made', ['X-A', '1']).end(), ['1']],
  'a list of pairs': [(response) => response.writeHead(201, [['X-A', '1'], ['Set-Cookie', 'a'], ['Set-Cookie', 'b']]).end(), ['1'], ['a', 'b']],
  'both ways': [(response) => response.setHeader('X-A', '0').setHeader('Set-Cookie', 'a').writeHead(201, { 'x-a': '1' }).end(), ['1'], ['a']],
  setHeaders: [(response) => response.setHeaders(new Headers({ 'X-A': '1' })).end(), ['1']]
}

for (const [name, [handle, a, cookies]] of Object.entries(HANDLERS)) {
  test(`the application passes ${name}`, async (t) => {
    for (const options of [OPTIONS, { ...OPTIONS, keepAppHeaders: true }]) {
      const port = await serve(t, corsac(options), (request, response) => handle(response))
      const answer = await send(port, { headers: { origin: ORIGIN } })
      assert.deepEqual(cors(answer), READABLE)
      assert.deepEqual([answer.headers['x-a'], answer.headers['set-cookie']], [a, cookies])
      assert(answer.status !== 500)
      assert.deepEqual(cors(await send(port)), { vary: 'Origin' })
    }
  })
}

test('messages stay', async (t) => {
  const port = await serve(t, corsac(OPTIONS), (request, response) => response.writeHead(201, 'Made', { a: 'b' }).end())
  assert.equal((await send(port)).message, 'Made')
})

test('CORS headers that are passed to writeHead are replaced, and Vary is merged', async (t) => {
  const own = { 'access-control-ALLOW-origin': '*', 'Access-Control-Allow-Credentials': 'true', Vary: 'Accept' }
  for (const headers of [own, Object.entries(own), Object.entries(own).flat()]) {
    const port = await serve(t, corsac(OPTIONS), (request, response) => response.writeHead(200, headers).end())
    assert.deepEqual(cors(await send(port, { headers: { origin: ORIGIN } })), { ...READABLE, vary: 'Accept, Origin' })
    assert.deepEqual(cors(await send(port, { headers: { origin: OTHER } })), { vary: 'Accept, Origin' })
  }
})

test('the policy\'s headers are set even if writeHead gets something else instead of headers', async (t) => {
  for (const given of [0, 5, true, false, '', 'text', 5n, Symbol('s'), () => 1, new Map()]) {
    for (const handle of [(response) => response.writeHead(201, 'Made', given), (response) => response.writeHead(201, null, given)]) {
      const port = await serve(t, corsac(OPTIONS), (request, response) => {
        response.setHeader('Access-Control-Allow-Origin', '*')
        handle(response).end()
      })
      assert.deepEqual(cors(await send(port, { headers: { origin: ORIGIN } })), READABLE)
      assert.deepEqual(cors(await send(port, { headers: { origin: OTHER } })), { vary: 'Origin' })
    }
  }
})

test('a header that is an empty list is not sent, and does not count as set by the application', async (t) => {
  for (const options of [OPTIONS, { ...OPTIONS, keepAppHeaders: true }]) {
    const port = await serve(t, corsac(options), (request, response) => {
      response.setHeader('Access-Control-Allow-Origin', []).setHeader('Vary', []).end()
    })
    assert.deepEqual(cors(await send(port, { headers: { origin: ORIGIN } })), READABLE)
  }
})

test('Vary in every form is merged', async (t) => {
  for (const [own, merged] of [['Accept', 'Accept, Origin'], [['A', 'B'], 'A, B, Origin'], ['origin', 'origin'], ['*', '*'], ['', 'Origin']]) {
    for (const handle of [
      (response) => response.setHeader('Vary', own).end(),
      (response) => response.writeHead(200, { vary: own }).end()
    ]) {
      const port = await serve(t, corsac(OPTIONS), (request, response) => handle(response))
      assert.equal(cors(await send(port)).vary, merged)
    }
  }
})

test('compression before or after merges its Vary', async (t) => {
  const express = require('express')
  const compression = require('compression')
  for (const order of [[corsac(OPTIONS), compression({ threshold: 0 })], [compression({ threshold: 0 }), corsac(OPTIONS)]]) {
    const app = express().use(...order).get('/', (request, response) => { response.type('text').send('x'.repeat(5000)) })
    const port = await listen(t, http.createServer(app))
    const answer = await send(port, { headers: { origin: ORIGIN, 'accept-encoding': 'gzip' } })
    assert.deepEqual(answer.headers['content-encoding'], ['gzip'])
    assert.deepEqual(cors(answer).vary.split(', ').sort(), ['Accept-Encoding', 'Origin'])
    assert.equal(cors(answer)['allow-origin'], ORIGIN)
  }
})

test('keepAppHeaders keeps the application\'s headers', async (t) => {
  const port = await serve(t, corsac({ ...OPTIONS, keepAppHeaders: true }), (request, response) => {
    response.writeHead(200, { 'Access-Control-Allow-Origin': 'https://own.example' }).end()
  })
  assert.deepEqual(cors(await send(port, { headers: { origin: ORIGIN } })), { 'allow-origin': 'https://own.example', vary: 'Origin' },
    'no credentials together with an origin that the policy did not decide on')
  assert.deepEqual(cors(await send(port, { headers: { origin: OTHER } })), { 'allow-origin': 'https://own.example', vary: 'Origin' })
})

test('there is one warning for each replaced header', async (t) => {
  process.removeAllListeners('warning')
  const warnings = []
  process.on('warning', (warning) => warnings.push(warning))
  t.after(() => process.removeAllListeners('warning'))
  const port = await serve(t, corsac(OPTIONS), (request, response) => {
    response.setHeader('access-control-allow-origin', request.url === '/same' ? ORIGIN : '*').end()
  })
  await send(port, { path: '/same', headers: { origin: ORIGIN } })
  await new Promise(setImmediate)
  assert.equal(warnings.length, 0)
  for (const origin of [ORIGIN, ORIGIN, OTHER]) await send(port, { headers: { origin } })
  await new Promise(setImmediate)
  assert.deepEqual(warnings.map(({ name, code }) => [name, code]), [['CorsacWarning', 'CORSAC_HEADER_REPLACED']])
  assert.match(warnings[0].message, /`access-control-allow-origin`/)
  assert.match(warnings[0].detail, /routes.*keepAppHeaders/)
})

test('if there are several layers, the one closest to the application wins', async (t) => {
  const express = require('express')
  const inner = express.Router().use(corsac({ allowOrigins: [OTHER] })).get('/', (request, response) => { response.send('x') })
  const app = express()
    .use(corsac({ ...OPTIONS, allowCredentials: true }))
    .use('/inner', inner)
    .get('/open', corsac(), (request, response) => { response.send('x') })
    .get('/outer', (request, response) => { response.send('x') })
  const port = await listen(t, http.createServer(app))
  const get = async (path, origin) => cors(await send(port, { path, headers: { origin } }))
  assert.deepEqual(await get('/outer', ORIGIN), { ...READABLE, 'allow-credentials': 'true' })
  assert.deepEqual(await get('/inner', ORIGIN), { vary: 'Origin' })
  assert.deepEqual(await get('/inner', OTHER), { 'allow-origin': OTHER, vary: 'Origin' })
  assert.deepEqual(await get('/open', OTHER), { 'allow-origin': '*' })
})

test('on one route of Express, and on its OPTIONS', async (t) => {
  for (const express of [require('express'), require('express4')]) {
    const app = express()
    const middleware = corsac({ allowOrigins: [ORIGIN], allowMethods: ['DELETE'] })
    app.options('/item', middleware)
    app.delete('/item', middleware, (request, response) => { response.send('gone') })
    app.get('/item', (request, response) => { response.send('x') })
    const port = await listen(t, http.createServer(app))
    const request = { path: '/item', headers: { origin: ORIGIN } }
    const asked = await send(port, { ...request, method: 'OPTIONS', headers: preflight(ORIGIN, 'DELETE') })
    assert.equal(asked.status, 204)
    assert.equal(cors(asked)['allow-methods'], 'GET, HEAD, POST, DELETE')
    assert.equal(cors(await send(port, { ...request, method: 'DELETE' }))['allow-origin'], ORIGIN)
    assert.deepEqual(cors(await send(port, request)), {})
  }
})

test('preflightContinue lets the application answer', async (t) => {
  const options = { allowOrigins: [ORIGIN], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true, preflightContinue: true }
  const port = await serve(t, corsac(options), (request, response) => response.writeHead(299, { Vary: 'X' }).end('mine'))
  const answer = await send(port, { method: 'OPTIONS', headers: preflight(ORIGIN, 'FOO', 'x-a,x-b') })
  assert.deepEqual([answer.status, answer.body], [299, 'mine'])
  assert.deepEqual(cors(answer), {
    'allow-origin': ORIGIN,
    'allow-credentials': 'true',
    'allow-methods': ['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS', 'FOO'],
    'allow-headers': 'x-a,x-b',
    'max-age': '600',
    vary: 'X, Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  })
})

test('a preflight status of 200 is framed', async (t) => {
  const port = await serve(t, corsac({ ...OPTIONS, preflightStatus: 200 }))
  const answer = await send(port, { method: 'OPTIONS', headers: preflight() })
  assert.deepEqual([answer.status, answer.headers['content-length'], answer.headers['transfer-encoding']], [200, ['0'], undefined])
})

test('a preflight keeps the Vary of earlier middleware', async (t) => {
  const middleware = corsac(OPTIONS)
  const port = await serve(t, (request, response, next) => middleware(request, response.setHeader('Vary', 'Accept'), next))
  const answer = await send(port, { method: 'OPTIONS', headers: preflight() })
  assert.equal(cors(answer).vary, 'Accept, Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
})

test('repeated lines of a request are joined', async (t) => {
  const port = await serve(t, corsac(OPTIONS), (request, response) => response.end())
  assert.deepEqual(cors(await send(port, { headers: { origin: [ORIGIN, ORIGIN] } })), { vary: 'Origin' })
  const answer = await send(port, { method: 'OPTIONS', headers: { ...preflight(), 'access-control-request-headers': ['accept', 'content-type'] } })
  assert.equal(answer.status, 204)
})

test('Node still refuses what it refuses without corsac', async (t) => {
  const errors = []
  const attempt = (call) => { try { call() } catch (error) { errors.push(error.code) } }
  const port = await serve(t, corsac(OPTIONS), (request, response) => {
    attempt(() => response.writeHead(99))
    attempt(() => response.writeHead(200, ['odd']))
    attempt(() => response.writeHead(200, { 'bad name': 'x' }))
    attempt(() => response.writeHead(200, { name: 'bad\nvalue' }))
    response.writeHead(200)
    attempt(() => response.writeHead(200, { late: 'x' }))
    response.end()
  })
  const answer = await send(port, { headers: { origin: ORIGIN } })
  assert.deepEqual(cors(answer), READABLE)
  assert.deepEqual(errors, [
    'ERR_HTTP_INVALID_STATUS_CODE', 'ERR_INVALID_ARG_VALUE', 'ERR_INVALID_HTTP_TOKEN', 'ERR_INVALID_CHAR', 'ERR_HTTP_HEADERS_SENT'
  ])
})

test('nothing is added if the headers have been sent', async (t) => {
  const middleware = corsac(OPTIONS)
  const port = await serve(t, (request, response, next) => {
    response.writeHead(200)
    middleware(request, response, next)
  }, (request, response) => response.end('mine'))
  for (const method of ['GET', 'OPTIONS']) {
    const answer = await send(port, { method, headers: preflight() })
    assert.deepEqual([cors(answer), answer.body], [{}, 'mine'])
  }
})

test('informational responses do not get the headers', async (t) => {
  const port = await serve(t, corsac(OPTIONS), (request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end('x')
  })
  const request = http.request({ port, headers: { origin: ORIGIN }, agent: false }).end()
  const hints = once(request, 'information')
  const [response] = await once(request, 'response')
  assert.deepEqual((await hints)[0].headers, { link: '</a.css>; rel=preload' })
  assert.equal(response.headers['access-control-allow-origin'], ORIGIN)
  response.resume()
})

test('a response without writeHead gets its headers at once', () => {
  const headers = new Map()
  const response = {
    getHeader: (name) => headers.get(name.toLowerCase()),
    setHeader: (name, value) => { headers.set(name.toLowerCase(), value) },
    end () { this.ended = true }
  }
  let ran = 0
  headers.set('vary', 'Accept')
  corsac(OPTIONS)({ method: 'GET', headers: { origin: ORIGIN } }, response, () => ran++)
  assert.deepEqual([...headers], [['vary', 'Accept, Origin'], ['access-control-allow-origin', ORIGIN], ['access-control-expose-headers', 'etag']])
  assert.equal(ran, 1)
  corsac({ ...OPTIONS, preflightStatus: 200 })({ method: 'OPTIONS', headers: preflight() }, response, () => ran++)
  assert.deepEqual([ran, response.statusCode, response.ended], [1, 200, true])
  // The responses in the test suite of the `cors` package have no `writeHead` either.
  corsac()({ method: 'GET', headers: {} }, { setHeader () {} }, () => ran++)
  assert.equal(ran, 2)
})

test('http2', async (t) => {
  const middleware = corsac({ ...OPTIONS, allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true })
  const server = http2.createServer((request, response) => middleware(request, response, () => {
    switch (request.url) {
      case '/object': return response.writeHead(201, { 'Access-Control-Allow-Origin': '*', vary: 'A', 'set-cookie': ['a', 'b'] }).end('x')
      case '/list': return response.writeHead(201, ['vary', 'A', 'x-a', 'b']).end('x')
      case '/stream': response.write('x'); return response.end()
      default: response.setHeader('vary', 'A'); response.end('x')
    }
  }))
  const port = await listen(t, server)
  const client = http2.connect(`http://localhost:${port}`)
  t.after(() => client.destroy())
  const get = async (headers) => {
    const stream = client.request(headers)
    const [answer] = await once(stream, 'response')
    stream.resume()
    await once(stream, 'end')
    return answer
  }
  for (const [path, vary] of [['/', 'A, Origin'], ['/object', 'A, Origin'], ['/list', 'A, Origin'], ['/stream', 'Origin']]) {
    const answer = await get({ ':path': path, origin: ORIGIN })
    assert.equal(answer['access-control-allow-origin'], ORIGIN)
    assert.equal(answer['access-control-allow-credentials'], 'true')
    assert.equal(answer.vary, vary)
    assert.equal((await get({ ':path': path, origin: OTHER }))['access-control-allow-origin'], undefined)
    assert.equal((await get({ ':path': path, origin: [ORIGIN, ORIGIN] }))['access-control-allow-origin'], undefined)
  }
  const allowed = await get({ ':method': 'OPTIONS', ...preflight(ORIGIN, 'FOO') })
  assert.equal(allowed[':status'], 204)
  assert.match(allowed['access-control-allow-methods'], /FOO$/)
  const refused = await get({ ':method': 'OPTIONS', ...preflight(OTHER) })
  assert.equal(refused[':status'], 403)
})

test('several copies in one process', async (t) => {
  const id = require.resolve('corsac')
  const kept = Object.keys(require.cache).filter((name) => name.includes('/lib/') && !name.includes('node_modules'))
  const saved = [id, ...kept].map((name) => [name, require.cache[name]])
  for (const [name] of saved) delete require.cache[name]
  const other = require('corsac')
  for (const [name, module] of saved) require.cache[name] = module
  assert.notEqual(other.Policy, corsac.Policy)
  const first = corsac({ allowOrigins: [ORIGIN] })
  const second = other({ allowOrigins: [OTHER] })
  const port = await serve(t, (request, response, next) => first(request, response, () => second(request, response, next)), (request, response) => response.end())
  assert.deepEqual(cors(await send(port, { headers: { origin: OTHER } })), { vary: 'Origin' })
  const policy = new other.Policy({ allowOrigins: [] })
  for (const theirs of [policy, new other.Reloadable(policy)]) assert.throws(() => corsac(theirs), { code: 'ERR_CORSAC_CONFIG' })
})

test('copies that are loaded again and again do not call each other', async (t) => {
  const copied = require.resolve('../lib/response/node-response.js')
  const loaded = require.cache[copied]
  t.after(() => { require.cache[copied] = loaded })
  const { writeHead } = http.ServerResponse.prototype
  t.after(() => { http.ServerResponse.prototype.writeHead = writeHead })
  const replaced = new Set()
  for (let copy = 0; copy < 5; copy++) {
    delete require.cache[copied]
    const template = { headers: [], removed: [], names: new Set(), headerList: [], repeating: [] }
    require(copied).applyOnHead(new http.ServerResponse({ method: 'GET' }), template, {}, {})
    replaced.add(http.ServerResponse.prototype.writeHead)
  }
  assert.equal(replaced.size, 1)
})

test('origins in turn each get their own decision', async (t) => {
  const port = await serve(t, corsac({ allowOrigins: [ORIGIN, 'https://second.example'] }), (request, response) => response.end())
  for (const origin of [ORIGIN, ORIGIN, OTHER, ORIGIN, 'https://second.example', OTHER, 'https://second.example', ORIGIN]) {
    const answer = cors(await send(port, { headers: { origin } }))
    assert.equal(answer['allow-origin'], origin === OTHER ? undefined : origin)
  }
})

test('headers passed to writeHead keep their values, next to several lines of the policy', async (t) => {
  const options = { allowOrigins: [ORIGIN], allowMethods: ['*'], allowCredentials: true, preflightContinue: true }
  const given = { 'X-A': 1, 'Set-Cookie': ['a', 'b'] }
  const port = await serve(t, corsac(options), (request, response) => response.writeHead(200, given).end())
  const answer = await send(port, { method: 'OPTIONS', headers: preflight(ORIGIN, 'FOO') })
  assert.deepEqual(cors(answer)['allow-methods'], ['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS', 'FOO'])
  assert.deepEqual([answer.headers['x-a'], answer.headers['set-cookie']], [['1'], ['a', 'b']])
  assert.deepEqual(Object.keys(given), ['X-A', 'Set-Cookie'])
})

test('other modules may replace writeHead, of a response or of all', async (t) => {
  const { prototype } = http.ServerResponse
  const before = prototype.writeHead
  t.after(() => { prototype.writeHead = before })
  const middleware = corsac(OPTIONS)
  const calls = []
  const wrap = (object, name) => {
    const { writeHead } = object
    object.writeHead = function (...values) {
      calls.push(name)
      return writeHead.apply(this, values)
    }
  }
  const port = await serve(t, (request, response, next) => {
    if (request.url === '/earlier') wrap(response, 'response')
    middleware(request, response, next)
  }, (request, response) => {
    if (request.url === '/later') wrap(response, 'response')
    response.setHeader('Vary', 'Accept').end()
  })
  const expected = { ...READABLE, vary: 'Accept, Origin' }
  const get = async (path) => cors(await send(port, { path, headers: { origin: ORIGIN } }))
  for (const path of ['/', '/earlier', '/later']) assert.deepEqual(await get(path), expected)
  assert.deepEqual(calls.splice(0), ['response', 'response'])
  wrap(prototype, 'all')
  for (const path of ['/', '/earlier', '/later']) assert.deepEqual(await get(path), expected)
  assert.deepEqual(calls, ['all', 'response', 'all', 'response', 'all'])
})
