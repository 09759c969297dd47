'use strict'

// Decisions that are applied to responses, as the shared vectors in tests/vectors/apply say, for each kind of response
// and each way in which an application sets headers.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const http = require('node:http')
const http2 = require('node:http2')
const path = require('node:path')
const { once } = require('node:events')
const test = require('node:test')
const corsac = require('corsac')
const web = require('corsac/web')
const { listen } = require('./client.js')

// The vectors replace headers of the application, and there is a warning for each of them.
process.removeAllListeners('warning')

const FILE = path.join(__dirname, '..', '..', 'tests', 'vectors', 'apply', 'apply.json')
const { vectors: VECTORS } = JSON.parse(fs.readFileSync(FILE, 'utf8'))
const POLICIES = VECTORS.map(({ config }) => corsac.Policy.fromJson(JSON.stringify(config)))

/** The lines of each name that a vector is about, in their order. */
function compared (lines, { application, response }) {
  const names = new Set([...application, ...response].map(([name]) => name.toLowerCase()))
  const found = {}
  for (const [name, value] of lines) {
    const lower = name.toLowerCase()
    if (names.has(lower) || lower.startsWith('access-control-')) (found[lower] ??= []).push(value)
  }
  return found
}

/** Ways in which an application gives headers to Node's response. */
const WAYS = {
  'before the head' (response, lines) {
    for (const [name, value] of lines) {
      const before = response.getHeader(name)
      response.setHeader(name, before === undefined ? value : [before, value].flat())
    }
    response.end()
  },
  'with the head, as an object' (response, lines) {
    const names = new Map()
    const headers = {}
    for (const [name, value] of lines) {
      const first = names.get(name.toLowerCase()) ?? name
      names.set(name.toLowerCase(), first)
      headers[first] = first in headers ? [headers[first], value].flat() : value
    }
    response.writeHead(200, headers).end()
  },
  'with the head, as a list' (response, lines) {
    response.writeHead(200, lines.flat()).end()
  }
}

for (const [way, write] of Object.entries(WAYS)) {
  test(`node:http, headers set ${way}`, async (t) => {
    const middlewares = POLICIES.map((policy) => corsac(policy))
    const port = await listen(t, http.createServer((request, response) => {
      const number = Number(request.url.slice(1))
      middlewares[number](request, response, () => write(response, VECTORS[number].application))
    }))
    for (const [number, vector] of VECTORS.entries()) {
      const { method, headers } = vector.request
      const request = http.request({ port, path: `/${number}`, method, headers: Object.fromEntries(headers), agent: false }).end()
      const [response] = await once(request, 'response')
      response.resume()
      const { rawHeaders: raw } = response
      const lines = raw.flatMap((name, i) => i % 2 === 0 ? [[name, raw[i + 1]]] : [])
      assert.deepEqual(compared(lines, vector), compared(vector.response, vector), vector.id)
    }
  })
}

test('node:http2', async (t) => {
  const middlewares = POLICIES.map((policy) => corsac(policy))
  const port = await listen(t, http2.createServer((request, response) => {
    const number = Number(request.url.slice(1))
    middlewares[number](request, response, () => WAYS['before the head'](response, VECTORS[number].application))
  }))
  const client = http2.connect(`http://localhost:${port}`)
  t.after(() => client.destroy())
  for (const [number, vector] of VECTORS.entries()) {
    const { method, headers } = vector.request
    const stream = client.request({ ':path': `/${number}`, ':method': method, ...Object.fromEntries(headers) })
    const lines = []
    stream.on('response', (headers, flags, raw) => { for (let i = 0; i < raw.length; i += 2) lines.push([raw[i], raw[i + 1]]) })
    await once(stream.resume(), 'end')
    assert.deepEqual(compared(lines, vector), compared(vector.response, vector), vector.id)
  }
})

test('a response of the web, whose lines of one name are joined', async () => {
  const joined = (lines) => Object.fromEntries(Object.entries(lines).map(([name, values]) => [name, name === 'set-cookie' ? values : values.join(', ')]))
  for (const [number, vector] of VECTORS.entries()) {
    const { method, headers } = vector.request
    const handler = web(POLICIES[number])(() => new Response('', { headers: vector.application }))
    const response = await handler(new Request('http://localhost/', { method, headers }))
    const lines = [...response.headers]
    assert.deepEqual(joined(compared(lines, vector)), joined(compared(vector.response, vector)), vector.id)
  }
})

test('a response that has only a few of Node\'s methods', () => {
  for (const [number, vector] of VECTORS.entries()) {
    const headers = new Map()
    const response = {
      getHeader: (name) => headers.get(name.toLowerCase()),
      setHeader: (name, value) => { headers.set(name.toLowerCase(), value) },
      removeHeader: (name) => { headers.delete(name.toLowerCase()) },
      end () {}
    }
    for (const [name, value] of vector.application) {
      const before = response.getHeader(name)
      response.setHeader(name, before === undefined ? value : [before, value].flat())
    }
    const lower = vector.request.headers.map(([name, value]) => [name.toLowerCase(), value])
    corsac(POLICIES[number])({ method: vector.request.method, headers: Object.fromEntries(lower) }, response, () => {})
    const lines = [...headers].flatMap(([name, value]) => [value].flat().map((line) => [name, line]))
    assert.deepEqual(compared(lines, vector), compared(vector.response, vector), vector.id)
  }
})

test('the vectors were read', () => assert(VECTORS.length > 30))
