export const dynamic = 'force-dynamic'

export const GET = () => { throw new Error('a mistake in a handler') }
