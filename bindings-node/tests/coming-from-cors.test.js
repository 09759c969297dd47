'use strict'

// Tests of each difference that docs/node.md names, with both packages as they are installed.

const assert = require('node:assert/strict')
const http = require('node:http')
const test = require('node:test')
const peer = require('cors')
const corsac = require('corsac')
const { ORIGIN, OTHER, cors, listen, preflight, send } = require('./client.js')
const { rows } = require('./guide-tables.js')

const REFUSED = { code: 'ERR_CORSAC_CONFIG' }
const REQUEST = { headers: { origin: ORIGIN } }
const PREFLIGHT = { method: 'OPTIONS', headers: preflight() }

/** The response of a server with this middleware. The application runs `handle` and then responds with 299. */
async function ask (t, middleware, request = REQUEST, handle = () => {}) {
  const port = await listen(t, http.createServer((request, response) => {
    middleware(request, response, (error) => {
      handle(response)
      response.statusCode = error === undefined ? 299 : 500
      response.end()
    })
  }))
  const answer = await Promise.race([send(port, request), new Promise((resolve) => setTimeout(resolve, 100))])
  return answer === undefined ? 'hangs' : { status: answer.status, length: answer.headers['content-length'], ...cors(answer) }
}

const refused = (options, help) => assert.throws(() => corsac(options), help === undefined ? REFUSED : { ...REFUSED, message: help })

const DIFFERENCES = {
  async 'an unknown option' (t) {
    assert.equal((await ask(t, peer({ orgin: ORIGIN })))['allow-origin'], '*')
    refused({ orgin: ORIGIN }, /write `origin`/)
  },
  async 'an undefined origin' (t) {
    assert.equal((await ask(t, peer({ origin: undefined })))['allow-origin'], undefined)
    refused({ origin: undefined }, /the variable is not set/)
  },
  async 'any origin with credentials' (t) {
    const { 'allow-origin': origin, 'allow-credentials': credentials } = await ask(t, peer({ origin: '*', credentials: true }))
    assert.deepEqual([origin, credentials], ['*', 'true'])
    assert.equal((await ask(t, peer({ origin: true, credentials: true })))['allow-origin'], ORIGIN)
    for (const origin of ['*', true, ['*']]) refused({ origin, credentials: true }, /list the origins|https:\/\/app\.example\.com/)
    refused({ credentials: true })
  },
  async 'a RegExp without anchors' (t) {
    const evil = { headers: { origin: 'https://example.com.evil.net' } }
    assert.equal((await ask(t, peer({ origin: /example\.com/ }), evil))['allow-origin'], evil.headers.origin)
    refused({ origin: /example\.com/ }, /write the origin patterns `\["https:\/\/example\.com", "https:\/\/\*\.example\.com"\]`/)
  },
  async 'a RegExp with the flag g' (t) {
    const origin = /^https:\/\/app\.example\.com$/g
    const [theirs, ours] = [peer({ origin }), corsac({ origin })]
    assert.equal((await ask(t, theirs))['allow-origin'], ORIGIN)
    assert.notEqual((await ask(t, theirs))['allow-origin'], ORIGIN)
    for (let i = 0; i < 3; i++) assert.equal((await ask(t, ours))['allow-origin'], ORIGIN)
  },
  async 'an object as origin' (t) {
    assert.equal((await ask(t, peer({ origin: { url: OTHER } })))['allow-origin'], ORIGIN)
    refused({ origin: { url: OTHER } })
  },
  async 'a Set as origin' (t) {
    assert.equal((await ask(t, peer({ origin: new Set([OTHER]) })))['allow-origin'], ORIGIN)
    assert.equal((await ask(t, corsac({ origin: new Set([OTHER]) })))['allow-origin'], undefined)
    assert.equal((await ask(t, corsac({ origin: new Set([ORIGIN]) })))['allow-origin'], ORIGIN)
  },
  async 'a star in a list' (t) {
    assert.notEqual((await ask(t, peer({ origin: ['*'] })))['allow-origin'], '*')
    assert.equal((await ask(t, corsac({ origin: ['*'] })))['allow-origin'], '*')
  },
  async 'a string as origin' (t) {
    assert.equal((await ask(t, peer({ origin: OTHER })))['allow-origin'], OTHER)
    assert.equal((await ask(t, corsac({ origin: OTHER })))['allow-origin'], undefined)
  },
  async 'plain http with credentials' (t) {
    const options = { origin: 'http://app.example.com', credentials: true }
    assert.equal((await ask(t, peer(options)))['allow-origin'], options.origin)
    refused(options)
    corsac({ ...options, dangerouslyAllow: ['insecure-origins'] })
    corsac({ ...options, origin: 'http://localhost:3000' })
  },
  async 'a refused origin' (t) {
    const options = { origin: [OTHER], credentials: true, exposedHeaders: 'ETag' }
    const theirs = await ask(t, peer(options))
    assert.deepEqual([theirs['allow-credentials'], theirs['expose-headers']], ['true', 'ETag'])
    assert.deepEqual(await ask(t, corsac(options)), { status: 299, length: ['0'], vary: 'Origin' })
  },
  async 'a refused preflight' (t) {
    assert.equal((await ask(t, peer({ origin: [OTHER] }), PREFLIGHT)).status, 204)
    assert.equal((await ask(t, corsac({ origin: [OTHER] }), PREFLIGHT)).status, 403)
  },
  async 'origin false' (t) {
    assert.equal((await ask(t, peer({ origin: false }), PREFLIGHT)).status, 299)
    assert.equal((await ask(t, corsac({ origin: false }), PREFLIGHT)).status, 403)
    const own = await ask(t, corsac({ origin: false }), REQUEST, (response) => response.setHeader('access-control-allow-origin', '*'))
    assert.deepEqual([own.status, own['allow-origin']], [299, undefined])
  },
  async 'OPTIONS that is not a preflight' (t) {
    const plain = { method: 'OPTIONS', headers: { origin: ORIGIN } }
    assert.equal((await ask(t, peer(), plain)).status, 204)
    assert.equal((await ask(t, corsac(), plain)).status, 299)
  },
  async 'Vary set by a handler' (t) {
    const handle = (response) => response.setHeader('Vary', 'Accept')
    assert.equal((await ask(t, peer({ origin: [ORIGIN] }), REQUEST, handle)).vary, 'Accept')
    assert.equal((await ask(t, corsac({ origin: [ORIGIN] }), REQUEST, handle)).vary, 'Accept, Origin')
  },
  async 'CORS headers set by a handler' (t) {
    const handle = (response) => response.setHeader('Access-Control-Allow-Origin', '*')
    assert.equal((await ask(t, peer({ origin: [ORIGIN] }), REQUEST, handle))['allow-origin'], '*')
    assert.equal((await ask(t, corsac({ origin: [ORIGIN] }), REQUEST, handle))['allow-origin'], ORIGIN)
    assert.equal((await ask(t, corsac({ origin: [ORIGIN], keepAppHeaders: true }), REQUEST, handle))['allow-origin'], '*')
  },
  async 'a request without Origin and an origin function' (t) {
    const asked = []
    const options = { origin: (origin, callback) => { asked.push(origin); callback(null, true) } }
    await ask(t, corsac(options), {})
    assert.deepEqual(asked, [])
    await ask(t, peer(options), {})
    assert.deepEqual(asked, [undefined])
  },
  async 'an origin function that says no' (t) {
    const options = { origin: (origin, callback) => callback(null, false) }
    assert.equal((await ask(t, peer(options))).vary, undefined)
    assert.equal((await ask(t, corsac(options))).vary, 'Origin')
  },
  async 'an origin function that returns a promise' (t) {
    const options = { origin: async () => true }
    assert.equal(await ask(t, peer(options)), 'hangs')
    assert.equal((await ask(t, corsac(options)))['allow-origin'], ORIGIN)
  },
  async 'an origin function that never answers' (t) {
    const options = { origin: (origin, callback) => {} }
    assert.equal(await ask(t, peer(options)), 'hangs')
    assert.equal((await ask(t, corsac(options, { timeout: 10 }))).status, 500)
  },
  async 'methods that are listed' (t) {
    assert.equal((await ask(t, peer({ methods: ['PUT'] }), PREFLIGHT))['allow-methods'], 'PUT')
    assert.equal((await ask(t, corsac({ methods: ['PUT'] }), PREFLIGHT))['allow-methods'], 'GET, HEAD, POST, PUT')
  },
  async 'allowedHeaders left out' (t) {
    const request = { method: 'OPTIONS', headers: preflight(ORIGIN, 'PUT', 'X-A') }
    assert.equal((await ask(t, peer(), request))['allow-headers'], 'X-A')
    assert.equal((await ask(t, corsac(), request))['allow-headers'], '*, authorization')
    assert.equal((await ask(t, corsac({ origin: ORIGIN, credentials: true }), request))['allow-headers'], 'X-A')
  },
  async 'maxAge that is not a number' (t) {
    assert.equal((await ask(t, peer({ maxAge: NaN }), PREFLIGHT))['max-age'], 'NaN')
    refused({ maxAge: NaN })
  },
  async 'the length of a 204' (t) {
    assert.deepEqual((await ask(t, peer(), PREFLIGHT)).length, ['0'])
    assert.equal((await ask(t, corsac(), PREFLIGHT)).length, undefined)
  },
  async 'another success status' (t) {
    assert.equal((await ask(t, peer({ optionsSuccessStatus: 202 }), PREFLIGHT)).status, 202)
    refused({ optionsSuccessStatus: 202 })
    assert.equal((await ask(t, corsac({ optionsSuccessStatus: 200 }), PREFLIGHT)).status, 200)
  },
  async 'an origin without a scheme' (t) {
    assert.equal((await ask(t, peer({ origin: 'app.example.com' })))['allow-origin'], 'app.example.com')
    assert.equal((await ask(t, peer({ origin: ['app.example.com'] })))['allow-origin'], undefined)
    for (const origin of ['app.example.com', ['app.example.com']]) refused({ origin }, /write `https:\/\/app\.example\.com`/)
  },
  async 'origin true without credentials' (t) {
    assert.deepEqual(await ask(t, peer({ origin: true })), { status: 299, length: ['0'], 'allow-origin': ORIGIN, vary: 'Origin' })
    assert.deepEqual(await ask(t, corsac({ origin: true })), { status: 299, length: ['0'], 'allow-origin': '*' })
  },
  async 'the option headers' (t) {
    assert.equal((await ask(t, peer({ headers: 'X-A' }), PREFLIGHT))['allow-headers'], 'X-A')
    refused({ headers: 'X-A' }, /write `allowedHeaders`/)
  },
  async 'exposedHeaders that are listed' (t) {
    const options = { exposedHeaders: ['X-A', 'X-B'] }
    assert.equal((await ask(t, peer(options)))['expose-headers'], 'X-A,X-B')
    assert.equal((await ask(t, corsac(options)))['expose-headers'], 'x-a, x-b')
  },
  async 'allowedHeaders that are listed' (t) {
    const options = { allowedHeaders: ['X-A', 'X-B'] }
    assert.equal((await ask(t, peer(options), PREFLIGHT))['allow-headers'], 'X-A,X-B')
    assert.equal((await ask(t, corsac(options), PREFLIGHT))['allow-headers'], 'accept, accept-language, content-language, content-type, x-a, x-b')
  },
  async 'a method in lower case' () {
    // Node's own parser refuses it, so only other callers of a middleware can pass it.
    const run = (middleware) => {
      const result = { status: undefined, isPassedOn: false }
      const response = { getHeader () {}, setHeader () {}, end () { result.status = this.statusCode } }
      middleware({ method: 'options', url: '/', headers: preflight() }, response, () => { result.isPassedOn = true })
      return result
    }
    assert.deepEqual(run(peer()), { status: 204, isPassedOn: false })
    assert.deepEqual(run(corsac()), { status: undefined, isPassedOn: true })
  }
}

for (const [name, difference] of Object.entries(DIFFERENCES)) test(name, difference)

test('the guide names what is tested', () => assert.deepEqual(rows('Coming from cors'), Object.keys(DIFFERENCES)))
