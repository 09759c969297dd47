'use strict'

// What a middleware adds to a request in Cloudflare's runtime, next to `hono/cors`; the size of the WebAssembly module, and how long
// it takes to start. One run: node benches/wasm.js
// Needs what `make test STACK=wasm` sets up.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const zlib = require('node:zlib')
const { createRequire } = require('node:module')

const ROOT = path.join(__dirname, '..')
const TESTS = path.join(ROOT, 'bindings-node', 'tests', 'edge')
const EDGE = path.join(ROOT, 'bindings-node', 'edge')
const esbuild = createRequire(path.join(TESTS, 'run.js'))('esbuild')

const CASES = ['no Origin', '1 origin', '100 origins', '10,000 origins', 'preflight']
const MIDDLEWARES = ['none', 'hono/cors', 'corsac/hono']
const ROUNDS = 9
/** Requests of one round. */
const REQUESTS = 2000

async function bundle (folder) {
  await esbuild.build({
    entryPoints: [path.join(__dirname, 'wasm-worker.mjs')],
    outfile: path.join(folder, 'worker.mjs'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    nodePaths: [path.join(TESTS, 'node_modules')],
    alias: { 'corsac/hono': path.join(EDGE, 'hono.workerd.mjs') },
    external: ['*.wasm'],
    logLevel: 'warning'
  })
  fs.copyFileSync(path.join(EDGE, 'corsac.wasm'), path.join(folder, 'corsac.wasm'))
  fs.writeFileSync(path.join(folder, 'config.capnp'), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs"), (name = "corsac.wasm", wasm = embed "corsac.wasm")],
    compatibilityDate = "2026-01-01"
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")]
);
`)
}

/** @returns {Promise<number>} the port */
function listening (child) {
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    readline.createInterface({ input: child.stdio[3] }).on('line', (line) => resolve(JSON.parse(line).port))
  })
}

/** Microseconds of one request, in one round. */
async function round (port, name, middleware) {
  const start = process.hrtime.bigint()
  const response = await fetch(`http://127.0.0.1:${port}/${[name, middleware, REQUESTS].map(encodeURIComponent).join('/')}`)
  const status = await response.text()
  const spent = Number(process.hrtime.bigint() - start) / 1000 / REQUESTS
  if (!response.ok || !['200', '204'].includes(status)) throw new Error(`${middleware} answers ${status}`)
  return spent
}

function startUp () {
  const bytes = fs.readFileSync(path.join(EDGE, 'corsac.wasm'))
  const { createEngine } = require('../bindings-node/lib/wasm/engine.js')
  const timed = (run) => {
    const start = process.hrtime.bigint()
    const result = run()
    return [result, Number(process.hrtime.bigint() - start) / 1e6]
  }
  const [module, compiled] = timed(() => new WebAssembly.Module(bytes))
  const [, started] = timed(() => {
    const engine = createEngine(module)
    engine.facts()
    return engine.compile('json', Buffer.from('{"allow_origins": ["https://app.example.com"]}'), false)
  })
  console.log(`module: ${bytes.length} bytes, ${zlib.gzipSync(bytes, { level: 9 }).length} gzipped`)
  console.log(`start-up in Node: ${compiled.toFixed(1)} ms to compile the module, ${started.toFixed(1)} ms to instantiate it and compile a policy`)
}

async function main () {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-bench-'))
  await bundle(folder)
  const child = spawn(path.join(TESTS, 'node_modules', '.bin', 'workerd'), ['serve', 'config.capnp', '--control-fd=3'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  try {
    const port = await listening(child)
    console.log(`${'microseconds of a request'.padEnd(26)}${MIDDLEWARES.map((name) => name.padStart(13)).join('')}`)
    for (const name of CASES) {
      const least = MIDDLEWARES.map(() => Infinity)
      // In turn, so that a slow moment of the machine meets all of them.
      for (let i = 0; i < ROUNDS; i++) {
        for (const [at, middleware] of MIDDLEWARES.entries()) least[at] = Math.min(least[at], await round(port, name, middleware))
      }
      console.log(`${name.padEnd(26)}${least.map((time) => time.toFixed(2).padStart(13)).join('')}`)
    }
  } finally {
    child.removeAllListeners('exit')
    child.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
  startUp()
}

main()
