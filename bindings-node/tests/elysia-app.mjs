// An application of Elysia behind the policy, and what its responses have to be: on Node with its adapter, and on Bun.
// On Bun: `bun elysia-app.mjs`.

import assert from 'node:assert/strict'
import http from 'node:http'
import { Elysia, status, t } from 'elysia'
import cors from 'corsac/elysia'

const ORIGIN = 'https://app.example.com'
const OTHER = 'https://evil.example'
export const OPTIONS = { allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowCredentials: true }
const READABLE = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true', vary: 'Origin' }
const ASKS = { 'access-control-request-method': 'PUT' }
/** One response for all requests. */
const SHARED = new Response(null, { status: 202, headers: { vary: 'Accept' } })

export function build (config, options = OPTIONS, settings = {}) {
  return new Elysia(config)
    .use(cors(options, settings))
    .get('/', () => 'hello')
    .get('/static', 'static')
    .put('/', () => 'put')
    .post('/', () => 'posted')
    .all('/all', () => 'all')
    .get('/own', ({ set }) => {
      set.headers['access-control-allow-origin'] = '*'
      set.headers.vary = 'Accept'
      return 'own'
    })
    .get('/response', () => new Response('own', { headers: [['vary', 'Accept'], ['vary', 'Cookie'], ['access-control-allow-origin', '*'], ['set-cookie', 'a=1'], ['set-cookie', 'b=2']] }))
    .get('/shared', () => SHARED)
    .get('/json', () => ({ a: 1 }))
    .get('/crash', () => { throw new Error('on purpose') })
    .get('/teapot', () => status(418, 'teapot'))
    .get('/params/:n', ({ params }) => params.n, { params: t.Object({ n: t.Number() }) })
    .post('/body', ({ body }) => body, { body: t.Object({ a: t.Number() }) })
    .get('/mapped', () => 'hello', { mapResponse: ({ response }) => new Response(`mapped ${response}`, { headers: { 'access-control-allow-origin': '*' } }) })
    .get('/stream', function * () { yield 'one '; yield 'two' })
    .get('/breaking', function * () { yield 'one '; throw new Error('on purpose') })
    .get('/cookie', ({ cookie: { a } }) => { a.value = '1'; return 'cookie' })
    .get('/later', async ({ query }) => { await new Promise((resolve) => setTimeout(resolve, 5)); return query.n })
    .ws('/ws', { message (ws, message) { ws.send(message) } })
    .group('/group', (group) => group.get('/', () => 'in a group').get('/crash', () => { throw new Error('on purpose') }))
    .use(new Elysia({ prefix: '/inner' }).get('/', () => 'inner').onError(({ code }) => code === 'NOT_FOUND' ? 'inner 404' : undefined))
    .mount('/mounted', () => new Response('mounted'))
}

/** @param {(app: Elysia) => Promise<string>} listen starts a server and gives its address */
export async function check (config, listen) {
  let count = 0
  const url = await listen(build(config))
  const ask = (path, origin = ORIGIN, { headers, ...init } = {}, base = url) => fetch(base + path, { redirect: 'manual', ...init, headers: { ...(origin && { origin }), ...headers } })
  const cors = ({ headers }) => Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))
  const same = (...given) => { count++; assert.deepEqual(...given) }
  const json = (body) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } })

  for (const [path, expected, init] of [
    ['/', 200], ['/static', 200], ['/all', 200], ['/json', 200], ['/mapped', 200], ['/crash', 500], ['/teapot', 418], ['/params/1', 200], ['/params/x', 422],
    ['/body', 422, json('{"a":"x"}')], ['/body', 400, json('{')], ['/stream', 200], ['/cookie', 200], ['/group', 200], ['/group/crash', 500],
    ['/inner', 200], ['/mounted', 200], ['/nowhere', 404], ['/inner/nowhere', 404], ['/', 404, { method: 'DELETE' }], ['/', 200, { method: 'HEAD' }],
    ['/static', 200, { method: 'HEAD' }], ['/%zz', 404]
  ]) {
    const readable = await ask(path, ORIGIN, init)
    same([readable.status, cors(readable)], [expected, READABLE], path)
    await readable.text()
    for (const origin of [OTHER, 'null', undefined]) same(cors(await ask(path, origin, init)), origin === undefined ? READABLE : { vary: 'Origin' }, path)
    same(cors(await ask(path, '', init)), { vary: 'Origin' }, path)
  }
  const types = ['/', '/json', '/static'].map(async (path) => (await ask(path)).headers.get('content-type').split(';')[0])
  same(await Promise.all(types), ['text/plain', 'application/json', 'text/plain'])
  same(await (await ask('/stream')).text(), 'one two')
  same(await (await ask('/mapped')).text(), 'mapped hello')
  same((await ask('/cookie')).headers.getSetCookie().length, 1)
  for (const [path, vary] of [['/own', 'Accept, Origin'], ['/response', 'Accept, Cookie, Origin'], ['/shared', 'Accept, Origin']]) {
    for (const origin of [ORIGIN, OTHER, ORIGIN, OTHER]) same(cors(await ask(path, origin)), origin === ORIGIN ? { ...READABLE, vary } : { vary }, path)
  }
  same((await ask('/response')).headers.getSetCookie(), ['a=1', 'b=2'])

  for (const path of ['/', '/all', '/crash', '/nowhere', '/ws', '/mounted', '/params/x']) {
    const preflight = await ask(path, ORIGIN, { method: 'OPTIONS', headers: ASKS })
    same([preflight.status, preflight.headers.get('access-control-allow-methods'), await preflight.text()], [204, 'GET, HEAD, POST, PUT', ''])
    const refused = await ask(path, OTHER, { method: 'OPTIONS', headers: ASKS })
    same([refused.status, await refused.text(), refused.headers.get('access-control-allow-origin')], [403, 'corsac: origin-not-allowed\n', null])
    same(refused.headers.get('content-type'), 'text/plain; charset=utf-8')
  }
  same((await ask('/', ORIGIN, { method: 'OPTIONS' })).status, 404, 'it is not a preflight')

  const many = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(`/later?n=${n}`, n % 2 ? ORIGIN : OTHER)))
  for (const [n, response] of many.entries()) same([await response.text(), cors(response)], [String(n), n % 2 ? READABLE : { vary: 'Origin' }])
  for (const path of ['/stream', '/breaking', '/later?n=1']) {
    const gone = new AbortController()
    const going = ask(path, ORIGIN, { signal: gone.signal }).catch(() => {})
    gone.abort()
    await going
  }
  const broken = await ask('/breaking').then(async (response) => [cors(response), await response.text()], () => [READABLE, ''])
  same(broken[0], READABLE)
  same((await ask('/')).status, 200, 'it still serves')

  const failing = await listen(build(config, { ...OPTIONS, allowOrigin: async () => { throw new Error('the predicate') } }))
  const failed = await ask('/', OTHER, {}, failing)
  same([failed.status, cors(failed), await failed.text()], [500, { vary: 'Origin' }, 'the predicate'])
  same((await ask('/', ORIGIN, {}, failing)).status, 200)

  const unknown = await listen(build(config, async () => { throw new Error('no policy') }))
  const without = await ask('/', ORIGIN, {}, unknown)
  same([without.status, cors(without), await without.text()], [500, {}, 'no policy'])

  const decisions = []
  const onDecision = ({ reason }) => { decisions.push(reason) }
  const guarded = await listen(build(config, { ...OPTIONS, protection: { writes: 'reject', websockets: 'reject' } }, { onDecision }))
  const write = await ask('/', OTHER, { method: 'POST' }, guarded)
  same([write.status, await write.text(), write.headers.get('cache-control')], [403, 'corsac: write-refused\n', 'no-store'])
  same((await ask('/', ORIGIN, { method: 'POST' }, guarded)).status, 200)
  same([await shake(guarded, ORIGIN), await shake(guarded, OTHER)], [101, 403])
  same(decisions, ['write-refused', 'origin-allowed', 'origin-allowed', 'websocket-refused'])

  const routes = [{ path: '/json', allowOrigins: ['*'], allowCredentials: false }]
  const routed = await listen(build(config, { ...OPTIONS, routes }))
  same(cors(await ask('/json', OTHER, {}, routed))['access-control-allow-origin'], '*')
  same(cors(await ask('/', OTHER, {}, routed))['access-control-allow-origin'], undefined)

  const debugged = await listen(build(config, OPTIONS, { debug: true }))
  for (let i = 0; i < 2; i++) same((await ask('/shared', OTHER, {}, debugged)).headers.get('server-timing'), 'corsac;desc="origin-not-allowed"')
  return count
}

/** The status of the response to a WebSocket handshake. */
function shake (url, origin) {
  return new Promise((resolve, reject) => {
    const headers = { origin, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
    const request = http.get(`${url}/ws`, { headers })
    request.on('upgrade', ({ statusCode }, socket) => { socket.destroy(); resolve(statusCode) })
    request.on('response', (response) => { response.resume(); resolve(response.statusCode) })
    request.on('error', reject)
  })
}

if (process.versions.bun !== undefined) {
  const listen = async (app) => String(app.listen({ port: 0, hostname: '127.0.0.1' }).server.url).replace(/\/$/, '')
  console.log(`${await check({}, listen)} answers of Elysia`)
  process.exit(0)
}
