// The types of `corsac/testing`, with those of vitest and jest. Checked by the compiler, never run.

import { Policy, type Explanation } from 'corsac'
import { Browser, assertBlocked, assertReadable, matchers, type CorsMatchers, type Fetched } from 'corsac/testing'

const app = (request: unknown, response: unknown) => {}
const policy = new Policy({ allowOrigins: [] })
const browser = new Browser(app, { origin: 'https://a.example', servers: { 'https://b.example': app }, policy, timeout: 5 })
const fetched: Promise<Fetched> = browser.fetch('/items', { method: 'PUT', headers: [['x-a', '1']], credentials: 'omit', json: {} })
const verdict: string = (await fetched).explanation.verdict
const body: Uint8Array = (await assertReadable(app, '/items', { origin: 'https://a.example', cookies: { sid: '1' } })).body
const explanation: Explanation = await assertBlocked('http://localhost:8000', '/', { origin: 'https://a.example', code: 'timed-out' })
const result = await matchers.toBeReadableFrom(app, 'https://a.example', { path: '/items', preflight: {} })
declare const expect: (received: unknown) => CorsMatchers<Promise<void>>
await expect(app).toBeBlockedFrom('https://a.example', { code: 'method-not-allowed' })

// @ts-expect-error there is no such finding
await assertBlocked(app, '/', { origin: 'https://a.example', code: 'nonsense' })
// @ts-expect-error there is no such option
await browser.fetch('/', { metod: 'PUT' })
// @ts-expect-error a status is a number
const wrong: string = (await assertReadable(app)).status

export { body, explanation, result, verdict, wrong }
