export { createTracer, type Span, type Tracer, type TracerOptions } from './create-tracer.ts'
export { readTraceparent, writeTraceparent } from './trace-context.ts'
