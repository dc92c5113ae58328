// Certificates: the relay's signed word on which user a handle names. Devices keep them against the day on which the
// relay has lost its database.
import { encode } from '../../shared/codec/codec.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { certificate, certificateLabel, certificateStatement } from '../../shared/protocol/statements.ts';
import type { Account } from '../log/accounts.ts';
import type { RelayKey } from './relayKey.ts';

/** The same account gets the same bytes every time: `issuedAt` is when it was created. */
export function certify(relayKey: RelayKey, account: Omit<Account, 'row'>): Bytes {
  const body = {
    relayKey: relayKey.publicKey,
    handle: account.handle,
    userId: account.userId,
    isAdministrator: account.isAdministrator,
    issuedAt: account.createdAt,
  };
  const signature = relayKey.sign(certificateStatement(body));
  return encode(certificate, { body: { ...body, label: certificateLabel }, signature });
}
