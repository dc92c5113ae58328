// Invitations left at the relay: public keys and sealed bundles. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { InvitationId, SigningPublicKey, UserId } from '../../shared/protocol/ids.ts';
import type { UserRow } from './accounts.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

export interface Invitation {
  readonly invitationId: InvitationId;
  readonly key: SigningPublicKey;
  readonly inviter: UserRow;
  readonly inviterId: UserId;
  readonly bundle: Bytes;
  readonly expiresAt: number;
  readonly claimedBy: UserRow | undefined;
}

export type Invitations = ReturnType<typeof createInvitations>;

export function createInvitations(db: Sqlite) {
  const find = db.prepare<[Uint8Array], Row>(
    `SELECT invitations.*, users.user AS inviter_id FROM invitations
      JOIN users ON users.id = invitations.inviter WHERE invitation = ?`,
  );
  const countOpen = db.prepare<[number, number], Row>(
    `SELECT count(*) AS n FROM invitations WHERE inviter = ? AND claimed_by IS NULL AND expires_at > ?`,
  );
  const insert = db.prepare<[Uint8Array, Uint8Array, number, Uint8Array, number]>(
    'INSERT INTO invitations (invitation, key, inviter, bundle, expires_at) VALUES (?, ?, ?, ?, ?)',
  );
  const claim = db.prepare<[number, Uint8Array]>(
    'UPDATE invitations SET claimed_by = ? WHERE invitation = ? AND claimed_by IS NULL',
  );
  const removeExpired = db.prepare<[number]>('DELETE FROM invitations WHERE expires_at <= ?');
  return {
    find(id: InvitationId): Invitation | undefined {
      const row = find.get(id);
      return (
        row && {
          invitationId: blobOf<InvitationId>(row, 'invitation'),
          key: blobOf<SigningPublicKey>(row, 'key'),
          inviter: numberOf(row, 'inviter') as UserRow,
          inviterId: blobOf<UserId>(row, 'inviter_id'),
          bundle: blobOf(row, 'bundle'),
          expiresAt: numberOf(row, 'expires_at'),
          claimedBy: row['claimed_by'] === null ? undefined : (numberOf(row, 'claimed_by') as UserRow),
        }
      );
    },
    countOpen(inviter: UserRow, now: number): number {
      const row = countOpen.get(inviter, now);
      return row ? numberOf(row, 'n') : 0;
    },
    create: (invitation: Omit<Invitation, 'inviterId' | 'claimedBy'>) =>
      void insert.run(
        invitation.invitationId,
        invitation.key,
        invitation.inviter,
        invitation.bundle,
        invitation.expiresAt,
      ),
    claim: (id: InvitationId, user: UserRow) => void claim.run(user, id),
    removeExpired: (before: number) => void removeExpired.run(before),
  };
}
