// The editor of the policy: each line is an element, so that there is space for messages under it. However a browser
// carries out an edit, the text is read back, and each line becomes one element again.

import { element, sentence, shorten } from './elements.js'

/** The largest text, in UTF-16 units and in lines. */
export const MOST_UNITS = 1024 * 1024
export const MOST_LINES = 10_000

/** The most messages under one line, and the most in the whole text. */
const MOST_IN_LINE = 4
const MOST_MESSAGES = 200

const MOST_UNDONE = 200
/** Milliseconds without typing after which a new step for undoing begins. */
const PAUSE = 600

export class Editor {
  #root
  #fixes
  #changed
  #refused
  /** The text of each line, as it is in the elements. */
  #lines = ['']
  #undo = []
  #redo = []
  #lastTyped = 0
  #isComposing = false
  #issues = []
  #marked = new Map()

  /**
   * @param {{root: HTMLElement, fixes: HTMLElement}} places
   * @param {() => void} changed is called after each edit
   * @param {(why: string) => void} refused is called with the reason if a text is not inserted
   */
  constructor ({ root, fixes }, changed, refused) {
    this.#root = root
    this.#fixes = fixes
    this.#changed = changed
    this.#refused = refused
    root.contentEditable = 'plaintext-only'
    if (root.contentEditable !== 'plaintext-only') root.contentEditable = 'true'
    root.addEventListener('beforeinput', (event) => this.#before(event))
    root.addEventListener('input', () => { if (!this.#isComposing) this.#readBack() })
    root.addEventListener('compositionstart', () => { this.#isComposing = true })
    root.addEventListener('compositionend', () => { this.#isComposing = false; this.#readBack() })
    root.addEventListener('paste', (event) => this.#insertFrom(event, event.clipboardData))
    root.addEventListener('drop', (event) => this.#insertFrom(event, event.dataTransfer))
    root.addEventListener('copy', (event) => this.#copy(event))
    root.addEventListener('cut', (event) => { if (this.#copy(event)) this.replaceSelection('') })
    root.addEventListener('keydown', (event) => this.#key(event))
    new ResizeObserver(() => requestAnimationFrame(() => this.#placeFixes())).observe(root)
    this.#rebuild([''])
  }

  get text () {
    return this.#lines.join('\n')
  }

  /** Replaces the whole text. */
  set text (text) {
    this.#save()
    this.#setLines(linesOf(text))
    this.#changed()
  }

  /** Replaces a part of the text, as one step that can be undone. */
  edit (start, end, replacement) {
    const text = this.text
    this.#save()
    this.#setLines(linesOf(text.slice(0, start) + replacement + text.slice(end)))
    this.#changed()
    this.#root.focus()
    this.select(start, start + replacement.length)
  }

  replaceSelection (insert) {
    const [start, end] = this.#selection()
    const text = this.text
    const inserted = insert.replace(/\r\n?/g, '\n')
    const next = text.slice(0, start) + inserted + text.slice(end)
    const lines = linesOf(next)
    if (next.length > MOST_UNITS || lines.length > MOST_LINES) {
      this.#refused(`The page edits policies of up to ${MOST_LINES.toLocaleString('en')} lines and 1 MiB. Check larger ones with the command: corsac check cors.toml`)
      return
    }
    this.#save()
    this.#setLines(lines)
    this.select(start + inserted.length)
    this.#changed()
  }

  /** Selects a part of the text, and scrolls to it. */
  select (start, end = start) {
    const range = document.createRange()
    range.setStart(...this.#point(start))
    range.setEnd(...this.#point(end))
    const selection = getSelection()
    selection.removeAllRanges()
    selection.addRange(range)
    const { node } = this.#lineAt(end)
    node?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  /** Shows what was found in the text. */
  showIssues (issues) {
    this.#issues = issues.filter(({ line }) => line !== null)
    const byLine = new Map()
    for (const issue of this.#issues.slice(0, MOST_MESSAGES)) {
      const index = Math.min(issue.line, this.#lines.length) - 1
      byLine.set(index, [...byLine.get(index) ?? [], issue])
    }
    for (const [node] of this.#marked) if (!byLine.has(this.#indexOf(node))) unmark(node)
    this.#marked = new Map()
    for (const [index, found] of byLine) {
      const node = this.#root.children[index]
      if (node === undefined) continue
      this.#marked.set(node, found)
      mark(node, found)
    }
    this.#highlight()
    this.showFixes([])
  }

  /**
   * Offers edits next to the lines that they are about.
   *
   * @param {{line: number, label: string, apply: () => void}[]} fixes
   */
  showFixes (fixes) {
    const hadFocus = this.#fixes.contains(document.activeElement)
    this.#fixes.replaceChildren(...fixes.map(({ line, label, apply }) => {
      const button = element('button', { type: 'button', class: 'fix', title: label, 'aria-label': `Fix line ${line}: ${label}`, click: apply }, 'Fix')
      button.dataset.line = line
      return button
    }))
    if (hadFocus) this.#root.focus()
    this.#placeFixes()
  }

  /** Goes to the next issue, or the one before. */
  goToIssue (step) {
    const found = this.#issues.filter(({ start }) => start !== null).sort((a, b) => a.start - b.start)
    if (found.length === 0) return
    const [at] = this.#selection()
    const next = step > 0 ? found.find(({ start }) => start > at) ?? found[0] : found.findLast(({ start }) => start < at) ?? found.at(-1)
    this.#root.focus()
    this.select(next.start)
  }

  #before (event) {
    if (event.inputType === 'historyUndo') return this.#take(event, this.#undo, this.#redo)
    if (event.inputType === 'historyRedo') return this.#take(event, this.#redo, this.#undo)
    if (event.inputType.startsWith('format')) return event.preventDefault()
    if (event.inputType === 'insertParagraph' || event.inputType === 'insertLineBreak') {
      event.preventDefault()
      return this.replaceSelection(`\n${this.#indent()}`)
    }
    const inserted = event.data ?? event.dataTransfer?.getData('text/plain') ?? ''
    if (event.inputType.startsWith('insert') && /[\r\n]/.test(inserted) && !this.#isComposing) {
      event.preventDefault()
      return this.replaceSelection(inserted)
    }
    if (!this.#isComposing) this.#save(event.inputType === 'insertText')
  }

  /** A new line gets the indentation of the line before. */
  #indent () {
    const { index } = this.#lineAt(this.#selection()[0])
    return /^[ \t]*/.exec(this.#lines[index])[0]
  }

  #key (event) {
    const isCommand = event.ctrlKey || event.metaKey
    if (event.key === 'F8') {
      event.preventDefault()
      this.goToIssue(event.shiftKey ? -1 : 1)
    } else if (isCommand && !event.altKey && event.key.toLowerCase() === 'z') {
      if (event.shiftKey) this.#take(event, this.#redo, this.#undo)
      else this.#take(event, this.#undo, this.#redo)
    } else if (isCommand && !event.altKey && event.key.toLowerCase() === 'y') {
      this.#take(event, this.#redo, this.#undo)
    }
  }

  #insertFrom (event, data) {
    event.preventDefault()
    this.replaceSelection(data?.getData('text/plain') ?? '')
  }

  #copy (event) {
    const [start, end] = this.#selection()
    if (start === end) return false
    event.preventDefault()
    event.clipboardData.setData('text/plain', this.text.slice(start, end))
    return true
  }

  /** Remembers the text for undoing; what is typed without a pause is one step. */
  #save (isTyped = false) {
    const now = performance.now()
    const goesOn = isTyped && this.#undo.length > 0 && now - this.#lastTyped < PAUSE
    this.#lastTyped = isTyped ? now : 0
    if (goesOn) return
    this.#undo.push({ lines: this.#lines, at: this.#selection()[0] })
    if (this.#undo.length > MOST_UNDONE) this.#undo.shift()
    this.#redo = []
  }

  #take (event, from, to) {
    event.preventDefault()
    const step = from.pop()
    if (step === undefined) return
    to.push({ lines: this.#lines, at: this.#selection()[0] })
    this.#lastTyped = 0
    this.#setLines(step.lines)
    this.select(step.at)
    this.#changed()
  }

  /** Reads the text after an edit by the browser. */
  #readBack () {
    const isPlain = [...this.#root.childNodes].every((node) => node.nodeName === 'DIV' && isPlainLine(node))
    if (isPlain && this.#root.firstChild !== null) {
      this.#lines = [...this.#root.children].map((node) => node.textContent)
    } else {
      const [at] = this.#selection()
      this.#rebuild(linesOf(textOf(this.#root)))
      if (document.activeElement === this.#root) this.select(Math.min(at, this.text.length))
    }
    this.#changed()
  }

  /** Replaces the lines that differ. */
  #setLines (lines) {
    const old = this.#lines
    let start = 0
    while (start < old.length && start < lines.length && old[start] === lines[start]) start++
    let end = 0
    while (end < old.length - start && end < lines.length - start && old[old.length - 1 - end] === lines[lines.length - 1 - end]) end++
    const removed = [...this.#root.children].slice(start, old.length - end)
    const after = this.#root.children[old.length - end] ?? null
    for (const node of removed) {
      this.#marked.delete(node)
      node.remove()
    }
    const added = document.createDocumentFragment()
    added.append(...lines.slice(start, lines.length - end).map(lineElement))
    this.#root.insertBefore(added, after)
    this.#lines = lines
  }

  #rebuild (lines) {
    this.#marked.clear()
    this.#lines = lines
    this.#root.replaceChildren(...lines.map(lineElement))
  }

  /** The start and the end of the selection, in UTF-16 units. */
  #selection () {
    const selection = getSelection()
    const range = selection.rangeCount > 0 ? selection.getRangeAt(0) : undefined
    if (range === undefined || !this.#root.contains(range.startContainer) || !this.#root.contains(range.endContainer)) return [0, 0]
    return [this.#offset(range.startContainer, range.startOffset), this.#offset(range.endContainer, range.endOffset)]
  }

  #offset (container, offset) {
    if (container === this.#root) {
      const before = [...this.#root.childNodes].slice(0, offset)
      const units = before.reduce((sum, node) => sum + textOf(node).length + 1, 0)
      return offset >= this.#root.childNodes.length ? Math.max(0, units - 1) : units
    }
    let line = container
    while (line.parentNode !== this.#root) line = line.parentNode
    let units = 0
    for (let node = line.previousSibling; node !== null; node = node.previousSibling) units += textOf(node).length + 1
    const range = document.createRange()
    range.selectNodeContents(line)
    range.setEnd(container, offset)
    return units + range.toString().length
  }

  #lineAt (offset) {
    let rest = offset
    for (let index = 0; index < this.#lines.length; index++) {
      if (rest <= this.#lines[index].length) return { index, column: rest, node: this.#root.children[index] }
      rest -= this.#lines[index].length + 1
    }
    const index = this.#lines.length - 1
    return { index, column: this.#lines[index].length, node: this.#root.children[index] }
  }

  /** The node and the offset in it for an offset of the text. */
  #point (offset) {
    const { column, node } = this.#lineAt(offset)
    return node?.firstChild?.nodeType === Node.TEXT_NODE ? [node.firstChild, Math.min(column, node.firstChild.length)] : [node ?? this.#root, 0]
  }

  #indexOf (node) {
    return node.parentNode === this.#root ? Array.prototype.indexOf.call(this.#root.children, node) : -1
  }

  /** Underlines the text that each issue is about, in browsers that can do this without elements. */
  #highlight () {
    if (CSS.highlights === undefined) return
    for (const severity of ['error', 'lint']) {
      const ranges = []
      for (const issue of this.#issues.slice(0, MOST_MESSAGES)) {
        if (issue.severity !== severity || issue.start === null) continue
        const from = this.#lineAt(issue.start)
        const node = from.node?.firstChild
        if (node?.nodeType !== Node.TEXT_NODE) continue
        const range = document.createRange()
        const start = Math.min(from.column, node.length)
        range.setStart(node, start)
        range.setEnd(node, Math.min(Math.max(start + issue.end - issue.start, start + 1), node.length))
        ranges.push(range)
      }
      CSS.highlights.set(`corsac-${severity}`, new Highlight(...ranges))
    }
  }

  /** Each is to the right of the messages of its line. */
  #placeFixes () {
    const seen = new Map()
    const places = [...this.#fixes.children].map((button) => {
      const line = Number(button.dataset.line)
      const count = seen.get(line) ?? 0
      seen.set(line, count + 1)
      const node = this.#root.children[line - 1]
      if (node === undefined) return [button, 0, 0]
      const range = document.createRange()
      range.selectNodeContents(node)
      const height = node.firstChild?.nodeType === Node.TEXT_NODE ? range.getBoundingClientRect().height : 0
      return [button, node.offsetTop + height, count]
    })
    for (const [button, top, count] of places) {
      button.style.top = `${top}px`
      button.style.setProperty('--place', count)
    }
  }
}

function linesOf (text) {
  return text.replace(/\r\n?/g, '\n').split('\n')
}

function lineElement (text) {
  return element('div', { class: 'line' }, text === '' ? element('br') : text)
}

/** Whether a line's element has only a text node without line breaks, or only the `<br>` of an empty line. */
function isPlainLine (node) {
  if (node.childNodes.length !== 1) return false
  return node.firstChild.nodeType === Node.TEXT_NODE ? !node.firstChild.data.includes('\n') : node.firstChild.nodeName === 'BR'
}

/** The text of the elements that a browser has made: `<br>` and blocks end lines. */
function textOf (node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data
  if (node.nodeName === 'BR') return node.parentNode.childNodes.length === 1 ? '' : '\n'
  const parts = [...node.childNodes]
  return parts.map((part, index) => {
    const isBlock = part.nodeName === 'DIV' && index > 0
    return (isBlock ? '\n' : '') + textOf(part)
  }).join('')
}

function mark (node, found) {
  const shown = found.slice(0, MOST_IN_LINE).map(({ severity, message, help }) =>
    `${severity === 'error' ? '✕' : '▲'} ${shorten(sentence(message), 400)}.${help === '' ? '' : ` ${shorten(sentence(help), 400)}.`}`)
  if (found.length > MOST_IN_LINE) shown.push(`… and ${found.length - MOST_IN_LINE} more`)
  const message = shown.join('\n')
  const kind = found.some(({ severity }) => severity === 'error') ? 'error' : 'lint'
  if (node.dataset.message !== message) node.dataset.message = message
  if (node.dataset.is !== kind) node.dataset.is = kind
}

function unmark (node) {
  delete node.dataset.message
  delete node.dataset.is
}
