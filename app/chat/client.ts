// The screen's one way down: watch views, give commands. The page gets an implementation that speaks to its worker;
// bots and tests get one that calls the chat floor in the same process.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { platformRandom } from '../crypto/random.ts';
import { createRecordId } from '../doc/recordId.ts';
import type { AnswerOf, Command } from './commands.ts';
import type { MessageIdText, Query, ViewOf } from './views.ts';

export interface ChatClient {
  /** Calls back with the whole view, soon and after each change, until the returned function is called. */
  watch<Q extends Query>(query: Q, onChange: (view: ViewOf<Q>) => void): () => void;
  /** Never rejects: what can fail is in the answer. */
  command<C extends Command>(command: C): Promise<AnswerOf<C>>;
}

export const newMessageId = (): MessageIdText => bytesToBase64url(createRecordId(Date.now(), platformRandom));
