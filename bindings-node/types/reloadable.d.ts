import type { Settings, TextPredicate, Url } from './options.js'
import type { Policy, UpgradeCallback, UpgradeRequest, UpgradeServer } from './policy.js'

/**
 * Holds a policy that can be swapped at any time: `cors(reloadable)`. Each request is handled to its end under the
 * policy that was in force when it arrived.
 */
export class Reloadable {
  constructor (policy: Policy)

  /**
   * Reads a file, like `Policy.fromFile`.
   *
   * @throws {ConfigError} that names the file; Node's own error (`ENOENT`, …) if the file cannot be read
   */
  static fromFile (path: string | Url, predicate?: TextPredicate): Reloadable

  /** The policy that is in force. */
  readonly policy: Policy

  /** Puts another policy in force, and returns the old policy. */
  swap (policy: Policy): Policy

  /**
   * Reads the file again and puts its policy in force.
   *
   * @throws {ConfigError} or Node's own error; the old policy stays in force
   */
  reload (): Policy

  /**
   * Checks the file from time to time, and puts its new policy in force once a change is complete. Does not keep the
   * process alive.
   *
   * @throws {Error} `ENOENT` if there is no file to watch
   */
  watch (options?: WatchOptions): this

  /** Ends the watch. The policy stays in force. */
  close (): void

  /** Does the same as `Policy.attach`, for the policy that is in force at each handshake. */
  attach<S extends UpgradeServer> (server: S, settings?: Settings): S

  /** Does the same as `Policy.verifyUpgrade`, for the policy that is in force. */
  verifyUpgrade (request: UpgradeRequest): boolean
  verifyUpgrade (request: UpgradeRequest, callback: UpgradeCallback): void
}

/** The options of a watch. If one of the functions throws or rejects, that becomes a process warning. */
export interface WatchOptions {
  /** Milliseconds between two checks, 10 or more. Default 1000. */
  interval?: number
  /** Called with each new policy. */
  onReload?: (policy: Policy) => void
  /**
   * Called once with the reason why there is no new policy. The old policy stays in force. Default: a process
   * warning.
   */
  onError?: (error: Error) => void
}
