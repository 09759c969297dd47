// Runs before every page and handler. (Next.js 15 and earlier call this file `middleware.js`, and the function `middleware`.)
import cors from 'corsac/web'
import { NextResponse } from 'next/server'

const handle = cors({
  allowOrigins: ['https://app.example.com', 'https://admin.example.com'],
  allowMethods: ['PUT', 'DELETE'],
  allowHeaders: ['Authorization'],
  allowCredentials: true,
  exposeHeaders: ['X-Total-Count'],
  maxAge: 3600
})(() => NextResponse.next())

export const proxy = (request) => handle(request)
