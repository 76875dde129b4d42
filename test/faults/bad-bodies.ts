export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
export const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

/** Bodies that no address may take, whatever it is for. */
export const badBodies: Record<string, Buffer> = {
  'nothing at all': Buffer.alloc(0),
  'half of a JSON': Buffer.from('{"update_id":1,"message":{"chat":'),
  'no JSON': Buffer.from('update_id=1&message=hello'),
  'broken UTF-8': Buffer.concat([Buffer.from('{"update_id":"'), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from('"}')]),
  'a hundred thousand brackets': Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)),
  'brackets that never close': Buffer.from('{"a":'.repeat(50_000)),
  'thirty megabytes': json({ update_id: 'x', message: { text: 'x'.repeat(30_000_000) } }),
  'a number': json(5),
  'a text': json('hello'),
  null: Buffer.from('null'),
  'a list': json([1, 2, 3]),
}
