export const sections: Readonly<Record<string, string>>
export function readBenchOptions(args: readonly string[]): { quick: boolean; only: string[] | undefined; json: string | undefined }
