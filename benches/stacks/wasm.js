'use strict'

// A request in Cloudflare's runtime without a middleware, with `hono/cors` and with `corsac/hono`; the size of the WebAssembly module,
// and how long it takes to start. One JSON object on standard output.

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const zlib = require('node:zlib')
const { createRequire } = require('node:module')

const ROOT = path.join(__dirname, '..', '..')
const TESTS = path.join(ROOT, 'bindings-node', 'tests', 'edge')
const EDGE = path.join(ROOT, 'bindings-node', 'edge')
const esbuild = createRequire(path.join(TESTS, 'run.js'))('esbuild')

/** The names in wasm-worker.mjs, and those in the table. */
const CASES = {
  'no Origin': 'no Origin', '1 origin': '1 origin', '100 origins': '100 origins', '10,000 origins': '10,000 origins', preflight: 'a preflight, in all'
}
const MIDDLEWARES = ['none', 'hono/cors', 'corsac/hono']
const QUICK = process.argv.includes('--quick')
const ROUNDS = QUICK ? 5 : 21
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

/** Nanoseconds of processor time that a process has used, in all of its threads. */
function processorTime (pid) {
  const folder = `/proc/${pid}/task`
  return fs.readdirSync(folder).reduce((sum, task) => sum + Number(fs.readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ')[0]), 0)
}

/** Nanoseconds of processor time of one request, in one round. */
async function round (child, port, name, middleware) {
  const before = processorTime(child.pid)
  const response = await fetch(`http://127.0.0.1:${port}/${[name, middleware, REQUESTS].map(encodeURIComponent).join('/')}`)
  const status = await response.text()
  const spent = (processorTime(child.pid) - before) / REQUESTS
  if (!response.ok || !['200', '204'].includes(status)) throw new Error(`${middleware} answers ${status}`)
  return spent
}

function quantile (values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low])
}

function row (name, unit, kind, ours, theirs, ratios) {
  const spread = (values) => values === undefined ? null : [quantile(values, 0.25), quantile(values, 0.75)]
  return {
    case: name,
    unit,
    kind,
    corsac: quantile(ours, 0.5),
    peer: theirs === undefined ? null : quantile(theirs, 0.5),
    peer_name: theirs === undefined ? null : 'hono/cors',
    ratio: ratios === undefined ? null : quantile(ratios, 0.5),
    spread: spread(ratios ?? (ours.length > 1 ? ours : undefined))
  }
}

/** Nanoseconds to compile the module, and to instantiate it and compile a policy. */
function startUp (bytes) {
  const { createEngine } = require('../../bindings-node/lib/wasm/engine.js')
  const timed = (run) => {
    const start = process.hrtime.bigint()
    const result = run()
    return [result, Number(process.hrtime.bigint() - start)]
  }
  const [module, compiled] = timed(() => new WebAssembly.Module(bytes))
  const [, started] = timed(() => {
    const engine = createEngine(module)
    engine.facts()
    return engine.compile('json', Buffer.from('{"allow_origins": ["https://app.example.com"]}'), false)
  })
  return [compiled, started]
}

/** The module of the package, and its start in Node, several times. */
function moduleRows () {
  const bytes = fs.readFileSync(path.join(EDGE, 'corsac.wasm'))
  const starts = Array.from({ length: QUICK ? 3 : 9 }, () => startUp(bytes))
  return [
    row('the module, gzipped', 'bytes', 'size', [zlib.gzipSync(bytes, { level: 9 }).length]),
    row('compiling the module, in Node', 'ns', 'time', starts.map(([compiled]) => compiled)),
    row('starting it and compiling a policy, in Node', 'ns', 'time', starts.map(([, started]) => started))
  ]
}

async function main () {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-bench-'))
  const rows = []
  await bundle(folder)
  const child = spawn(path.join(TESTS, 'node_modules', '.bin', 'workerd'), ['serve', 'config.capnp', '--control-fd=3'], { cwd: folder, stdio: ['ignore', 2, 2, 'pipe'] })
  try {
    const port = await listening(child)
    for (const [name, title] of Object.entries(CASES)) {
      process.stderr.write(`  ${title}\n`)
      const found = Object.fromEntries(MIDDLEWARES.map((middleware) => [middleware, []]))
      for (let i = -1; i < ROUNDS; i++) {
        // They run in turn, and in the opposite order in every second round. The first round warms up.
        for (const middleware of i % 2 ? MIDDLEWARES : [...MIDDLEWARES].reverse()) {
          const spent = await round(child, port, name, middleware)
          if (i >= 0) found[middleware].push(spent)
        }
      }
      const base = found.none
      // Neither middleware lets a preflight reach the application.
      const added = (times) => name === 'preflight' ? times : times.map((time, round) => time - base[round])
      const [theirs, ours] = [added(found['hono/cors']), added(found['corsac/hono'])]
      rows.push(row(title, 'ns', 'time', ours, theirs, theirs.map((time, round) => time / ours[round])))
    }
  } finally {
    child.removeAllListeners('exit')
    child.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
  const version = (name) => JSON.parse(fs.readFileSync(path.join(TESTS, 'node_modules', name, 'package.json'))).version
  console.log(JSON.stringify({ rows: [...rows, ...moduleRows()], versions: { workerd: version('workerd'), hono: version('hono') } }))
}

main()
