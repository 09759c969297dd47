// A worker that handles many requests of its own: `/CASE/MIDDLEWARE/COUNT`. The time is taken outside, since clocks stand still
// while a request is handled there.

import { Hono } from 'hono'
import { cors as honoCors } from 'hono/cors'
import corsac from 'corsac/hono'

const origins = (count) => Array.from({ length: count }, (_, i) => `https://app${i}.example.com`)

/** The origins that are allowed, and the request. */
const CASES = {
  'no Origin': [1, 'GET', {}],
  '1 origin': [1, 'GET', { origin: 'https://app0.example.com' }],
  '100 origins': [100, 'GET', { origin: 'https://app99.example.com' }],
  '10,000 origins': [10_000, 'GET', { origin: 'https://app9999.example.com' }],
  preflight: [1, 'OPTIONS', {
    origin: 'https://app0.example.com', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,x-request-id'
  }]
}

const MIDDLEWARES = {
  none: () => undefined,
  'hono/cors': (count) => honoCors({ origin: origins(count), allowMethods: ['PUT'], allowHeaders: ['content-type', 'x-request-id'] }),
  'corsac/hono': (count) => corsac({ allowOrigins: origins(count), allowMethods: ['PUT'], allowHeaders: ['content-type', 'x-request-id'] })
}

const apps = new Map()

function appOf (name, count) {
  const key = `${name} ${count}`
  let app = apps.get(key)
  if (app === undefined) {
    app = new Hono()
    const middleware = MIDDLEWARES[name](count)
    if (middleware !== undefined) app.use(middleware)
    app.all('*', (c) => c.body(null, 200))
    apps.set(key, app)
  }
  return app
}

export default {
  async fetch (request) {
    const [, name, middleware, times] = new URL(request.url).pathname.split('/').map(decodeURIComponent)
    const [count, method, headers] = CASES[name]
    const app = appOf(middleware, count)
    const asked = new Request('https://api.example.com/items', { method, headers })
    let status
    for (let i = 0; i < Number(times); i++) status = (await app.fetch(asked)).status
    return new Response(String(status))
  }
}
