// A small API that the pages of two origins may call with cookies.
import 'reflect-metadata'
import { Controller, Get, Module, NotFoundException, Param, Put, Query, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { cors } from 'corsac'

@Controller()
class ItemsController {
  private readonly items = new Map([['1', 'tea']])

  @Get('items')
  list (@Res({ passthrough: true }) response: { setHeader (name: string, value: string): void }) {
    response.setHeader('X-Total-Count', String(this.items.size))
    return Object.fromEntries(this.items)
  }

  @Get('items/:number')
  get (@Param('number') number: string) {
    if (!this.items.has(number)) throw new NotFoundException('there is no such item')
    return this.items.get(number)
  }

  @Put('items/:number')
  put (@Param('number') number: string, @Query('name') name = 'coffee') {
    this.items.set(number, name)
    return name
  }

  @Get('crash')
  crash () {
    throw new Error('a mistake in a handler')
  }
}

@Module({ controllers: [ItemsController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] })
app.use(cors({
  allowOrigins: ['https://app.example.com', 'https://admin.example.com'],
  allowMethods: ['PUT', 'DELETE'],
  allowHeaders: ['Authorization'],
  allowCredentials: true,
  exposeHeaders: ['X-Total-Count'],
  maxAge: 3600
}))
await app.listen(3000, '127.0.0.1')
