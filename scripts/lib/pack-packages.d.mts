export function packedFrom(): string
export function packPackages(target: string): Promise<string[]>
