// Reads a pasted text: a cURL command, a call to fetch(), sentences from a console, HTTP messages, a HAR file.

import { byId, element, prose, sentence, shorten } from './elements.js'
import { hasAnswers } from './request.js'

/** The longest text that is read, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024
/** The longest text that is shown in the field, in UTF-16 units. A longer one is read at once, and not shown. */
const MOST_SHOWN = 100_000

const ENGINES = { chromium: 'Chrome or Edge', firefox: 'Firefox', webkit: 'Safari' }

export class PasteBox {
  #engine
  #show
  #say

  /**
   * @param {import('./engine.js').Engine} engine
   * @param {(exchange: object, isCaptured: boolean) => void} show is called with the request that was read
   * @param {(text: string) => void} say
   */
  constructor (engine, show, say) {
    this.#engine = engine
    this.#show = show
    this.#say = say
    byId('read').addEventListener('click', () => this.read(byId('pasted').value))
    byId('pasted').addEventListener('paste', (event) => this.#pasted(event, event.clipboardData))
    byId('pasted').addEventListener('drop', (event) => this.#pasted(event, event.dataTransfer))
    byId('file').addEventListener('change', async ({ target }) => {
      if (target.files.length > 0) await this.#readFile(target.files[0])
      target.value = ''
    })
  }

  #pasted (event, data) {
    const file = data?.files?.[0]
    if (file !== undefined) {
      event.preventDefault()
      this.#readFile(file)
      return
    }
    const text = data?.getData('text/plain') ?? ''
    if (text.length > MOST_SHOWN) {
      event.preventDefault()
      byId('pasted').value = ''
      this.read(text)
    } else if (byId('pasted').value.trim() === '') {
      // A text that is pasted into the empty field is read without another click.
      setTimeout(() => this.read(byId('pasted').value))
    }
  }

  async #readFile (file) {
    if (file.size > MOST_BYTES) return this.#error(tooLarge(file.size), 'keep only the request in question, without its bodies')
    await this.read(await file.text())
  }

  async read (text) {
    const place = byId('read-result')
    this.#say('')
    if (text.length > MOST_BYTES) return this.#error(tooLarge(text.length), 'keep only the request in question, without its bodies')
    if (text.length > MOST_SHOWN) place.replaceChildren(element('p', {}, `Reading ${size(text.length)}…`))
    let result
    try {
      result = await this.#engine.call('read', { pasted: text })
    } catch (error) {
      return this.#error(error.message, 'paste less of it')
    }
    if (result === undefined) return
    if (result.kind === 'error') this.#error(result.message, result.help)
    else if (result.kind === 'console') this.#sentences(result.sentences)
    else this.#requests(result)
    document.documentElement.dataset.read = result.kind
  }

  #error (message, help) {
    byId('read-result').replaceChildren(element('div', { class: 'answer bad' },
      element('p', { class: 'cause' }, '✕ ', ...prose(message), '.'),
      help !== '' && element('p', {}, ...prose(help), '.')))
    document.documentElement.dataset.read = 'error'
  }

  /** The meanings of console sentences, and as much of the request as they show. */
  #sentences (sentences) {
    byId('read-result').replaceChildren(...sentences.slice(0, 3).map(({ engine, is_cors: isCors, is_cause: isCause, codes, message, help }) =>
      element('div', { class: 'answer' },
        element('p', { class: 'what' }, engine === null ? 'A browser' : ENGINES[engine] ?? engine, ' says: ', element('strong', {}, codes[0] ?? (isCors ? 'CORS' : 'not CORS'))),
        message !== '' && element('p', { class: 'cause' }, ...prose(message), '.'),
        help !== '' && element('p', {}, ...prose(help), '.'),
        !isCause && element('p', {}, 'This sentence does not say why.'))))
    const first = sentences.find(({ url }) => url !== null) ?? sentences[0]
    if (first === undefined || (first.url === null && first.page === null)) return
    const request = { url: first.url ?? byId('url').value, method: first.method ?? 'GET', headers: first.header === null ? [] : [[first.header, '1']] }
    if (first.has_credentials) request.credentials = 'include'
    this.#show({ page: first.page ?? byId('page').value, request }, false)
  }

  #requests ({ requests, omitted, unknown }) {
    const notes = []
    if (unknown.includes('page')) notes.push('The text does not name the page, so an example is used: write yours below.')
    if (unknown.includes('url')) notes.push('The text does not name the URL, so an example is used: write yours below.')
    if (omitted > 0) notes.push(omitted === 1 ? '1 more request is not shown.' : `${omitted} more requests are not shown.`)
    const show = (index) => {
      const { exchange } = requests[index]
      this.#show(exchange, hasAnswers(exchange))
    }
    const label = ({ exchange, verdict }) => `${sentence(verdict.replaceAll('-', ' '))}: ${exchange.request.method ?? 'GET'} ${shorten(exchange.request.url, 120)}`
    const choice = requests.length > 1 && element('select', { 'aria-label': 'Request', change: ({ target }) => show(Number(target.value)) },
      ...requests.map((request, index) => element('option', { value: index }, label(request))))
    byId('read-result').replaceChildren(element('div', { class: 'answer' },
      element('p', {}, requests.length === 1 ? '✓ The request is below.' : `✓ ${requests.length} requests; those that fail come first:`),
      choice, ...notes.map((note) => element('p', {}, note))))
    show(0)
  }
}

function size (bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function tooLarge (bytes) {
  return `this is ${size(bytes)}, and at most ${size(MOST_BYTES)} are read`
}
