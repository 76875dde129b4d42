type Answer = Record<string, any>

/** The HTTP API as a signed-in person uses it; throws on every refusal. */
export class Api {
  readonly #url: string
  readonly #token: string

  static async signIn(url: string, login: string, password: string): Promise<Api> {
    const { accessToken } = await call(url, undefined, 'POST', '/auth/login', { login, password })
    return new Api(url, accessToken)
  }

  private constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  get(path: string): Promise<Answer> {
    return call(this.#url, this.#token, 'GET', path)
  }

  post(path: string, body?: object): Promise<Answer> {
    return call(this.#url, this.#token, 'POST', path, body)
  }

  patch(path: string, body: object): Promise<Answer> {
    return call(this.#url, this.#token, 'PATCH', path, body)
  }

  put(path: string, body: object): Promise<Answer> {
    return call(this.#url, this.#token, 'PUT', path, body)
  }
}

const call = async (url: string, token: string | undefined, method: string, path: string, body?: object): Promise<Answer> => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = response.status === 204 ? {} : ((await response.json()) as Answer)
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`)
  return answer
}
