// Serves the applications on Deno and Bun, each on its own port, and runs the vectors. Prints one line of JSON.

import * as apps from './apps.mjs'
import vectors from './vectors-app.mjs'

const env = { ORIGIN: apps.origin, CORS_POLICY: globalThis.Deno?.args[0] ?? globalThis.process.argv[2] }
const quiet = { hostname: '127.0.0.1', port: 0, onListen () {} }
const serve = globalThis.Deno === undefined
  ? (handler) => globalThis.Bun.serve({ ...quiet, idleTimeout: 0, fetch: handler }).port
  : (handler) => globalThis.Deno.serve(quiet, handler).addr.port
const ports = {}
for (const [name, app] of Object.entries({ ...apps, vectors })) ports[name] = serve((request) => app.fetch(request, env))
console.log(JSON.stringify(ports))
