'use strict'

// Makes the files of edge runtimes and browsers in `edge/` from `lib` and the WebAssembly module: ECMAScript modules without
// imports, but for the module itself. Run it after `cargo xtask wasm`.
// node scripts/bundle-edge.js

const fs = require('node:fs')
const path = require('node:path')
const zlib = require('node:zlib')
const esbuild = require('esbuild')

const ROOT = path.join(__dirname, '..')
const LIB = path.join(ROOT, 'lib')
const OUT = path.join(ROOT, 'edge')

/** The kinds of bundles, with the file by which each gets the module. */
const KINDS = { workerd: 'module-workerd.mjs', 'edge-light': 'module-edge-light.mjs', bytes: 'module-bytes.mjs' }

/** Files of `lib` that are written for Node, and those that are put in their place. */
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

async function main () {
  const bytes = fs.readFileSync(path.join(OUT, 'corsac.wasm'))
  fs.writeFileSync(path.join(OUT, 'corsac-wasm.mjs'), `export default '${bytes.toString('base64')}'\n`)
  for (const [kind, moduleFile] of Object.entries(KINDS)) {
    await esbuild.build({
      entryPoints: [path.join(LIB, 'edge', 'entry.mjs')],
      outfile: path.join(OUT, `${kind}.mjs`),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      // Nothing of Node may be needed: what is not found is an error.
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
