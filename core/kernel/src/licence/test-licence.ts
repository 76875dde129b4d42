import { generateKeyPair, type KeyPair } from './licence-keys.ts'
import type { HeldLicence, LicenceDocument, LicenceDraft } from './licence-document.ts'
import { signLicence } from './sign-licence.ts'
import { verifyLicences } from './verify-licence.ts'

/** @internal A publisher of licences, for tests. */
export class TestPublisher {
  readonly pair: KeyPair = generateKeyPair()

  sign(draft: Partial<LicenceDraft> = {}): LicenceDocument {
    const usual = { customer: 'ACME', id: 'lic_1', issued: '2026-11-20', expires: '2026-12-20', grace_days: 10, features: { gold: {} } }
    return signLicence({ ...usual, ...draft }, this.pair.privateKey)
  }

  held(draft: Partial<LicenceDraft> = {}): HeldLicence {
    return verifyLicences(JSON.stringify(this.sign(draft)), 'config/licence.json', [this.pair.publicKey]).licences[0]!
  }
}
