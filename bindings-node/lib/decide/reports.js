'use strict'

// A middleware's reports about its decisions: to `onDecision`, to the debug log, as process
// warnings, and to the debugger.

const { debug, warn } = require('../runtime.js')
const { notify } = require('./observer.js')
const { printable, printableLines, thrownText } = require('./printable.js')

class Reports {
  #onDecision
  #warned = new Set()
  #observerFailed = (message) => this.warnOnce('onDecision', 'CORSAC_HOOK', message)

  /** @param {{ onDecision?: Function, debug?: boolean }} settings those of the middleware, or of the attached server */
  constructor ({ onDecision, debug: isDebugged }) {
    this.#onDecision = onDecision
    /** The output while the server is developed; undefined unless debugging is on. */
    this.debugger = isDebugged ? newDebugger() : undefined
    /** Whether every decision is reported, and not only refusals that `reportOnly` lets pass. */
    this.reportsAll = onDecision !== undefined || debug.enabled || this.debugger !== undefined
  }

  /** Reports a decision. `hostRequest` is the request as the host's applications know it. */
  decision (template, fields, request, hostRequest) {
    const { action, reason, help, reported, reportedHelp } = template
    const { origin = null } = fields
    const { method, originalUrl, url } = request
    const onDecision = this.#onDecision
    if (reported !== null && onDecision === undefined) {
      // Somebody who sets `reportOnly` wants to see the reports.
      this.warnOnce('reported', 'CORSAC_REPORTED', `protection would refuse ${requestText(method, originalUrl ?? url, origin)}: ${reported}`,
        `${reportedHelp}\nonly the first is reported: set \`onDecision\` to get all of them`)
    }
    if (!this.reportsAll) return
    this.debugger?.decided(template, fields, request)
    if (debug.enabled) {
      const reasons = [[reason, help], [reported && `${reported} (reported only)`, reportedHelp]].filter(([text]) => text)
      // The client's data comes after the decision, so that it cannot look like a decision.
      const helps = reasons.filter(([, help]) => help).map(([, help]) => `; help: ${help}`).join('')
      debug('%s, %s: %s%s', action, reasons.map(([text]) => text).join(', '), requestText(method, originalUrl ?? url, origin), helps)
    }
    if (onDecision !== undefined) {
      notify('onDecision', onDecision, { action, reason, reported, origin, method, request: hostRequest }, this.#observerFailed)
    }
  }

  /** Warns once that a predicate failed, if there is no error handler that could get the error. */
  predicateFailed (error) {
    this.warnOnce('predicate', 'CORSAC_PREDICATE', `the function that is asked about origins failed: ${printableLines(thrownText(error?.stack ?? error))}`)
  }

  /** Warns once about each header of the application that was replaced. */
  headerReplaced (name) {
    this.warnOnce(name, 'CORSAC_HEADER_REPLACED', `the application's own \`${name}\` was replaced by the policy's`,
      'for other settings on some paths, give the policy `routes`; ' +
      'to keep the application\'s headers, set keepAppHeaders: true')
  }

  /** Warns about each subject only once. */
  warnOnce (subject, code, message, detail) {
    if (this.#warned.has(subject)) return
    this.#warned.add(subject)
    warn(message, { code, detail })
  }
}

/** The debugger's code is loaded only here, since no server in production needs it. */
function newDebugger () {
  const { Debugger } = require('./debugger.js')
  return new Debugger()
}

/** A request as it is written to a log. */
function requestText (method, path, origin) {
  return `${printable(method)} ${printable(path)} from ${origin === null ? 'no origin' : `\`${printable(origin)}\``}`
}

module.exports = { Reports }
