// The middleware's types, and code that was typed against `@types/cors`. Checked by the compiler, never run.

import cors = require('corsac')
import type { CorsOptions, CorsOptionsDelegate, CorsRequest, DecisionEvent } from 'corsac'

interface Request extends CorsRequest { user: string }
interface App { use (handler: (request: Request, response: { statusCode: number, setHeader (name: string, value: string): void, end (): void }, next: (error?: unknown) => void) => void): void }
declare const app: App
declare const url: { readonly href: string, readonly protocol: string }
declare const listed: string[]

app.use(cors())
app.use(cors.cors())
app.use(cors.default({ allowOrigins: ['https://a.example', url], allowCredentials: true }))
app.use(cors(new cors.Policy({ allowOrigins: [] })))
app.use(cors({ allowOrigins: ['https://a.example'], allowOrigin: async (origin, request) => origin.length > 3 && request.headers.host === 'a' }))
app.use(cors(cors.Policy.fromFile('cors.toml'), { onDecision: ({ reason, origin }: DecisionEvent) => { if (reason === 'origin-allowed') origin?.length }, timeout: 5 }))

// Code that was written for the `cors` package.
const options: CorsOptions = { origin: 'https://a.example', optionsSuccessStatus: 200, methods: ['PUT'], allowedHeaders: 'X-A,X-B' }
options.origin = [/^https:\/\/a$/, 'https://b.example']
options.origin = true
options.origin = function (origin: string | undefined, callback: (error: Error | null, allow?: boolean) => void) {
  if (origin === undefined || listed.includes(origin)) callback(null, true)
  else callback(new Error('Not allowed by CORS'))
}
options.origin = (origin, callback) => callback(null, [origin, /^https:\/\/b$/])
options.origin = async (origin) => listed.includes(origin)
options.origin = (origin, callback, request) => callback(null, request.user === origin)
app.use(cors(options))

const delegate: CorsOptionsDelegate<Request> = (request, callback) => {
  const origin: string | undefined = request.headers.origin
  callback(null, { origin: origin === request.user })
}
app.use(cors(delegate))
app.use(cors<Request>((request, callback) => callback(request.user ? null : new Error('who?'), options)))
app.use(cors(async () => options))
const plain: CorsOptionsDelegate = function (request: CorsRequest, callback) { callback(null, { origin: request.method === 'GET' }) }
app.use(cors(plain))

// @ts-expect-error there is no such option
cors({ orign: '*' })
// @ts-expect-error a variable that may be undefined is not accepted
cors({ origin: undefined })
// @ts-expect-error seconds are a number
cors({ maxAge: '600' })
// @ts-expect-error an object is not an origin
cors({ origin: { url: 'https://a.example' } })
// @ts-expect-error there is no such setting of the middleware
cors({}, { ondecision: () => {} })
// @ts-expect-error the dialect's options need its name
new cors.Policy({ origin: () => true })
