// The part of this package for edge runtimes and browsers: everything that needs neither a server
// of Node nor a file. `scripts/bundle-edge.js` makes one file from it for each kind of runtime.
import cors from '../adapters/web.js'
import hono from '../adapters/hono.js'
import diagnosis from '../explain/diagnose.js'
import explanation from '../explain/explanation.js'
import errors from '../policy/config-error.js'
import policies from '../policy/policy.js'
import reloadables from '../policy/reloadable.js'
import merging from '../response/vary.js'
import manifest from '../../package.json'

const { diagnose } = diagnosis
const { ExchangeError, Explanation } = explanation
const { ConfigError } = errors
const { Policy } = policies
const { Reloadable } = reloadables
const { mergeVary } = merging
const { version } = manifest

export { ConfigError, ExchangeError, Explanation, Policy, Reloadable, cors, cors as default, diagnose, hono, mergeVary, version }
