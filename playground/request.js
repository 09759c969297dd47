// The form of the request. It edits an exchange (docs/exchange.schema.json), and keeps members for which it has no
// field.

import { byId } from './elements.js'

/** The only `type` of a body that the form offers; a body with any other is kept. */
const JSON_TYPE = 'application/json'

/** Which field a problem of the engine belongs to, by the beginning of its path. */
const FIELDS = [
  ['page', 'page'],
  ['request.url', 'url'],
  ['request.method', 'method'],
  ['request.headers', 'headers'],
  ['request.credentials', 'credentials'],
  ['response', 'response-headers']
]

const NO_COLON = 'has no colon: write a name, a colon and a value, as in “X-Request-Id: 7”'

export class RequestForm {
  /** The members for which the form has no field. */
  #base = {}
  /** The body of the exchange, if the form has no choice for its type. */
  #otherBody

  /** @param {() => void} changed */
  constructor (changed) {
    byId('request').addEventListener('input', () => changed())
    byId('request').addEventListener('submit', (event) => event.preventDefault())
  }

  /** Fills the form. */
  show (exchange) {
    const request = exchange.request ?? {}
    this.#base = exchange
    byId('page').value = exchange.page ?? ''
    byId('method').value = request.method ?? 'GET'
    byId('url').value = request.url ?? ''
    byId('credentials').value = request.credentials ?? ''
    byId('initiator').value = request.initiator ?? 'fetch'
    byId('headers').value = linesOf(request.headers)
    const response = answerOf(exchange)
    byId('status').value = response?.status ?? 200
    byId('response-headers').value = linesOf(response?.headers)
    const body = request.body ?? 'none'
    const kind = typeof body === 'object' ? (body.type === JSON_TYPE ? 'json' : 'other') : body
    this.#otherBody = kind === 'other' ? body : undefined
    byId('body-other').hidden = kind !== 'other'
    byId('body').value = kind
  }

  /**
   * The exchange that the form describes.
   *
   * @param {boolean} isCaptured the responses are those that were captured
   * @returns {{exchange: object, problems: {field: string, message: string}[]}}
   */
  read (isCaptured) {
    const problems = []
    const headers = this.#headers('headers', problems)
    const responseHeaders = this.#headers('response-headers', problems)
    const base = this.#base.request ?? {}
    const body = byId('body').value
    const request = {
      ...base,
      url: byId('url').value.trim(),
      method: byId('method').value.trim(),
      headers,
      initiator: byId('initiator').value,
      body: body === 'json' ? { type: JSON_TYPE } : body === 'other' ? this.#otherBody ?? 'none' : body
    }
    // Without a choice, the default depends on what makes the request.
    const credentials = byId('credentials').value
    if (credentials === '') delete request.credentials
    else request.credentials = credentials
    const exchange = { ...this.#base, version: 1, page: byId('page').value.trim(), request }
    if (exchange.page !== this.#base.page) delete exchange.page_url
    if (!isCaptured) {
      // The policy answers the preflight; the form says what the application does.
      delete exchange.preflight
      exchange.response = { status: Number(byId('status').value) || 200, headers: responseHeaders }
    }
    return { exchange, problems }
  }

  /** Shows problems under the fields that they are about. */
  showProblems (problems) {
    const shown = new Map()
    for (const { path, field, message, help } of problems) {
      const id = field ?? FIELDS.find(([beginning]) => path.startsWith(beginning))?.[1] ?? 'url'
      const text = help ? `${message}; ${help}` : message
      if (!shown.has(id)) shown.set(id, text)
    }
    for (const id of ['page', 'method', 'url', 'credentials', 'headers', 'response-headers']) {
      const place = byId(`${id}-problem`)
      const text = shown.get(id) ?? ''
      const written = text === '' ? '' : `✕ ${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
      if (place.textContent !== written) place.textContent = written
      if (text === '') byId(id).removeAttribute('aria-invalid')
      else byId(id).setAttribute('aria-invalid', 'true')
    }
  }

  #headers (id, problems) {
    const headers = []
    const lines = byId(id).value.split('\n')
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue
      // The pseudo-headers of HTTP/2 begin with a colon, and are not headers that a script sets.
      const colon = line.indexOf(':', 1)
      if (colon < 0) problems.push({ field: id, message: `line ${index + 1} ${NO_COLON}` })
      else headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
    }
    return headers
  }
}

/** The application's response: the first one. */
function answerOf (exchange) {
  return Array.isArray(exchange.response) ? exchange.response[0] : exchange.response
}

/** Whether any response was captured. */
export function hasAnswers (exchange) {
  return Boolean(exchange.preflight || answerOf(exchange))
}

function linesOf (headers) {
  return (headers ?? []).map(([name, value]) => `${name}: ${value}`).join('\n')
}
