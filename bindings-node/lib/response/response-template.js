'use strict'

// A policy's responses in the form that hosts need. Each is prepared once, when it is needed for the
// first time.

const { REPEATED_FIELDS } = require('../policy/compiled-policy.js')

/**
 * One response of a policy, ready to be applied.
 *
 * @typedef {object} ResponseTemplate
 * @property {import('../policy/compiled-policy.js').CompiledPolicy} compiled the policy that it belongs to
 * @property {number} index
 * @property {'continue' | 'respond'} action
 * @property {boolean} responds whether the application does not run
 * @property {number | null} status
 * @property {string} reason
 * @property {string} help what to change if the refusal was not intended
 * @property {string | null} reported the refusal that is only reported
 * @property {string} reportedHelp
 * @property {boolean} isReadable whether the page may read a response with this reason
 * @property {boolean} isRefusal whether the request is refused, or the engine failed
 * @property {string} body
 * @property {TemplateHeader[]} headers in the order in which they are sent, each name once
 * @property {string[]} removed the application's headers that are removed and not set again
 * @property {Set<string>} names all names in `headers` and `removed`
 * @property {(string | string[])[]} headerList `headers` as a list in which names and values alternate
 * @property {string} serverTiming the value of the header that gives the reason while the server is
 * developed
 * @property {TemplateHeader[]} repeating the headers that repeat a field of the request
 */

/**
 * @typedef {object} TemplateHeader
 * @property {string} name
 * @property {string | number | (string | number)[]} value a number is one of `REPEATED_FIELDS`, a list consists of several lines
 * @property {'set' | 'merge' | 'default'} op
 */

/**
 * @param {import('../policy/compiled-policy.js').Template} template
 * @param {number} index
 * @param {import('../policy/compiled-policy.js').CompiledPolicy} compiled
 * @returns {ResponseTemplate}
 */
function prepared (template, index, compiled) {
  const headers = []
  for (const [name, value, op] of template.headers) {
    const last = headers.at(-1)
    if (op === 'add' && last?.name === name) last.value = [last.value, value].flat()
    else headers.push({ name, value, op })
  }
  return {
    ...template,
    compiled,
    index,
    isRefusal: template.help !== '',
    headers,
    names: new Set([...headers.map(({ name }) => name), ...template.removed]),
    headerList: headers.flatMap(({ name, value }) => [name, value]),
    repeating: headers.filter(({ value }) => typeof value !== 'string')
  }
}

/**
 * The template of an index that the engine returned.
 *
 * @param {import('../policy/compiled-policy.js').CompiledPolicy} compiled
 * @returns {ResponseTemplate}
 */
function templateAt (compiled, index) {
  return compiled.responseTemplates[index] ?? (compiled.responseTemplates[index] = prepared(compiled.template(index), index, compiled))
}

/**
 * The value of a header in the response to one request.
 *
 * @param {TemplateHeader['value']} value
 * @param {import('../request/request-fields.js').CorsFields} fields
 * @returns {string | string[]}
 */
function headerValue (value, fields) {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return repeatedField(fields, value)
  return value.map((line) => headerValue(line, fields))
}

function repeatedField (fields, number) {
  switch (number) {
    case REPEATED_FIELDS.ORIGIN: return fields.origin
    case REPEATED_FIELDS.REQUEST_METHOD: return fields.requestMethod
    default: return fields.requestHeaders
  }
}

/**
 * All headers of the response to one request, as a list in which names and values alternate, which Node reads faster than an object.
 *
 * @param {ResponseTemplate} template
 * @param {import('../request/request-fields.js').CorsFields} fields
 * @returns {(string | string[])[]} may be shared between requests, so it must not be changed
 */
function headerList ({ headers, headerList, repeating }, fields) {
  if (repeating.length === 0) return headerList
  const list = []
  for (let i = 0; i < headers.length; i++) list.push(headers[i].name, headerValue(headers[i].value, fields))
  return list
}

module.exports = { headerList, headerValue, templateAt }
