// Runs all shared vectors with the exports of `corsac/edge`. It runs in any runtime, so it uses nothing from Node.

/**
 * @param {object} corsac the exports of `corsac/edge`
 * @param {{ vectors: object[], apply: object[], exchanges: object[], findings: object[] }} data
 * @returns {Promise<{ runs: number, failures: string[] }>}
 */
export async function suite (corsac, { vectors, apply, exchanges, findings }) {
  const failures = []
  let runs = 0
  const run = async (name, body) => {
    runs++
    try {
      await body()
    } catch (error) {
      failures.push(`${name}: ${error?.message ?? error}`)
    }
  }
  for (const vector of vectors) {
    if (vector.vary) {
      const { application, decision, merged } = vector.vary
      await run(`${vector.id} (vary)`, () => same(corsac.mergeVary(application, decision), merged))
    } else {
      for (const [form, build] of forms(corsac, vector)) await run(`${vector.id} (${form})`, () => holds(corsac, vector, build))
    }
  }
  for (const vector of apply) await run(`${vector.id} (apply)`, () => applies(corsac, vector))
  for (const vector of exchanges) await run(`${vector.id} (exchange)`, () => explains(corsac, vector))
  for (const vector of findings) await run(`${vector.id} (finding)`, () => finds(corsac, vector))
  return { runs, failures }
}

/** Compares as JSON text, with sorted properties, so their order does not count; undefined members count as missing. */
function same (found, expected) {
  const [left, right] = [found, expected].map((value) => JSON.stringify(ordered(value)))
  if (left !== right) throw new Error(`${left} and not ${right}`)
}

function ordered (value) {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, ordered(value[key])]))
}

/** Every way to build the policy, with its functions. */
function forms ({ Policy }, { config, text }) {
  const fromText = { json: (...all) => Policy.fromJson(...all), toml: (...all) => Policy.fromToml(...all) }
  if (text) return [[text.format, (functions) => fromText[text.format](text.text, functions)]]
  return [
    ['native', (functions) => new Policy(typeof config === 'object' && config !== null ? { ...revive(config), ...functions } : config)],
    ['text', (functions) => Policy.fromJson(JSON.stringify(config), functions)]
  ]
}

/** Replaces the table that stands for a RegExp in a vector by a RegExp. */
function revive (config) {
  if (config.dialect !== 'cors' || !('origin' in config)) return config
  return { ...config, origin: revived(config.origin) }
}

function revived (value) {
  if (Array.isArray(value)) return value.map(revived)
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  if (typeof value?.regexp !== 'string' || keys.some((key) => key !== 'regexp' && key !== 'flags')) return value
  try {
    return new RegExp(value.regexp, value.flags)
  } catch {
    // If JavaScript refuses the pattern or the flags, the table stays.
    return value
  }
}

const listed = (issues) => issues.map(({ code, field }) => `${code} at ${field}`).sort()

async function holds (corsac, vector, build) {
  if (vector.issues) {
    let error
    try {
      build()
    } catch (reason) {
      error = reason
    }
    if (!(error instanceof corsac.ConfigError)) throw new Error(`the policy is accepted, or fails with another error: ${error}`)
    return same(listed(error.issues), listed(vector.issues))
  }
  if (vector.lints) return same(listed(build().lints), listed(vector.lints))
  let count = 0
  const predicate = vector.predicate && (() => {
    count++
    if (vector.predicate === 'fail') throw new Error('on purpose')
    return vector.predicate === 'allow'
  })
  const policy = build(predicate && { allowOrigin: predicate })
  const { asked, reported = null, ...expect } = vector.expect
  const { path_decoded: pathDecoded, authority, headers, ...request } = vector.request
  const all = authority === undefined ? headers : [...headers, [':authority', authority]]
  const { error, ...decision } = policy.evaluate({ ...request, headers: all, pathDecoded })
  same(decision, { ...expect, reported })
  same(count, asked ? 1 : 0)
  // The web's requests have no authority except that of their URL, and their path is as it was sent.
  if (authority === undefined && !pathDecoded && !request.websocket && error === undefined) await passes(corsac, policy, vector, expect)
}

/** Decides as the middleware does, which uses the engine's fast calls. */
async function passes ({ cors }, policy, { config, text, request: { method, path = '/', headers: lines, secure } }, expect) {
  // A request of the web always has a path, which begins with a slash.
  if (!path.startsWith('/') || (path === '/' && JSON.stringify(config ?? text).includes('routes'))) return
  const headers = { get: (name) => lines.filter(([line]) => line.toLowerCase() === name).map(([, value]) => value).join(', ') || valueOf(lines, name) }
  const request = { method, url: `${secure ? 'https' : 'http'}://localhost${path}`, headers }
  const response = await cors(policy)(() => new Response('ran'))(request)
  const own = new Headers(expect.headers)
  same(response.status, expect.status ?? 200)
  if (expect.status !== 204) same(await response.text(), expect.action === 'respond' ? expect.body : 'ran')
  for (const [name, value] of own) same([name, response.headers.get(name)], [name, value])
  for (const [name] of response.headers) if (name.startsWith('access-control-')) same([name, own.has(name)], [name, true])
}

/** An empty header is not the same as an absent one. */
function valueOf (lines, name) {
  return lines.some(([line]) => line.toLowerCase() === name) ? '' : null
}

async function applies ({ Policy, cors }, { config, request: { method, headers: lines }, application, response }) {
  const policy = Policy.fromJson(JSON.stringify(config))
  const request = { method, url: 'http://localhost/', headers: { get: (name) => lines.find(([line]) => line.toLowerCase() === name)?.[1] ?? null } }
  const found = await cors(policy)(() => new Response('', { headers: application }))(request)
  const names = new Set([...application, ...response].map(([name]) => name.toLowerCase()))
  const expected = new Headers(response)
  for (const [name] of found.headers) names.add(name)
  // The runtime may add text of its own.
  const ours = [...names].filter((name) => name !== 'set-cookie' && (name !== 'content-type' || expected.has(name)))
  for (const name of ours) same([name, found.headers.get(name)], [name, expected.get(name)])
}

const pick = (found, expected) => Object.fromEntries(Object.keys(expected).map((key) => [key, found[key] ?? null]))

function explains ({ diagnose }, { exchange, expect: { failed, preflight, ...expected } }) {
  const explanation = diagnose(exchange)
  const found = explanation.toJSON()
  same(diagnose(JSON.stringify(exchange)).toJSON(), found)
  same(found.steps.find(({ passed }) => !passed)?.name ?? null, failed)
  same(pick(found, expected), expected)
  if (preflight) same(pick(found.preflight.hops[0], preflight), preflight)
}

function finds ({ Policy, diagnose }, vector) {
  const found = (config, exchange) => {
    if (!config) return diagnose(exchange)
    const asks = 'predicate' in exchange || vector.code === 'predicate-unknown'
    return Policy.fromJson(JSON.stringify(config), asks ? { allowOrigin: () => false } : undefined).explain(exchange)
  }
  const codes = ({ findings }) => findings.map(({ code }) => code)
  const first = found(vector.config, vector.exchange)
  same(first.verdict, vector.verdict)
  same(codes(first), vector.findings)
  const { config = vector.config, exchange = vector.exchange, findings } = vector.fixed
  same(codes(found(config, exchange)), findings)
}
