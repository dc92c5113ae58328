// Mailboxes: a mail is stored for each device of its addressee, and handed to those that are here. It stays until the
// device says that it has it. One account fills nobody else's mailbox (SPEC R48).
import { textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import { maxMailboxMails } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { RelayKey } from '../auth/relayKey.ts';
import type { DeviceRow, UserRow } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import { maxPosterMails, maxSocketsPerDevice } from './bounds.ts';
import type { GroupCommit } from './groupCommit.ts';

export interface MailReader {
  mailArrived(): void;
  /** The device has more sockets than it can use; this, its oldest, has to go. */
  replaced(): void;
}
export type PostOffice = ReturnType<typeof createPostOffice>;

export interface PostOfficeDeps {
  readonly log: Log;
  readonly commit: GroupCommit;
  readonly relayKey: Pick<RelayKey, 'derive'>;
}

/** Of a SHA-256: no two posters meet. */
const posterBytes = 16;

export function createPostOffice({ log, commit, relayKey }: PostOfficeDeps) {
  /** Oldest first. Arrays: nearly every device has one socket, and a Set of one costs four times as much. */
  const readersByDevice = new Map<DeviceRow, readonly MailReader[]>();
  /** Mails up to this number are durable: their numbers grow, and commits become durable in their order. */
  let durableId = log.mailboxes.lastId();

  /** Tells the posters of one mailbox apart, and without `relay.key` nobody who they are. */
  const markOf = (poster: UserRow, device: DeviceRow): Bytes =>
    relayKey.derive('mail-poster', textToBytes(`${poster}/${device}`)).slice(0, posterBytes);

  return {
    arrive(device: DeviceRow, reader: MailReader) {
      const readers = readersByDevice.get(device) ?? [];
      // Networks change without a word: the oldest is most likely dead, and TCP has not noticed.
      if (readers.length >= maxSocketsPerDevice) readers[0]?.replaced();
      readersByDevice.set(device, (readersByDevice.get(device) ?? []).concat(reader));
    },
    leave(device: DeviceRow, reader: MailReader) {
      const left = (readersByDevice.get(device) ?? []).filter((other) => other !== reader);
      if (left.length === 0) readersByDevice.delete(device);
      else readersByDevice.set(device, left);
    },

    /** `answer` is called with undefined once the mail is durable, else with why it is not. */
    post(poster: UserRow, to: UserId, mail: Bytes, answer: (refusal: RefusalCode | undefined) => void) {
      const devices = log.accounts.devicesOf(to);
      if (devices.length === 0) return answer('not-found');
      // Whoever fills their own harms nobody else.
      const boxes = devices.map(({ row, user }) => ({
        device: row,
        mark: user === poster ? undefined : markOf(poster, row),
      }));
      const hasRoom = ({ device, mark }: (typeof boxes)[number]) =>
        log.mailboxes.count(device) < maxMailboxMails &&
        (!mark || log.mailboxes.countOf(device, mark) < maxPosterMails);
      // A device that is never seen again must not keep mail from the others.
      let open: typeof boxes = [];
      let lastId = 0;
      commit.join(
        {
          store() {
            lastId = 0;
            open = boxes.filter(hasRoom);
            for (const { device, mark } of open) lastId = log.mailboxes.add(device, mail, mark);
          },
          written: () => () => {
            durableId = Math.max(durableId, lastId);
            answer(open.length === 0 ? 'mailbox-full' : undefined);
            for (const { device } of open)
              for (const reader of readersByDevice.get(device) ?? []) reader.mailArrived();
          },
          failed: answer,
        },
        mail.length,
      );
    },

    /** The device has it. Where that can't be stored, the mail comes again. */
    take(device: DeviceRow, mailId: number) {
      const store = () => log.mailboxes.remove(device, mailId);
      commit.join({ store, written: () => () => {}, failed() {} }, 0);
    },
    readAfter: (device: DeviceRow, mailId: number, limit: number) =>
      log.mailboxes.read(device, mailId, durableId, limit),
  };
}
