'use strict'

// The packed package in Next.js applications, built and started: route handlers, `proxy` on Node, and `middleware` on the edge
// runtime, which gets the WebAssembly module.
// node tests/long/next.js (Linux on x64; needs the network)

const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')

const ROOT = path.join(__dirname, '..', '..')
const ORIGIN = 'https://app.example.com'
const ROUTE = `import cors from 'corsac/web'

const wrap = cors({ allowOrigins: ['${ORIGIN}'], allowMethods: ['PUT'], allowCredentials: true })

export const dynamic = 'force-dynamic'
export const GET = wrap(() => Response.json({ message: 'hello' }, { headers: { 'Access-Control-Allow-Origin': '*' } }))
export const PUT = wrap(() => { throw new Error('on purpose') })
export const OPTIONS = wrap(() => new Response(null, { status: 405 }))
`
const WHOLE = (runtime) => `import cors from 'corsac/web'
import { NextResponse } from 'next/server'

const handle = cors({ allowOrigins: ['${ORIGIN}'], allowMethods: ['PUT'], allowCredentials: true })(() => NextResponse.next())

export const ${runtime} = (request) => handle(request)
export const config = { matcher: '/api/:path*' }
`
const HANDLER = `export const dynamic = 'force-dynamic'
export const GET = () => Response.json({ message: 'hello' })
export const PUT = () => { throw new Error('on purpose') }
`
const PAGES = {
  'app/layout.js': 'export default function Layout ({ children }) { return <html><body>{children}</body></html> }\n',
  'app/page.js': 'export default function Page () { return <p>hello</p> }\n'
}
// A native addon is loaded by Node and not bundled.
const EXTERNAL = { 'next.config.mjs': "export default { serverExternalPackages: ['corsac'] }\n" }

/** The files of each application. */
const APPLICATIONS = {
  'route handlers': { ...PAGES, ...EXTERNAL, 'app/api/route.js': ROUTE },
  'proxy on Node': { ...PAGES, ...EXTERNAL, 'app/api/route.js': HANDLER, 'proxy.js': WHOLE('proxy') },
  'middleware on the edge runtime': { ...PAGES, 'app/api/route.js': HANDLER, 'middleware.js': WHOLE('middleware') }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-next-'))
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' }
const run = (file, args, cwd = folder) => execFileSync(file, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

async function main () {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT))
  const dependencies = { corsac: `file:${filename}`, next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' }
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  run('npm', ['install', '--no-audit', '--no-fund', '--silent'])
  for (const [name, files] of Object.entries(APPLICATIONS)) {
    if (process.argv.length > 2 && !process.argv.includes(name)) continue
    await application(files)
    console.log(`next: 5 correct answers, ${name}`)
  }
}

async function application (files) {
  const all = new Set(Object.values(APPLICATIONS).flatMap(Object.keys))
  for (const name of ['.next', ...all]) fs.rmSync(path.join(folder, name), { recursive: true, force: true })
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), text)
  }
  const next = path.join(folder, 'node_modules', 'next', 'dist', 'bin', 'next')
  run(process.execPath, [next, 'build'])
  const port = await freePort()
  const server = spawn(process.execPath, [next, 'start', '--port', String(port), '--hostname', '127.0.0.1'], { cwd: folder, env, stdio: 'ignore' })
  try {
    const url = `http://127.0.0.1:${port}/api`
    await answers(url)
    await check(url)
  } finally {
    server.kill()
  }
}

async function check (url) {
  const ask = async (method, headers) => {
    const { status, headers: got } = await fetch(url, { method, headers })
    const vary = (got.get('vary') ?? '').toLowerCase().split(/, */)
    return [status, got.get('access-control-allow-origin'), got.get('access-control-allow-credentials'), vary.includes('origin')]
  }
  assert.deepEqual(await ask('GET', { origin: ORIGIN }), [200, ORIGIN, 'true', true])
  assert.deepEqual(await ask('GET', { origin: 'https://evil.example' }), [200, null, null, true])
  assert.deepEqual(await ask('GET', {}), [200, null, null, true])
  const preflight = { 'access-control-request-method': 'PUT' }
  assert.deepEqual(await ask('OPTIONS', { origin: ORIGIN, ...preflight }), [204, ORIGIN, 'true', true])
  assert.deepEqual(await ask('OPTIONS', { origin: 'https://evil.example', ...preflight }), [403, null, null, true])
}

async function answers (url) {
  for (let i = 0; i < 100; i++) {
    try {
      await fetch(url)
      return
    } catch {
      await sleep(200)
    }
  }
  throw new Error('Next.js does not answer')
}

function freePort () {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

main().finally(() => fs.rmSync(folder, { recursive: true, force: true }))
