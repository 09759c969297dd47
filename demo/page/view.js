// Draws the page. Text is inserted as text, never as markup.
import { panel } from './panel.js'
import { make, outcomeClass } from './make.js'

const head = document.querySelector('#matrix thead tr')
const body = document.querySelector('#matrix tbody')

// The empty matrix, before the first answer.
export function frame(plan) {
  for (const [page, origin] of Object.entries(plan.pages)) {
    const link = document.querySelector(`#${page}`)
    link.href = `${origin}/`
    link.querySelector('code').textContent = origin
    if (page === plan.page) link.setAttribute('aria-current', 'page')
  }
  document.querySelector('#policy').replaceChildren(...policyLines(plan.policy))

  head.append(columnHead('The page asks', ''), columnHead('The policy says', 'examples/cors.toml'))
  for (const server of plan.servers) head.append(columnHead(server.title, server.stack))
  for (const testCase of plan.cases) body.append(row(plan, testCase), detailRow(plan, testCase))
}

function columnHead(title, note) {
  return make('th', { scope: 'col', role: 'columnheader' }, title, note && make('small', {}, note))
}

function row(plan, testCase) {
  const reasons = testCase.says.map((said) => make('code', {}, said.reason))
  return make(
    'tr',
    { role: 'row', class: 'case' },
    make('th', { scope: 'row', role: 'rowheader' }, make('strong', {}, testCase.title), make('small', {}, testCase.about)),
    make('td', { role: 'cell', class: 'policy' }, ...reasons),
    ...plan.servers.map((server) =>
      make(
        'td',
        { role: 'cell', class: 'answer' },
        make(
          'button',
          { type: 'button', id: `${testCase.id}-${server.id}`, 'aria-expanded': 'false', 'aria-controls': `${testCase.id}-detail`, disabled: '' },
          make('span', { class: 'server' }, server.title),
          make('span', { class: 'pill waiting' }, '…')
        )
      )
    )
  )
}

function detailRow(plan, testCase) {
  const cell = make('td', { role: 'cell', colspan: String(plan.servers.length + 2) })
  return make('tr', { role: 'row', class: 'detail', id: `${testCase.id}-detail`, hidden: '' }, cell)
}

// Shows one result as soon as it is available.
export function showCell(plan, testCase, cell) {
  const server = plan.servers.find(({ id }) => id === cell.server)
  const button = document.querySelector(`#${testCase.id}-${server.id}`)
  const differs = cell.problems.length > 0
  const name = make('span', { class: 'server' }, server.title)
  const pill = make('span', { class: `pill ${differs ? 'differs' : outcomeClass(cell.outcome)}` }, cell.outcome)
  button.replaceChildren(name, pill, make('span', { class: 'sees' }, differs ? `${cell.problems[0].split(/[,:]/)[0]} differs` : seen(cell)))
  button.disabled = false
  button.onclick = () => toggle(plan, testCase, cell, server, button)
}

// The result for the script, in a word or two.
function seen({ outcome, status, sees }) {
  if (outcome === 'blocked') return 'TypeError'
  return sees === null && status >= 400 ? String(status) : `${status} ${sees}`
}

function toggle(plan, testCase, cell, server, button) {
  const detail = document.querySelector(`#${testCase.id}-detail`)
  const open = button.getAttribute('aria-expanded') === 'true'
  for (const other of plan.servers) document.querySelector(`#${testCase.id}-${other.id}`).setAttribute('aria-expanded', 'false')
  detail.hidden = open
  if (open) return
  button.setAttribute('aria-expanded', 'true')
  detail.firstElementChild.replaceChildren(panel(plan, testCase, cell, server))
}

addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  const row = document.activeElement?.closest('tr')
  const button = [row, row?.previousElementSibling].map((one) => one?.querySelector('[aria-expanded="true"]')).find(Boolean)
  button?.click()
  button?.focus()
})

export function showSummary(plan, cells) {
  const total = plan.cases.length * plan.servers.length
  const agree = cells.filter((cell) => cell.problems.length === 0).length
  const differ = cells.length - agree
  const summary = document.querySelector('#summary')
  const running = cells.length < total
  summary.setAttribute('aria-busy', String(running))
  summary.className = differ > 0 ? 'bad' : running ? '' : 'good'
  summary.replaceChildren(
    make('b', {}, differ > 0 ? `${differ} of ${total}` : `${agree} of ${total}`),
    differ > 0 ? ' cells differ' : ' cells agree'
  )
}

// Comments are paler than settings.
function policyLines(text) {
  return text.trimEnd().split('\n').map((line) => make('span', { class: line.startsWith('#') ? 'comment' : '' }, `${line}\n`))
}
