// Applications as they are written for edge runtimes: handlers of `fetch`, and one of Hono. Each export is a program of its own.

import { instances } from './instances.mjs'
import { Policy, Reloadable } from 'corsac/edge'
import cors from 'corsac/web'
import honoCors from 'corsac/hono'
import { Hono } from 'hono'
import settings from './cors.json' with { type: 'json' }

const hello = () => new Response('hello', { headers: { vary: 'Accept-Language', 'access-control-allow-origin': '*' } })

/** The policy comes from a file that is bundled. */
const handle = cors(new Policy(settings))(hello)
export const file = { fetch: (request) => handle(request) }

/** The policy comes from a variable, which is known at the first request. */
let fromVariable
export const variable = {
  fetch (request, env) {
    fromVariable ??= cors(Policy.fromToml(env.CORS_POLICY))(hello)
    return fromVariable(request)
  }
}

/** A request to `/policy` swaps the policy. */
const policies = new Reloadable(new Policy({ allowOrigins: [] }))
const reloadable = cors(policies)(hello)
export const swapped = {
  async fetch (request) {
    if (new URL(request.url).pathname !== '/policy') return reloadable(request)
    policies.swap(Policy.fromToml(await request.text()))
    return new Response('swapped')
  }
}

/** Another server behind this one responds, with its own CORS headers. */
const forward = cors(new Policy(settings))((request, env) => env.ORIGIN.fetch(request))
export const proxy = { fetch: (request, env) => forward(request, env) }
export const origin = {
  fetch: () => new Response('from the server behind', {
    headers: { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true', vary: 'Accept-Encoding' }
  })
}

const app = new Hono()
app.use(honoCors({
  allowOrigins: ['https://app.example.com'], allowMethods: ['PUT'], allowOrigin: async (asked) => asked === 'https://tenant.example'
}))
app.all('/fails', () => { throw new Error('on purpose') })
app.all('*', () => hello())
export const hono = { fetch: (request, env) => app.fetch(request, env) }

/** At `/trap` the engine fails while the request is decided. */
const trapping = cors(new Policy(settings))(hello)
export const trap = {
  fetch (request) {
    if (new URL(request.url).pathname === '/trap') {
      try {
        // This needs more memory than is available, so the module panics in the middle of the call.
        instances.at(-1).exports.reserve(-1)
      } catch {}
    }
    return trapping(request)
  }
}

export default file
