// The adapters' types, from an ECMAScript module. Checked by the compiler, never run.

import { Policy } from 'corsac'
import elysia from 'corsac/elysia'
import fastify from 'corsac/fastify'
import hono from 'corsac/hono'
import koa from 'corsac/koa'
import vite from 'corsac/vite'
import web from 'corsac/web'

const policy = new Policy({ allowOrigins: [] })

interface WebResponse { readonly status: number, readonly headers: { get (name: string): string | null }, json (): Promise<unknown> }
interface WebRequest { readonly method: string, readonly url: string, readonly headers: { get (name: string): string | null }, readonly geo: string }
declare const response: WebResponse

const GET: (request: WebRequest, context: { params: string }) => Promise<WebResponse> =
  web(policy)(async (request: WebRequest, context: { params: string }) => request.geo === context.params ? response : response)
const OPTIONS = web({ allowOrigins: ['*'] })(() => response)

const options: fastify.FastifyCorsOptions[] = [
  { origin: ['https://a.example'], hook: 'preHandler', timeout: 5 },
  { allowOrigins: ['https://a.example'], onDecision: (event) => event.reason },
  { policy },
  { policy: async (request) => ({ allowOrigins: [request.url] }) }
]
const next = async () => {}
const ran: Promise<unknown>[] = [koa(policy)({}, next), koa({ origin: '*' })({}, next), hono(policy)({}, next), hono(async () => policy)({}, next)]

/** An application keeps its type, which its client needs. */
const app: { routes: 'of the application' } = elysia(policy)({ routes: 'of the application' } as const)
const plugins: vite.VitePlugin[] = [vite('cors.toml'), vite({ href: 'file:///cors.toml', protocol: 'file:' }), vite(policy, { debug: true }), vite({ allowOrigins: [] })]

// @ts-expect-error a file or a policy is needed
vite()
// @ts-expect-error there is no such option
koa({ keepHeadersOnError: true })
// @ts-expect-error a handler has to return a response
web(policy)(() => 'hello')
// @ts-expect-error there is no such hook
const wrong: fastify.FastifyCorsOptions = { policy, hook: 'onSend' }

export { GET, OPTIONS, app, fastify, options, plugins, ran, wrong }
