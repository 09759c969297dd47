// The panel that a cell opens: the expectation and its reason, what the script got, and what was sent over the wire.
import { quoted } from './judge.js'
import { make, outcomeClass } from './make.js'

export function panel(plan, testCase, cell, server) {
  const { expect } = testCase
  return make(
    'div',
    { class: 'panel' },
    make('h3', {}, `${testCase.title} × ${server.title}`, make('code', {}, server.code)),
    cell.problems.length > 0 && make('ul', { class: 'problems' }, ...cell.problems.map((problem) => make('li', {}, problem))),
    make(
      'dl',
      { class: 'facts' },
      ...fact('Expected', make('span', { class: `pill ${outcomeClass(expect.outcome)}` }, expect.outcome), expectation(testCase)),
      ...fact('Because', expect.why),
      ...fact('The script got', make('span', { class: `pill ${outcomeClass(cell.outcome)}` }, cell.outcome), got(testCase, cell)),
      ...(cell.outcome === 'blocked' ? fact('The console says', consoleText(plan, expect)) : []),
      ...fact('Headers it can read', headersRead(cell))
    ),
    make('p', { class: 'note' }, 'On the wire: the demo itself sent the same requests. Headers from the policy are marked.'),
    make(
      'div',
      { class: 'exchanges' },
      ...cell.exchanges.map((exchange, index) => exchangeView(exchange, testCase.says[index])),
      ...unsent(testCase, cell)
    )
  )
}

function fact(name, ...value) {
  return [make('dt', {}, name), make('dd', {}, ...value)]
}

function expectation({ expect, read }) {
  if (expect.outcome === 'blocked') return ''
  const status = ` status ${expect.status}`
  if (expect.outcome === 'hidden') return `${status}, but ${read.split('.')[1]} is missing`
  return 'sees' in expect ? `${status}, ${read.split('.')[1]} is ${quoted(expect.sees)}` : status
}

function got({ read }, cell) {
  if (cell.outcome === 'blocked') return ` ${cell.error}`
  const name = read?.split('.')[1]
  return ` status ${cell.status}` + (name ? `, ${name} is ${quoted(cell.sees)}` : '')
}

function consoleText(plan, expect) {
  if (!expect.console) return 'open it to see'
  return make('span', {}, `“… blocked by CORS policy: ${plan.consoles[expect.console]}” `, make('code', {}, expect.console))
}

function headersRead(cell) {
  if (cell.headers.length === 0) return 'none'
  return make('span', { class: 'names' }, ...cell.headers.map(([name, value]) => make('code', { title: value }, name)))
}

function exchangeView(exchange, said) {
  const ours = new Set(said?.headers.map(([name]) => name))
  return make(
    'section',
    { class: 'exchange' },
    make('h4', {}, make('code', {}, exchange.request), make('span', { class: 'status' }, String(exchange.status))),
    make('p', {}, 'corsac: ', make('code', {}, said?.reason ?? '')),
    headerList('sent', exchange.sent, () => false),
    headerList('received', exchange.headers, (name) => ours.has(name))
  )
}

function headerList(kind, headers, marked) {
  const lines = headers.map(([name, value]) =>
    make('div', { class: marked(name) ? 'ours' : undefined }, make('dt', {}, name), make('dd', {}, value))
  )
  return make('dl', { class: `headers ${kind}`, 'aria-label': `Headers ${kind}` }, ...lines)
}

// After a refused preflight the browser stops; say so where the next request would be.
function unsent(testCase, cell) {
  const sent = cell.exchanges.length
  const wanted = testCase.steps.reduce((count, step) => count + ('preflight' in step ? 2 : 1), 0)
  if (sent >= wanted) return []
  return [make('p', { class: 'unsent' }, wanted - sent === 1 ? 'The next request is never sent.' : `The next ${wanted - sent} requests are never sent.`)]
}
