// What handlers are given.
import type { Registration } from '../../shared/protocol/http.ts';
import type { Administrator } from '../auth/administrator.ts';
import type { Challenges } from '../auth/challenges.ts';
import type { NameBook } from '../auth/nameBook.ts';
import type { RelayKey } from '../auth/relayKey.ts';
import type { TokenRoom } from '../auth/tokens.ts';
import type { Log } from '../log/createLog.ts';
import type { ChatRooms } from '../relay/chatRooms.ts';
import type { GroupCommit } from '../relay/groupCommit.ts';
import type { LogEvent } from '../relay/logSink.ts';
import type { Rates } from '../relay/rates.ts';

export interface RouteDeps {
  readonly log: Log;
  readonly relayKey: RelayKey;
  readonly administrator: Administrator;
  readonly names: NameBook;
  readonly registration: Registration;
  readonly challenges: Challenges;
  readonly tokens: TokenRoom;
  readonly rates: Rates;
  readonly chatRooms: ChatRooms;
  readonly commit: GroupCommit;
  readonly trustProxy: boolean;
  readonly now: () => number;
  readonly report: (event: LogEvent) => void;
}
