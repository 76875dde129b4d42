/** The browser that tests drive; `undefined` when there is none. */
export const findChromium: () => string | undefined
