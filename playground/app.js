// The page: it passes what people type to the engine, and draws the results.

import { Editor } from './editor.js'
import { byId, element, sentence, shorten } from './elements.js'
import { Engine } from './engine.js'
import { EXAMPLES } from './examples.js'
import { drawConsoles, drawExchange, drawFindings, drawVerdict, titleOf } from './exchange.js'
import { PasteBox } from './paste.js'
import { hasAnswers, RequestForm } from './request.js'
import { fragmentOf, stateOf } from './share.js'

/** Milliseconds without a change, before the address changes and a screen reader speaks. */
const QUIET = 400
/** Milliseconds without a change, before edits are tried. */
const PAUSE = 80

const engine = new Engine()
const editor = new Editor({ root: byId('policy'), fixes: byId('fixes') }, examine, say)
const form = new RequestForm(examine)
new PasteBox(engine, (exchange, isCaptured) => {
  byId('answers').hidden = !isCaptured
  choose(isCaptured)
  form.show(exchange)
  examine()
}, say)

/** The result of the last examination, without its edits, which come later. */
let found
let quiet
let ownFragment

function choose (isCaptured) {
  for (const radio of document.querySelectorAll('[name="answers"]')) radio.checked = (radio.value === 'captured') === isCaptured
}

function isCaptured () {
  return !byId('answers').hidden && document.querySelector('[name="answers"]:checked')?.value === 'captured'
}

/** Shows a notice about the whole page. */
function say (text) {
  byId('notice').hidden = text === ''
  byId('notice').textContent = text
}

let examinations = 0

async function examine () {
  const started = performance.now()
  const number = ++examinations
  const { exchange, problems } = form.read(isCaptured())
  const given = { policy: editor.text, exchange: JSON.stringify(exchange), isCaptured: isCaptured() }
  let result
  try {
    result = await engine.call('examine', given)
  } catch (error) {
    return fail(error)
  }
  if (result === undefined || number !== examinations) return
  found = { ...result, given }
  draw(result, problems)
  document.documentElement.dataset.examined = String(number)
  document.documentElement.dataset.milliseconds = (performance.now() - started).toFixed(2)
  later(result)
  // Trying edits takes longer than everything else, and must not delay what is typed next.
  await new Promise((resolve) => setTimeout(resolve, PAUSE))
  if (number !== examinations) return
  const edits = await engine.call('edits', given).catch(() => undefined)
  if (edits !== undefined && number === examinations) offer(result, edits)
  if (number === examinations) document.documentElement.dataset.offered = String(number)
}

function draw (result, problems) {
  const { issues, is_refused: isRefused, explanation, summary } = result
  if (byId('notice').dataset.is === 'failure') {
    delete byId('notice').dataset.is
    say('')
  }
  editor.showIssues(issues)
  showState(issues)
  form.showProblems([...problems, ...result.problems])
  const middle = document.querySelector('.middle')
  const isOld = explanation === null || problems.length > 0
  middle.classList.toggle('old', isOld && byId('exchange').childElementCount > 0)
  byId('before').hidden = !isOld || byId('exchange').childElementCount === 0
  if (isOld) {
    const why = isRefused && !isCaptured() ? 'the policy has errors, so no server would start with it' : 'the request is not complete'
    byId('verdict').className = 'verdict open'
    byId('verdict').replaceChildren(element('span', { class: 'sign open', 'aria-hidden': 'true' }, '–'),
      element('div', {}, element('p', { class: 'word' }, 'No verdict'), element('p', { class: 'summary' }, `${sentence(why)}.`)))
    byId('findings').hidden = true
    showPeek()
    return
  }
  drawVerdict(byId('verdict'), explanation, summary)
  showPeek()
  drawFindings(byId('findings'), explanation, () => undefined, goToLine)
  drawExchange(byId('exchange'), explanation, isCaptured())
  byId('consoles-title').hidden = false
  drawConsoles(byId('consoles'), explanation)
}

/** In narrow windows the verdict is below the fields: a line at the bottom repeats it. */
function showPeek () {
  byId('peek').className = byId('verdict').className.replace('verdict', 'peek')
  byId('peek').textContent = `${byId('verdict').querySelector('.sign').textContent} ${byId('verdict').querySelector('.word').textContent}`
}

/** Shows the edits, which were tried after everything else was drawn. */
function offer ({ issues, explanation }, edits) {
  editor.showFixes(edits.issues.filter(([index]) => issues[index]?.line).map(([index, ...edit]) => ({
    line: issues[index].line,
    label: shorten(issues[index].help, 200),
    apply: () => editor.edit(...edit)
  })))
  if (explanation === null || byId('findings').hidden) return
  const byFinding = new Map(edits.findings.map(([index, ...edit]) => [index, edit]))
  drawFindings(byId('findings'), explanation, (index) => {
    const edit = byFinding.get(index)
    return edit && { preview: shorten(edit[2].trim().replace(/^,\s*/, ''), 120), apply: () => apply(edit) }
  }, goToLine)
}

function apply (edit) {
  editor.edit(...edit)
}

function goToLine (line) {
  const before = editor.text.split('\n').slice(0, line - 1)
  const start = before.reduce((sum, text) => sum + text.length + 1, 0)
  byId('policy').focus()
  editor.select(start)
}

function showState (issues) {
  const count = (severity) => issues.filter((issue) => issue.severity === severity).length
  const [errors, lints] = [count('error'), count('lint')]
  const counted = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`
  const words = [errors > 0 && counted(errors, 'error'), lints > 0 && counted(lints, 'lint')].filter(Boolean).join(', ')
  const place = byId('policy-state')
  place.className = `state ${errors > 0 ? 'error' : lints > 0 ? 'lint' : 'good'}`
  place.textContent = words === '' ? '✓ valid' : `${errors > 0 ? '✕' : '▲'} ${words}`
  byId('policy-issues').replaceChildren(...issues.slice(0, 50).map(({ line, message, help }) =>
    element('li', {}, `${line === null ? '' : `Line ${line}: `}${shorten(sentence(message), 400)}. ${shorten(sentence(help), 400)}.`)))
}

/** Updates that wait until nothing has changed for a moment: the address, and the text for screen readers. */
function later (result) {
  clearTimeout(quiet)
  quiet = setTimeout(async () => {
    const { explanation, summary, issues } = result
    const errors = issues.filter(({ severity }) => severity === 'error').length
    const spoken = errors > 0 ? byId('policy-state').textContent : explanation === null ? '' : `${titleOf(explanation.verdict)}: ${summary}`
    if (byId('spoken').textContent !== spoken) byId('spoken').textContent = spoken
    await updateAddress()
  }, QUIET)
}

/**
 * Writes the state, from which the engine has removed the secrets, into the address. Returns false if the request is not
 * complete, or if the address would be too long.
 */
async function updateAddress () {
  if (found?.shared === null || found === undefined) return false
  const { shared, given } = found
  const fragment = await fragmentOf({ policy: shared.policy, exchange: shared.exchange, isCaptured: given.isCaptured })
  ownFragment = fragment ?? ''
  history.replaceState(null, '', fragment ?? location.pathname + location.search)
  return fragment !== undefined
}

function fail (error) {
  say(`${sentence(error.message)}. Change something to try again.`)
  byId('notice').dataset.is = 'failure'
}

/** Shows a state: that of an example, or of an address. */
function show ({ policy, exchange, isCaptured: captured = false }) {
  byId('answers').hidden = !(captured && hasAnswers(exchange))
  choose(captured)
  byId('exchange').replaceChildren()
  byId('consoles').replaceChildren()
  byId('consoles-title').hidden = true
  form.show(exchange)
  byId('application').open = !captured && (exchange.response?.headers?.length > 0 || (exchange.response?.status ?? 200) !== 200)
  editor.text = policy
}

async function showAddress () {
  if (location.hash === '' || location.hash === ownFragment) return false
  const state = await stateOf(location.hash)
  if (state === undefined) {
    say('The link cannot be read: it is cut off, or it was not made by this page.')
    return false
  }
  show(state)
  return true
}

for (const { id, title } of EXAMPLES) byId('example').append(element('option', { value: id }, title))
byId('example').addEventListener('change', ({ target }) => {
  const example = EXAMPLES.find(({ id }) => id === target.value)
  if (example === undefined) return
  say('')
  byId('read-result').replaceChildren()
  show(example)
})
byId('share').addEventListener('click', async () => {
  clearTimeout(quiet)
  if (!await updateAddress()) return say('There is no link: the request is not complete, or the policy is too long for an address.')
  try {
    await navigator.clipboard.writeText(location.href)
    say('The link is copied. Tokens and keys in the request are replaced in it.')
  } catch {
    say('The link is in the address bar. Tokens and keys in the request are replaced in it.')
  }
})
addEventListener('hashchange', showAddress)
for (const link of document.querySelectorAll('a[href="#verdict"]')) link.addEventListener('click', (event) => {
  // Following the link would replace the fragment, which has the state.
  event.preventDefault()
  byId('verdict').scrollIntoView()
  byId('verdict').focus()
})
new IntersectionObserver(([{ isIntersecting }]) => { byId('peek').hidden = isIntersecting }).observe(byId('verdict'))
for (const radio of document.querySelectorAll('[name="answers"]')) radio.addEventListener('change', examine)

if (!await showAddress()) show(EXAMPLES[0])
