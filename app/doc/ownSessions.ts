// Whose a session of a document is, as far as this device has seen it begun, and which of them its purges may name.
import { equalBytes } from '../../shared/codec/bytes.ts';
import type { SessionId } from '../../shared/protocol/ids.ts';
import type { ChatContext } from './chatContext.ts';
import type { createSessions } from './sessions.ts';

/** @param session this run's own. */
export function createOwnSessions(
  context: ChatContext,
  sessions: ReturnType<typeof createSessions>,
  session: { readonly client: number },
) {
  /** Of a session that a device of this person is known to have begun. */
  function isOwnClient(client: number): boolean {
    const device = client === session.client ? context.self.device : sessions.deviceOf(client);
    const author = device && context.authorByDevice(device);
    return author !== undefined && equalBytes(author.user, context.self.user);
  }
  return {
    isOwnClient,
    /**
     * Of the sessions of these Yjs clients: one that a device of somebody else began only an admin can name; of those that
     * nobody is known to have begun it is tried.
     */
    purgeable(clients: readonly number[]): SessionId[] {
      const own = context.isAdmin() ? clients : clients.filter(isOwnClient);
      const named = own.length > 0 ? own : clients.filter((client) => !sessions.deviceOf(client));
      return named.flatMap((client) => sessions.sessionOf(client) ?? []);
    },
  };
}
