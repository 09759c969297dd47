// The signature of an upload: both servers have the secret, and the page does not.
import { createHmac } from 'node:crypto'

const secret = process.env.SECRET ?? 'only for the example'

export const sign = (key, expires) => createHmac('sha256', secret).update(`PUT ${key} ${expires}`).digest('hex')
