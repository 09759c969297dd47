'use strict'

// What a middleware adds to a request on Node, next to the `cors` package: a fresh ServerResponse each time, its
// head really written. Run: node benches/node.js
// Prints one table and writes it to target/bench-node.json. A budget that is not met fails nothing: a noisy machine is
// no bug.

const fs = require('node:fs')
const path = require('node:path')
const { createRequire } = require('node:module')
const { IncomingMessage, ServerResponse } = require('node:http')

const ROOT = path.join(__dirname, '..')
const installed = createRequire(path.join(ROOT, 'bindings-node', 'index.js'))
const peer = installed('cors')
const corsac = installed('corsac')

const ROUNDS = 40
/** Few responses are alive at once, as in a server; many would measure the garbage collector. */
const BATCHES = 20
const BATCH = 200
/** What Express and its like have set before the middleware runs. */
const FRAMEWORK = ['X-Powered-By', 'Express']

const origins = (count) => Array.from({ length: count }, (_, i) => `https://app${i}.example.com`)

/** Case, origins, headers of the request, what it has to cost less: the peer's time over corsac's. */
const CASES = [
  ['no Origin', 1, 'GET', {}, 4],
  ['1 origin', 1, 'GET', { origin: 'https://app0.example.com' }, 1.8],
  ['100 origins', 100, 'GET', { origin: 'https://app99.example.com' }, 2],
  ['10,000 origins', 10_000, 'GET', { origin: 'https://app9999.example.com' }, 20],
  ['preflight', 1, 'OPTIONS', {
    origin: 'https://app0.example.com', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,x-request-id'
  }, 1.6]
]

function request (method, headers) {
  const message = new IncomingMessage(null)
  message.method = method
  message.url = '/'
  message.httpVersionMajor = message.httpVersionMinor = 1
  message.rawHeaders = Object.entries(headers).flat()
  message.headers = { host: 'localhost', 'user-agent': 'bench', accept: '*/*', ...headers }
  return message
}

/** Nanoseconds of one request, in one round. */
function round (middleware, message, framework) {
  let spent = 0n
  for (let batch = 0; batch < BATCHES; batch++) {
    const responses = Array.from({ length: BATCH }, () => new ServerResponse(message))
    if (framework) for (const response of responses) response.setHeader(...FRAMEWORK)
    let response
    const next = () => { response.writeHead(200) }
    const start = process.hrtime.bigint()
    for (let i = 0; i < BATCH; i++) {
      response = responses[i]
      middleware(message, response, next)
    }
    spent += process.hrtime.bigint() - start
    if (!responses.every((response) => response.headersSent)) throw new Error('a head was not written')
  }
  return Number(spent) / (BATCHES * BATCH)
}

const bare = (message, response, next) => next()

/** The least of all rounds, taken in turn so that a slow moment of the machine meets all of them. */
function measure (middlewares, message, framework) {
  const least = middlewares.map(() => Infinity)
  for (let i = 0; i < ROUNDS; i++) {
    middlewares.forEach((middleware, at) => { least[at] = Math.min(least[at], round(middleware, message, framework)) })
  }
  return least
}

const rows = []
for (const framework of [false, true]) {
  for (const [name, count, method, headers, budget] of CASES) {
    const list = origins(count)
    const theirs = peer({ origin: list, methods: ['GET', 'PUT'], allowedHeaders: ['Content-Type', 'X-Request-Id'], maxAge: 600 })
    const ours = corsac({ origin: list, methods: ['GET', 'PUT'], allowedHeaders: ['Content-Type', 'X-Request-Id'], maxAge: 600 })
    const [base, theirTime, ourTime] = measure([bare, theirs, ours], request(method, headers), framework)
    const [peerAdds, corsacAdds] = [theirTime - base, ourTime - base]
    const ratio = peerAdds / corsacAdds
    rows.push({
      case: framework ? `${name}, other headers set before` : name,
      peer: peerAdds,
      corsac: corsacAdds,
      ratio,
      budget: framework ? null : `${budget}× or more`,
      met: framework ? null : ratio >= budget
    })
  }
}
const ns = (value) => `${value.toFixed(0)} ns`
for (const { case: name, peer, corsac, ratio, budget, met } of rows) {
  const verdict = met === null ? '' : met ? 'met' : 'NOT MET'
  console.log(name.padEnd(40), ns(peer).padStart(9), ns(corsac).padStart(9), `${ratio.toFixed(1)}×`.padStart(8), (budget ?? '–').padEnd(13), verdict)
}
const target = path.join(ROOT, 'target')
fs.mkdirSync(target, { recursive: true })
fs.writeFileSync(path.join(target, 'bench-node.json'), JSON.stringify({ stack: 'node', rows }, null, 2) + '\n')
