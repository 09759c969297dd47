'use strict'

// Makes the files for edge runtimes and browsers in `edge/` from `lib` and the WebAssembly module.
// They are ECMAScript modules that import nothing except the module itself. Run this after
// `cargo xtask wasm`:
// node scripts/bundle-edge.js

const { execFileSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const zlib = require('node:zlib')
const esbuild = require('esbuild')
const { withSortableNames } = require('./order-functions.js')

const ROOT = path.join(__dirname, '..')
const LIB = path.join(ROOT, 'lib')
const OUT = path.join(ROOT, 'edge')
const MODULE = path.join(OUT, 'corsac.wasm')

/** The module that `cargo xtask wasm` builds. */
const BUILT = path.join(ROOT, '..', 'target', 'wasm', 'corsac.wasm')
/** A file with the hashes of `BUILT` and `MODULE` when `MODULE` was last made, and the options with which it was made. */
const OPTIMIZED = path.join(ROOT, '..', 'target', 'wasm', 'optimized.json')

const WASM_OPT = path.join(ROOT, 'node_modules', 'binaryen', 'bin', 'wasm-opt')
/** The features that the compiler may use, which every runtime has had for years. */
const WASM_OPT_OPTIONS = [
  '--strip-debug', '--strip-producers', '--enable-bulk-memory', '--enable-multivalue', '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int', '--enable-reference-types', '--enable-sign-ext'
]

/**
 * The module is first made smaller, and then its functions are ordered so that it can be compressed better. The skipped passes
 * would make it smaller too, but the code that they merge would no longer resemble other functions, so the module would be
 * compressed worse.
 */
const STEPS = [
  ['-Os', '--skip-pass=inlining-optimizing', '--skip-pass=local-cse'],
  ['--reorder-functions-by-name']
]

/** The kinds of bundles, with the file through which each gets the module. */
const KINDS = { workerd: 'module-workerd.mjs', 'edge-light': 'module-edge-light.mjs', bytes: 'module-bytes.mjs' }

/** Files of `lib` that are written for Node, and those that replace them. */
const REPLACED = {
  'engine-choice.js': 'edge/engine-choice.js',
  'runtime.js': 'edge/runtime.js',
  'policy/policy-file.js': 'edge/policy-file.js',
  'upgrades/server-events.js': 'edge/server-events.js'
}

function replacements (moduleFile) {
  return {
    name: 'corsac',
    setup (build) {
      build.onResolve({ filter: /^#module$/ }, () => ({ path: path.join(LIB, 'edge', moduleFile) }))
      build.onResolve({ filter: /corsac(?:\.wasm(?:\?module)?|-wasm\.mjs)$/ }, ({ path }) => ({ path, external: true }))
      build.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path: id, resolveDir }) => {
        const name = path.relative(LIB, path.resolve(resolveDir, id)).replaceAll(path.sep, '/')
        const other = Object.hasOwn(REPLACED, name) ? REPLACED[name] : name
        return { path: path.join(LIB, other) }
      })
    }
  }
}

/** Makes the module of the package from the one that was built, unless it is up to date. This takes half a minute. */
function optimize () {
  const hash = (file) => fs.existsSync(file) ? createHash('sha256').update(fs.readFileSync(file)).digest('hex') : null
  const state = () => JSON.stringify([hash(BUILT), hash(MODULE), STEPS, WASM_OPT_OPTIONS])
  if (!fs.existsSync(BUILT)) throw new Error('the module is not built: type `cargo xtask wasm`')
  if (fs.existsSync(OPTIMIZED) && fs.readFileSync(OPTIMIZED, 'utf8') === state()) return
  fs.mkdirSync(OUT, { recursive: true })
  const wasmOpt = (passes, from) => {
    execFileSync(process.execPath, [WASM_OPT, ...passes, ...WASM_OPT_OPTIONS, from, '-o', MODULE], { stdio: 'inherit' })
  }
  const [smaller, ordered] = STEPS
  wasmOpt(smaller, BUILT)
  fs.writeFileSync(MODULE, withSortableNames(fs.readFileSync(MODULE)))
  wasmOpt(ordered, MODULE)
  fs.writeFileSync(OPTIMIZED, state())
}

async function main () {
  optimize()
  const bytes = fs.readFileSync(MODULE)
  fs.writeFileSync(path.join(OUT, 'corsac-wasm.mjs'), `export default '${bytes.toString('base64')}'\n`)
  for (const [kind, moduleFile] of Object.entries(KINDS)) {
    await esbuild.build({
      entryPoints: [path.join(LIB, 'edge', 'entry.mjs')],
      outfile: path.join(OUT, `${kind}.mjs`),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      // The files must not need Node, so a module that is not found is an error.
      platform: 'neutral',
      plugins: [replacements(moduleFile)],
      logLevel: 'warning'
    })
    fs.writeFileSync(path.join(OUT, `web.${kind}.mjs`), `export { cors as default } from './${kind}.mjs'\n`)
    fs.writeFileSync(path.join(OUT, `hono.${kind}.mjs`), `export { hono as default } from './${kind}.mjs'\n`)
  }
  const size = (name) => zlib.gzipSync(fs.readFileSync(path.join(OUT, name)), { level: 9 }).length
  for (const name of ['corsac.wasm', 'corsac-wasm.mjs', 'workerd.mjs']) console.log(`${name}: ${size(name)} bytes gzipped`)
}

main()
