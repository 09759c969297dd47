'use strict'

// Makes the fetches of one case, as any page would, and returns what the script could read. The page and the sandboxed
// frame both run it.
async function ask(base, { id, steps, read }) {
  const urls = []
  let response
  for (const { method, path, headers, body, credentials = 'omit' } of steps) {
    urls.push(`${base}${path}?cell=${id}`)
    try {
      response = await fetch(urls.at(-1), { method, headers, credentials, cache: 'no-store', body: body && JSON.stringify(body) })
    } catch (error) {
      // A script learns nothing more. The reason for the failure is only in the console.
      return { outcome: 'blocked', status: 0, sees: null, error: String(error), headers: [], urls }
    }
  }
  const text = await response.text()
  const sees = pick(response, text, read)
  const outcome = read?.startsWith('header.') && sees === null ? 'hidden' : 'readable'
  return { outcome, status: response.status, sees, headers: [...response.headers], urls }
}

// `header.NAME` or `body.KEY` of a response; null if there is none.
function pick(response, text, read = '') {
  const [from, name] = read.split('.')
  if (from === 'header') return response.headers.get(name)
  if (from !== 'body') return null
  try {
    return JSON.parse(text)[name] ?? null
  } catch {
    return null
  }
}
