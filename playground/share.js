// The state of the page in the fragment of its address, which no server sees: JSON, compressed, in the letters of base64url.

/** The beginning of the fragment. Its number would change together with the format. */
const BEGINNING = '#1.'

/** The longest fragment, in characters. Some programs cut longer addresses. */
const MOST_FRAGMENT = 32_000

/** The most bytes that a fragment may have when it is decompressed. */
const MOST_STATE = 4 * 1024 * 1024

/** @returns {Promise<string | undefined>} undefined if the state is too large for an address */
export async function fragmentOf (state) {
  const compressed = await transformed(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream('deflate-raw'))
  let letters = ''
  for (let at = 0; at < compressed.length; at += 8192) letters += String.fromCharCode(...compressed.subarray(at, at + 8192))
  const fragment = BEGINNING + btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return fragment.length <= MOST_FRAGMENT ? fragment : undefined
}

/**
 * @param {string} fragment
 * @returns {Promise<{policy: string, exchange: object, isCaptured: boolean} | undefined>} undefined if it is not a
 * fragment of this page
 */
export async function stateOf (fragment) {
  if (!fragment.startsWith(BEGINNING) || fragment.length > MOST_FRAGMENT) return undefined
  try {
    const letters = atob(fragment.slice(BEGINNING.length).replaceAll('-', '+').replaceAll('_', '/'))
    const compressed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
    const bytes = await transformed(compressed, new DecompressionStream('deflate-raw'))
    const state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const { policy, exchange, isCaptured } = state
    if (typeof policy !== 'string' || !isPlainExchange(exchange)) return undefined
    return { policy, exchange, isCaptured: isCaptured === true }
  } catch {
    return undefined
  }
}

/** Checks the types of the members that the form reads; the engine checks everything else. */
function isPlainExchange (exchange) {
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject(exchange) || !isObject(exchange.request)) return false
  const answers = [exchange.response ?? {}, exchange.preflight ?? {}].flat()
  const messages = [exchange.request, ...answers]
  return messages.every((message) => message === null || (isObject(message) && isHeaders(message.headers ?? [])))
}

function isHeaders (headers) {
  return Array.isArray(headers) && headers.every((line) => Array.isArray(line) && line.length === 2 && line.every((part) => typeof part === 'string'))
}

async function transformed (bytes, stream) {
  const parts = []
  let length = 0
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > MOST_STATE) {
      await reader.cancel()
      throw new RangeError('the state is too large')
    }
    parts.push(value)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
