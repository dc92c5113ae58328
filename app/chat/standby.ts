// A chat whose documents are not in memory. Its channels listen where its logs were left, and the first word of anything
// else is news: the chat is opened, and looks for itself. Nothing that comes here is believed, so a relay that tells lies
// opens chats for nothing, and one that tells nothing does what it could always do.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import {
  idToText,
  noSnapshot,
  parseId,
  type ChatId,
  type DocumentId,
  type LogHash,
} from '../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { ChatAccess } from '../account/chatAccess.ts';
import type { RestingPlace, StoredChat } from '../storage/models.ts';
import type { Channel } from '../sync/channels.ts';
import type { Link } from '../sync/link.ts';

export type Rest = NonNullable<StoredChat['rest']>;
export interface StandbyDeps {
  readonly link: Link;
  readonly chat: ChatId;
  readonly documents: ChatAccess['documents'];
  readonly rest: Rest;
  /** Once. */
  readonly onNews: () => void;
  readonly onSignal: (sealed: Bytes) => void;
}
export type Standby = ReturnType<typeof createStandby>;

/** The channel asks again by itself. */
const passing: ReadonlySet<RefusalCode> = new Set(['busy', 'disk-full', 'too-many']);
const nothingYet: RestingPlace = { seq: 0, hash: idToText(startCursor.hash), snapshot: idToText(noSnapshot) };

export function createStandby(deps: StandbyDeps) {
  const { link, chat, documents, rest } = deps;
  let isAwake = false;
  let isMetaLive = false;

  function listen(document: DocumentId, place: RestingPlace, isMeta = false): Channel {
    const hash = parseId<LogHash>(place.hash, 16);
    // A place that can't be read is none: what the relay has then is news.
    const cursor: Cursor = hash ? { seq: place.seq, hash } : startCursor;
    const news = () => {
      // What follows would come twice: the document asks for it where it really is.
      channel.close();
      if (isAwake) return;
      isAwake = true;
      deps.onNews();
    };
    const channel = link.openChannel(
      { chat, document, cursor: () => cursor },
      {
        subscribed() {},
        entries: news,
        snapshot: news,
        published(snapshot, _at, isSeal) {
          if (isSeal || idToText(snapshot) !== place.snapshot) news();
        },
        live(at) {
          if (at.seq !== cursor.seq || !equalBytes(at.hash, cursor.hash)) return news();
          if (isMeta) isMetaLive = true;
        },
        refused(code) {
          if (!passing.has(code)) news();
        },
        signal: (sealed) => isMeta && deps.onSignal(sealed),
        acked() {},
        publishRefused() {},
        suspended() {
          if (isMeta) isMetaLive = false;
        },
      },
    );
    return channel;
  }

  const numbers = Object.keys(rest.segments).map(Number);
  const meta = listen(documents.meta, rest.meta, true);
  const channels = [
    meta,
    ...numbers.map((n) => listen(documents.segment(n), rest.segments[n] ?? nothingYet)),
    // Someone may begin the next segment.
    listen(documents.segment(Math.max(-1, ...numbers) + 1), nothingYet),
  ];

  return {
    signal(sealed: Bytes) {
      if (isMetaLive) meta.signal(sealed);
    },
    close() {
      isAwake = true;
      for (const channel of channels) channel.close();
    },
  };
}
