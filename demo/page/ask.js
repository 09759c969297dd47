'use strict'

// Makes the fetches of one case, as any page would, and says what the script could read. The page runs it, and so
// does the sandboxed frame.
async function ask(base, { id, steps, read }) {
  const urls = []
  let response
  for (const { method, path, headers, body, credentials = 'omit' } of steps) {
    urls.push(`${base}${path}?cell=${id}`)
    try {
      response = await fetch(urls.at(-1), { method, headers, credentials, cache: 'no-store', body: body && JSON.stringify(body) })
    } catch (error) {
      // All that a script ever learns. Why it failed is for the console only.
      return { outcome: 'blocked', status: 0, sees: null, error: String(error), headers: [], urls }
    }
  }
  const text = await response.text()
  const sees = pick(response, text, read)
  const outcome = read?.startsWith('header.') && sees === null ? 'hidden' : 'readable'
  return { outcome, status: response.status, sees, headers: [...response.headers], urls }
}

// `header.NAME` or `body.KEY` of a response; null where there is none.
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
