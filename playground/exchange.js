// Draws an explanation (docs/explanation.schema.json): the verdict, what to change, each message between page, browser and server, and
// what browsers print.

import { element, prose, sentence, shorten } from './elements.js'

/** For each engine, the names of the browsers that use it, and its own name. */
const ENGINES = { chromium: ['Chrome, Edge', 'Chromium'], firefox: ['Firefox', 'Firefox'], webkit: ['Safari', 'WebKit'] }

/** The mood of each verdict: good, bad or neither. */
const MOODS = { readable: 'good', opaque: 'open', sent: 'good', unknown: 'open' }

/** The sign of each mood and severity, since colour alone is not enough. */
const SIGNS = { good: '✓', bad: '✕', open: '!', error: '✕', warning: '▲', note: 'i' }
const SEVERITIES = { error: 'Error', warning: 'Warning', note: 'Note' }

/** The most header lines, checks and console lines that are drawn. */
const MOST_LINES = 100

/** If protection refuses a form, the verdict is still "sent", which must not look good. */
function moodOf (verdict, findings = []) {
  if (verdict === 'sent' && findings.some(({ severity }) => severity === 'error')) return 'open'
  return MOODS[verdict] ?? 'bad'
}

export function titleOf (verdict) {
  return sentence(verdict.replaceAll('-', ' '))
}

function sign (kind, label) {
  return element('span', { class: `sign ${kind}`, role: 'img', 'aria-label': label }, SIGNS[kind])
}

/** The verdict, with its sentence. */
export function drawVerdict (place, { verdict, findings }, summary) {
  const mood = moodOf(verdict, findings)
  place.className = `verdict ${mood}`
  place.replaceChildren(
    sign(mood, ''),
    element('div', {}, element('p', { class: 'word' }, titleOf(verdict)), element('p', { class: 'summary' }, `${shorten(sentence(summary), 300)}.`))
  )
  place.firstChild.removeAttribute('role')
  place.firstChild.setAttribute('aria-hidden', 'true')
}

/**
 * What to change. A finding with an edit has a button that makes it.
 *
 * @param {{findings: object[]}} explanation
 * @param {(index: number) => {preview: string, apply: () => void} | undefined} editOf
 * @param {(line: number) => void} goTo
 */
export function drawFindings (place, { findings }, editOf, goTo) {
  place.hidden = findings.length === 0
  place.replaceChildren(...findings.map((finding, index) => {
    const edit = editOf(index)
    const at = finding.policy
    return element('li', { class: `finding ${finding.severity}` },
      sign(finding.severity, SEVERITIES[finding.severity]),
      element('div', {},
        element('p', { class: 'cause' }, ...prose(shorten(finding.message)), '.'),
        element('p', { class: 'help' }, ...prose(shorten(finding.help)), '.'),
        edit && element('p', { class: 'offer' },
          element('button', { type: 'button', class: 'apply', 'data-finding': index, click: edit.apply }, 'Apply to the policy'),
          element('code', { class: 'preview', title: 'This is added to the policy' }, `+ ${edit.preview}`)),
        element('p', { class: 'code' },
          element('span', {}, finding.code),
          at?.line && element('button', { type: 'button', class: 'quiet', click: () => goTo(at.line) }, `${at.field}, line ${at.line}`)))
    )
  }))
}

/** The messages and the checks, from the script's call to what it gets. */
export function drawExchange (place, explanation, isCaptured) {
  const { exchange, preflight, steps, verdict } = explanation
  const answers = answersOf(exchange)
  const rows = []
  const request = exchange.request
  const credentials = request.credentials === 'include' ? 'with cookies' : undefined
  rows.push(arrow('page', 'browser', callOf(request), [credentials, dropped(explanation)], request.headers, 'Headers that the script sets'))
  for (const [index, hop] of preflight.hops.entries()) rows.push(...hopRows(index, hop, explanation, answers[index]))
  if (preflight.hops.length === 0) rows.push(checks(steps))
  rows.push(ending(explanation))
  place.replaceChildren(
    element('div', { class: 'actors', 'aria-hidden': 'true' },
      actor('Page', exchange.page), actor('Browser', 'according to the standard'),
      actor('Server', isCaptured ? 'as captured' : hostOf(request.url))),
    element('ol', { class: `messages ${moodOf(verdict)}`, 'aria-label': 'The exchange, message by message' }, ...rows.filter(Boolean))
  )
}

function hopRows (index, hop, explanation, answer = {}) {
  const own = explanation.steps.filter((step) => step.hop === index)
  const isPreflight = ({ name }) => name.startsWith('preflight-')
  // Everything before this step was checked before anything was sent.
  const first = own.findIndex((step) => isPreflight(step) || step.name === 'response')
  const before = own.slice(0, first < 0 ? own.length : first)
  const ofPreflight = own.filter(isPreflight)
  const after = own.slice(before.length).filter((step) => !isPreflight(step))
  const failed = (list) => list.some(({ passed }) => !passed)
  const request = explanation.exchange.request
  const method = request.method
  const rows = []
  if (index > 0) rows.push(element('li', { class: 'note' }, `The browser follows the redirect to ${shorten(hop.url, 200)}`))
  rows.push(checks(before))
  if (failed(before)) return [...rows, ghost(`${method} is never sent`)]
  if (hop.needed && hop.cached) rows.push(element('li', { class: 'note' }, 'The preflight is still cached, so none is sent'))
  if (hop.needed && !hop.cached) {
    rows.push(arrow('browser', 'server', `OPTIONS ${pathOf(hop.url)}`, [`preflight, because of ${because(hop)}`], hop.headers, 'Headers of the preflight'))
    rows.push(answerRow(answer.preflight, failed(ofPreflight)))
    rows.push(checks(ofPreflight))
    if (failed(ofPreflight)) return [...rows, ghost(`${method} is never sent`)]
  }
  if (hop.needed && !hop.cached && !known(answer.preflight)) return [...rows, ghost(`whether ${method} is sent depends on that response`)]
  rows.push(arrow('browser', 'server', `${method} ${pathOf(hop.url)}`, [request.credentials === 'include' ? 'with cookies' : undefined], [], ''))
  rows.push(answerRow(answer.response, failed(after)))
  rows.push(checks(after))
  return rows
}

function because (hop) {
  return shorten(hop.because.map((reason) => reason.replace('header: ', '')).join(', '), 300)
}

function known (answer) {
  return answer !== null && answer !== undefined
}

function answerRow (answer, isRefused) {
  if (!known(answer)) return arrow('server', 'browser', 'response not known', [], [], '', 'unknown')
  if (answer.error !== undefined) return arrow('server', 'browser', `no response: ${answer.error}`, [], [], '', 'refused')
  return arrow('server', 'browser', String(answer.status), [], answer.headers ?? [], 'Headers of the response', isRefused ? 'refused' : '')
}

/** The result for the script. */
function ending ({ verdict, findings, readable_headers: readable, hidden_headers: hidden }) {
  const mood = moodOf(verdict, findings)
  const words = []
  if (readable.length > 0) words.push(`can read: ${readable.slice(0, MOST_LINES).join(', ')}`)
  return arrow('browser', 'page', titleOf(verdict), words, hidden.map((name) => [name, '']), 'Headers that the script cannot read', mood === 'bad' ? 'refused' : mood === 'good' ? 'passed' : 'unknown')
}

function dropped ({ dropped_headers: names }) {
  return names.length === 0 ? undefined : `cannot set ${names.slice(0, MOST_LINES).join(', ')}`
}

function arrow (from, to, title, words, headers, summary, state = '') {
  const shown = words.filter(Boolean)
  return element('li', { class: `message ${from}-${to} ${state}` },
    element('div', { class: 'label' },
      element('span', { class: 'unseen' }, `${sentence(from)} to ${to}: `),
      element('strong', {}, shorten(title, 300)),
      ...shown.map((word) => element('span', { class: 'word' }, shorten(word, 300)))),
    element('div', { class: 'arrow', 'aria-hidden': 'true' }, state === 'refused' && element('span', { class: 'stop' }, '✕')),
    headers?.length > 0 && element('details', { class: 'headers', open: summary === 'Headers of the response' || summary === 'Headers of the preflight' },
      element('summary', {}, `${summary} (${headers.length})`),
      element('dl', {}, ...headers.slice(0, MOST_LINES).map(([name, value]) =>
        element('div', {}, element('dt', {}, value === '' ? shorten(name, 200) : `${shorten(name, 200)}: `), element('dd', {}, shorten(value, 1000))))))
  )
}

function ghost (text) {
  return element('li', { class: 'message browser-server ghost' },
    element('div', { class: 'label' }, element('strong', {}, shorten(text, 300))), element('div', { class: 'arrow', 'aria-hidden': 'true' }))
}

function checks (steps) {
  if (steps.length === 0) return undefined
  return element('li', { class: 'checks' },
    element('ul', { 'aria-label': 'Checks of the browser' }, ...steps.slice(0, MOST_LINES).map(({ passed, saw, source }) =>
      element('li', { class: passed ? 'passed' : 'failed' },
        sign(passed ? 'good' : 'bad', passed ? 'Passed:' : 'Failed:'),
        element('span', { class: 'saw' }, shorten(saw, 500)),
        element('small', {}, source)))))
}

/** The preflight's answer and the response of each request on the wire. */
function answersOf ({ preflight, response }) {
  if (!Array.isArray(response)) return [{ preflight, response }]
  return response.map((hop, index) => {
    const { preflight: own, ...answer } = hop ?? {}
    return { preflight: own ?? (index === 0 ? preflight : undefined), response: Object.keys(answer).length === 0 ? undefined : answer }
  })
}

function actor (name, what) {
  return element('div', { class: 'actor' }, element('strong', {}, name), element('span', {}, shorten(what, 100)))
}

function callOf ({ initiator = 'fetch', method, url }) {
  const name = initiator === 'fetch' ? 'fetch' : initiator
  return `${name}: ${method} ${shorten(url, 250)}`
}

function hostOf (url) {
  try {
    return new URL(url).host
  } catch {
    return shorten(url, 60)
  }
}

function pathOf (url) {
  try {
    const { pathname, search } = new URL(url)
    return shorten(pathname + search, 200)
  } catch {
    return shorten(url, 200)
  }
}

/** The behaviour and the console output of each engine. */
export function drawConsoles (place, { engines, verdict }) {
  place.replaceChildren(...Object.entries(engines).map(([name, engine]) => {
    const mood = moodOf(engine.verdict)
    const isOther = engine.verdict !== verdict
    const [browser, own] = ENGINES[name] ?? [name, name]
    return element('section', { class: `engine ${mood}`, 'aria-label': browser },
      element('h3', {}, browser, element('small', {}, `${own} ${engine.version}`)),
      element('p', { class: 'outcome' }, sign(mood, ''), ` ${titleOf(engine.verdict)}`, isOther && element('strong', { class: 'differs' }, 'differs from the standard')),
      engine.console.length === 0
        ? element('p', { class: 'silent' }, 'Prints nothing.')
        : element('ul', { class: 'console', tabindex: 0, role: 'list', 'aria-label': `What the console of ${browser} prints` },
          ...engine.console.slice(0, MOST_LINES).map((line) => element('li', {}, shorten(line)))))
  }))
  for (const mark of place.querySelectorAll('.outcome .sign')) {
    mark.removeAttribute('role')
    mark.removeAttribute('aria-label')
    mark.setAttribute('aria-hidden', 'true')
  }
}
