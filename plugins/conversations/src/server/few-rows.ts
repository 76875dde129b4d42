/**
 * A condition that is always true and that the planner believes to leave one row. Lists of keys are short, but PostgreSQL expects ten of them and joins
 * that many with a table by reading all of it, as long as the table was small when the plan was made; a prepared plan is kept while the table grows.
 * With one row it looks the key up. `place` is the column of WITH ORDINALITY.
 */
export const fewRows = (place: string): string => `sign(${place}) = 1`
