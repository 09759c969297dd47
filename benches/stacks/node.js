'use strict'

// What a middleware adds to a request on Node, compared with the `cors` package: a new ServerResponse each time, whose headers
// are really written. Where other headers were set before, it is also compared with the same headers set by hand. One JSON object on
// standard output.
//
// Each case runs in several processes, one after the other: what Node's compilers make of the same code differs by up to a half from one
// process to the next. `node.js case INDEX before|alone` is one of them.

const path = require('node:path')
const { execFileSync } = require('node:child_process')
const { createRequire } = require('node:module')
const { IncomingMessage, ServerResponse } = require('node:http')

const ROOT = path.join(__dirname, '..', '..')
const installed = createRequire(path.join(ROOT, 'bindings-node', 'index.js'))
const peer = installed('cors')
// As it is published.
const corsac = createRequire(path.join(ROOT, 'target', 'bench', 'npm', 'x.js'))('corsac')

const QUICK = process.argv.includes('--quick')
const PROCESSES = QUICK ? 3 : 7
/** In each process. Servers run long, so the first rounds, in which Node compiles the code, do not count. */
const WARM_UP = QUICK ? 3 : 8
const ROUNDS = QUICK ? 3 : 5
/** Few responses are alive at once, as in a server; many would measure the garbage collector. */
const BATCHES = QUICK ? 15 : 25
const BATCH = 200
/** The headers that Express and similar frameworks set before the middleware runs. */
const FRAMEWORK = ['X-Powered-By', 'Express']

const origins = (count) => Array.from({ length: count }, (_, i) => `https://app${i}.example.com`)
/** Headers of requests from several of the origins. `cors` searches its list, so these are the last ones. */
const from = (first, end) => origins(end).slice(first).map((origin) => ({ origin }))

/** Case, origins, method, headers of the requests, which are sent in turn. */
const CASES = [
  ['no Origin', 1, 'GET', [{}]],
  ['1 origin', 1, 'GET', from(0, 1)],
  ['100 origins', 100, 'GET', from(90, 100)],
  ['10,000 origins', 10_000, 'GET', from(9990, 10_000)],
  ['a preflight', 1, 'OPTIONS', [{
    origin: 'https://app0.example.com', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,x-request-id'
  }]]
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

const median = (values) => quantile(values, 0.5)

function quantile (values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low])
}

/** Nanoseconds of one request, in one round: the median of the batches, since other programs interrupt some of them. */
function round (middleware, messages, framework) {
  const spent = []
  for (let batch = 0; batch < BATCHES; batch++) {
    const responses = Array.from({ length: BATCH }, (_, i) => new ServerResponse(messages[i % messages.length]))
    if (framework) for (const response of responses) response.setHeader(...FRAMEWORK)
    let response
    const next = () => { response.writeHead(200) }
    const start = process.hrtime.bigint()
    for (let i = 0; i < BATCH; i++) {
      response = responses[i]
      middleware(messages[i % messages.length], response, next)
    }
    spent.push(Number(process.hrtime.bigint() - start) / BATCH)
    if (!responses.every((response) => response.headersSent)) throw new Error('a head was not written')
  }
  return median(spent)
}

const bare = (message, response, next) => next()

/**
 * The least that a middleware can do if other headers were set before. It checks nothing, and sets the headers that `middleware` sets in
 * response to `message`: constants, apart from the request's origin.
 */
function byHand (middleware, message) {
  const example = new ServerResponse(message)
  example.setHeader(...FRAMEWORK)
  let passesOn = false
  middleware(message, example, () => { passesOn = true; example.writeHead(200) })
  const { [FRAMEWORK[0].toLowerCase()]: ofFramework, 'access-control-allow-origin': allowed, ...others } = example.getHeaders()
  const constant = Object.entries(others)
  const { statusCode } = example
  return (request, response, next) => {
    if (allowed !== undefined) response.setHeader('access-control-allow-origin', request.headers.origin)
    for (let i = 0; i < constant.length; i++) response.setHeader(constant[i][0], constant[i][1])
    if (passesOn) return next()
    response.statusCode = statusCode
    response.end()
  }
}

/** The time of each middleware in each round. They run in turn, in the opposite order in every second round. */
function measure (middlewares, messages, framework) {
  const found = middlewares.map(() => [])
  for (let i = -WARM_UP; i < ROUNDS; i++) {
    const order = [...middlewares.entries()]
    for (const [at, middleware] of i % 2 ? order : order.reverse()) {
      const spent = round(middleware, messages, framework)
      if (i >= 0) found[at].push(spent)
    }
  }
  return found
}

/** A row of the table, from the time that each adds in each round. */
function row (title, corsac, peer, peerName) {
  const ratios = peer.map((time, round) => time / corsac[round])
  return {
    case: title,
    unit: 'ns',
    kind: 'time',
    corsac: median(corsac),
    peer: median(peer),
    peer_name: peerName,
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)]
  }
}

/** In each round of this process, what corsac, the peer and the headers set by hand add to a request. */
function added ([, count, method, sent], framework) {
  const options = { origin: origins(count), methods: ['GET', 'PUT'], allowedHeaders: ['Content-Type', 'X-Request-Id'], maxAge: 600 }
  const messages = sent.map((headers) => request(method, headers))
  const middlewares = [bare, corsac(options), peer(options)]
  if (framework) middlewares.push(byHand(corsac(options), messages[0]))
  const [base, ...times] = measure(middlewares, messages, framework)
  return times.map((each) => each.map((time, round) => time - base[round]))
}

function main () {
  const rows = []
  for (const framework of [false, true]) {
    for (const [index, [name]] of CASES.entries()) {
      const title = framework ? `${name}, other headers set before` : name
      process.stderr.write(`  ${title}\n`)
      const one = [__filename, 'case', index, framework ? 'before' : 'alone', ...(QUICK ? ['--quick'] : [])]
      const found = Array.from({ length: PROCESSES }, () => JSON.parse(execFileSync(process.execPath, one, { stdio: ['ignore', 'pipe', 'inherit'] })))
      const [ours, theirs, hand] = found[0].map((_, which) => found.flatMap((times) => times[which]))
      rows.push(row(title, ours, theirs, 'cors'))
      if (framework) rows.push(row(`${title}, against the same headers by hand`, ours, hand, 'by hand'))
    }
  }
  const version = (name) => installed(`${name}/package.json`).version
  console.log(JSON.stringify({ rows, versions: { Node: process.versions.node, cors: version('cors'), express: version('express') } }))
}

if (process.argv[2] === 'case') console.log(JSON.stringify(added(CASES[process.argv[3]], process.argv[4] === 'before')))
else main()
