import { items } from '../../../items.js'

export async function GET (request, { params }) {
  const { number } = await params
  return items.has(number) ? Response.json(items.get(number)) : Response.json('there is no such item', { status: 404 })
}

export async function PUT (request, { params }) {
  const { number } = await params
  items.set(number, request.nextUrl.searchParams.get('name') ?? 'coffee')
  return Response.json(items.get(number))
}
