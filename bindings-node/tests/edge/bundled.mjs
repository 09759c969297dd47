// The entry that web developers' tools bundle: a few decisions and an explanation, whose results are sent to the page's
// server.

import { Policy, cors, diagnose } from 'corsac/edge'

const APP = 'https://app.example.com'
const handle = cors(Policy.fromToml(`allow_origins = ["${APP}"]\nallow_methods = ["PUT"]`))(() => new Response('ran'))
const headers = (values) => ({ get: (name) => values[name] ?? null })
const failures = []
const check = (name, found, expected) => { if (found !== expected) failures.push(`${name}: ${found} and not ${expected}`) }

async function run () {
  const read = await handle({ method: 'GET', url: 'https://api.example.com/', headers: headers({ origin: APP }) })
  check('allowed', read.headers.get('access-control-allow-origin'), APP)
  const refused = await handle({ method: 'OPTIONS', url: 'https://api.example.com/', headers: headers({ origin: 'https://evil.example', 'access-control-request-method': 'PUT' }) })
  check('refused', refused.status, 403)
  check('verdict', diagnose({ page: APP, request: { url: 'https://api.example.com/', method: 'DELETE' }, preflight: { status: 404, headers: [] } }).verdict, 'blocked')
  await fetch('/result', { method: 'POST', body: JSON.stringify({ runs: 3, failures }) })
}

run()
