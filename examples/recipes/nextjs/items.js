export const items = new Map([['1', 'tea']])
