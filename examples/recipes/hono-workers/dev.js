// Runs the worker in Cloudflare's runtime on this machine. `wrangler dev` does the same.
import { Miniflare } from 'miniflare'

const worker = new Miniflare({
  port: 8787,
  modules: true,
  scriptPath: 'dist/worker.js',
  modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
  compatibilityDate: '2026-01-01'
})
await worker.ready
