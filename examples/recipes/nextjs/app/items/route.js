import { items } from '../../items.js'

export const dynamic = 'force-dynamic'

export const GET = () => Response.json(Object.fromEntries(items), { headers: { 'X-Total-Count': String(items.size) } })
