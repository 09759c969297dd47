// The adapters' types, from an ECMAScript module. Checked by the compiler, never run.

import { Policy } from 'corsac'
import fastify from 'corsac/fastify'
import hono from 'corsac/hono'
import koa from 'corsac/koa'
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

// @ts-expect-error there is no such option
koa({ keepHeadersOnError: true })
// @ts-expect-error a handler has to return a response
web(policy)(() => 'hello')
// @ts-expect-error there is no such hook
const wrong: fastify.FastifyCorsOptions = { policy, hook: 'onSend' }

export { GET, OPTIONS, fastify, options, ran, wrong }
