// Ticks: how far each member has got, as vectors over the devices that write, and what that means for one message.
import { parseBase64url } from '../../shared/codec/base64url.ts';
import { idToText, type DeviceId } from '../../shared/protocol/ids.ts';
import type { Mark } from '../doc/metaEntries.ts';
import type { StoredChat, StoredMark, StoredMessage, Vector } from '../storage/models.ts';
import type { DeliveryState } from './views.ts';

const toVector = (entries: Mark['delivered']): Vector =>
  Object.fromEntries(entries.map(({ device, sequence }) => [idToText(device), sequence]));

export const markToStored = (mark: Mark, user: string): StoredMark => ({
  user,
  delivered: toVector(mark.delivered),
  read: toVector(mark.read),
  at: mark.at,
});

export function vectorToMark(vector: Vector): Mark['delivered'] {
  return Object.entries(vector).flatMap(([device, sequence]) => {
    const bytes = parseBase64url(device);
    return bytes?.length === 16 ? [{ device: bytes as DeviceId, sequence }] : [];
  });
}

/** The higher of both, device by device: a mark never goes back, whatever the document says. */
export function joinVectors(a: Vector, b: Vector): Vector {
  const joined: Record<string, number> = { ...a };
  for (const [device, sequence] of Object.entries(b)) {
    joined[device] = Math.max(joined[device] ?? 0, sequence);
  }
  return joined;
}

/** Whether `a` says more than `b` of some device. */
export const isAhead = (a: Vector, b: Vector): boolean =>
  Object.entries(a).some(([device, sequence]) => sequence > (b[device] ?? 0));

/** Records of others that are here without a gap. */
export function deliveredVector(chat: StoredChat, selfDevice: string): Vector {
  return Object.fromEntries(
    Object.entries(chat.chains)
      .filter(([device, { sequence }]) => device !== selfDevice && sequence > 0)
      .map(([device, { sequence }]) => [device, sequence]),
  );
}

/** How far one's own message has come with one other member. */
export function deliveryTo(
  chat: StoredChat,
  message: Pick<StoredMessage, 'device' | 'sequence' | 'isStored'>,
  user: string,
): DeliveryState {
  if (!message.isStored) return 'waiting';
  const marks = Object.values(chat.marks).filter((mark) => mark.user === user);
  const reaches = (kind: 'read' | 'delivered') =>
    marks.some((mark) => (mark[kind][message.device] ?? 0) >= message.sequence);
  return reaches('read') ? 'read' : reaches('delivered') ? 'delivered' : 'sent';
}

const order: readonly DeliveryState[] = ['waiting', 'sent', 'delivered', 'read'];
/** How far one's own message has come with every other member. */
export function deliveryOf(chat: StoredChat, message: StoredMessage, selfUser: string): DeliveryState {
  if (!message.isStored) return 'waiting';
  const others = chat.members.filter((member) => member.user !== selfUser);
  const states = others.map((member) => deliveryTo(chat, message, member.user));
  return states.reduce(
    (least, state) => (order.indexOf(state) < order.indexOf(least) ? state : least),
    others.length ? 'read' : 'sent',
  );
}
