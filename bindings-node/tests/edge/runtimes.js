'use strict'

// Runs the vectors, and the applications of `apps.mjs`, in the runtimes that are not browsers.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')
const esbuild = require('esbuild')
const { BUNDLERS } = require('./bundlers.js')
const { BROWSERS, inBrowser } = require('./browsers.js')
const { ENVIRONMENT, checkApps, checkElysia } = require('./check-apps.js')

const binary = (name) => path.join(__dirname, 'node_modules', '.bin', name)

/** Bundles an entry as a runtime's tools do, with only the export conditions of that runtime. */
async function bundle (folder, entry, name, conditions, more = {}) {
  const outfile = path.join(folder, `${name}.mjs`)
  await esbuild.build({
    entryPoints: entry && [path.join(__dirname, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions,
    logLevel: 'warning',
    ...more
  })
  return outfile
}

/** Treats WebAssembly modules as wrangler does: the import stays, and the file is passed to the runtime. */
const WASM_FILES = {
  name: 'wasm-files',
  setup (build) {
    build.onResolve({ filter: /\.wasm(\?module)?$/ }, () => ({ path: './corsac.wasm', external: true }))
  }
}
const WORKERD = { conditions: ['workerd', 'worker', 'browser'], plugins: [WASM_FILES] }

async function workerBundles (folder) {
  await bundle(folder, 'apps.mjs', 'apps', WORKERD.conditions, WORKERD)
  await bundle(folder, 'vectors-app.mjs', 'vectors', WORKERD.conditions, WORKERD)
  // The application of Elysia in docs/edge.md.
  const page = fs.readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'edge.md'), 'utf8')
  const contents = page.split('```js\n').map((rest) => rest.split('```')[0]).find((block) => block.includes('CloudflareAdapter'))
  await bundle(folder, undefined, 'elysia', WORKERD.conditions, { ...WORKERD, stdin: { contents, resolveDir: __dirname } })
  fs.copyFileSync(path.join(__dirname, 'node_modules', 'corsac', 'edge', 'corsac.wasm'), path.join(folder, 'corsac.wasm'))
}

const APPS = ['file', 'variable', 'swapped', 'proxy', 'hono', 'trap']

/** Cloudflare's runtime itself. */
async function workerd (folder) {
  const worker = (name) => `(name = "${name}", worker = (
    modules = [(name = "${name}.mjs", esModule = embed "${name}.mjs"), (name = "corsac.wasm", wasm = embed "corsac.wasm")],
    compatibilityDate = "2026-01-01",
    bindings = [
      (name = "CORS_POLICY", text = ${JSON.stringify(ENVIRONMENT.CORS_POLICY)}),
      (name = "ORIGIN", service = (name = "apps", entrypoint = "origin"))
    ]
  ))`
  const socket = (name, service) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = ${service})`
  fs.writeFileSync(path.join(folder, 'config.capnp'), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${worker('apps')}, ${worker('vectors').replace('(name = "apps", entrypoint = "origin")', '"apps"')}],
  sockets = [${[...APPS.map((name) => socket(name, `(name = "apps", entrypoint = "${name}")`)), socket('vectors', '"vectors"')].join(', ')}]
);
`)
  const child = spawn(binary('workerd'), ['serve', 'config.capnp', '--control-fd=3'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const output = collect(child)
  const ports = {}
  await within(30, output, new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    readline.createInterface({ input: child.stdio[3] }).on('line', (line) => {
      const { event, socket, port } = JSON.parse(line)
      if (event === 'listen') ports[socket] = port
      if (Object.keys(ports).length > APPS.length) resolve()
    })
  }))
  return serving(child, ports, output)
}

/** Deno, with only the permission to listen, and Bun. Neither gets a bundle, because both find the package themselves.
 * */
async function served (command) {
  const child = spawn(command[0], [...command.slice(1), ENVIRONMENT.CORS_POLICY], { cwd: __dirname, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(child)
  const ports = await within(60, output, new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${command[0]} ended with ${code}`)))
    readline.createInterface({ input: child.stdout }).on('line', (line) => { if (line.startsWith('{')) resolve(JSON.parse(line)) })
  }))
  return serving(child, ports, output)
}

async function serving (child, ports, output) {
  const url = (app, to = '/') => `http://127.0.0.1:${ports[app]}${to}`
  const ask = (app, to, method, headers, body) => fetch(url(app, to), { method, headers, body })
  try {
    const answers = await checkApps(ask)
    assert.match(output(), /CORSAC_ENGINE/, 'the trap is reported')
    return { answers, vectors: await (await fetch(url('vectors'))).json() }
  } catch (error) {
    error.message += `\n${output()}`
    throw error
  } finally {
    child.removeAllListeners('exit')
    child.kill()
  }
}

async function miniflare (folder) {
  return {
    answers: await inMiniflare(folder, 'elysia', checkElysia),
    vectors: await inMiniflare(folder, 'vectors', async (send) => (await send('/')).json())
  }
}

/** Starts a bundle in Cloudflare's runtime, and lets a function send requests to it. */
async function inMiniflare (folder, name, use) {
  const { Miniflare } = require('miniflare')
  const module = (type, name) => ({ type, path: path.join(folder, name), contents: fs.readFileSync(path.join(folder, name)) })
  const modules = [module('ESModule', `${name}.mjs`), module('CompiledWasm', 'corsac.wasm')]
  const options = { modulesRoot: folder, compatibilityDate: '2026-01-01' }
  const runtime = new Miniflare({ ...options, workers: [{ name, ...options, modules }] })
  try {
    return await use((to, init) => runtime.dispatchFetch(`http://localhost${to}`, init))
  } finally {
    await runtime.dispose()
  }
}

/** Vercel's runtime. Next.js compiles the modules of a program before it starts, and passes them to it as variables. */
async function edgeRuntime (folder) {
  const wasm = {
    name: 'wasm-variables',
    setup (build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: 'corsac', namespace: 'wasm' }))
      build.onLoad({ filter: /.*/, namespace: 'wasm' }, () => ({ contents: 'export default globalThis.corsacModule' }))
    }
  }
  const name = await bundle(folder, 'vectors-listener.mjs', 'edge-runtime', ['edge-light', 'worker'], { plugins: [wasm], format: 'iife' })
  const { EdgeRuntime } = require('edge-runtime')
  const module = new WebAssembly.Module(fs.readFileSync(path.join(__dirname, 'node_modules', 'corsac', 'edge', 'corsac.wasm')))
  const runtime = new EdgeRuntime({
    initialCode: fs.readFileSync(name, 'utf8'), extend: (context) => Object.assign(context, { corsacModule: module })
  })
  const response = await runtime.dispatchFetch('http://localhost/')
  return { answers: 0, vectors: await response.json() }
}

/** A browser, with the bundle that esbuild makes without any configuration. */
async function browser (name, folder) {
  const script = await bundle(folder, 'page.mjs', 'page', undefined, { platform: 'browser' })
  return { answers: 0, vectors: await inBrowser(name, script) }
}

/** The output of a child process so far. */
function collect (child) {
  const pieces = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => pieces.push(data))
  return () => Buffer.concat(pieces).toString()
}

async function within (seconds, output, promise) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${seconds} s\n${output()}`)), seconds * 1000)
  })
  try {
    return await Promise.race([promise, late])
  } catch (error) {
    error.message += `\n${output()}`
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** By name: a function that returns the results of the vectors, and the number of checked responses of applications. */
const RUNTIMES = {
  workerd,
  miniflare,
  'edge-runtime': edgeRuntime,
  deno: () => served([binary('deno'), 'run', '--no-prompt', '--allow-net=127.0.0.1', 'serve.mjs']),
  // Bun runs CommonJS modules before ECMAScript modules that are imported earlier, so `instances.mjs` is preloaded.
  bun: () => served([binary('bun'), '--preload', './instances.mjs', 'serve.mjs']),
  ...Object.fromEntries(Object.keys(BROWSERS).map((name) => [name, (folder) => browser(name, folder)])),
  ...BUNDLERS
}

module.exports = { RUNTIMES, bundle, workerBundles }
