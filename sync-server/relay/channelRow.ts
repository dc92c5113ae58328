// The channels of one socket, in order of their numbers. An array of exactly their count, made anew whenever one comes or
// goes, which is seldom: a Map of one takes four times as much, and every idle socket has it.
import type { Channel } from './channel.ts';

export type ChannelRow = readonly Channel[];
export const noChannels: ChannelRow = [];

/** Where the number is, or would be. */
function placeIn(row: ChannelRow, number: number): number {
  let [from, to] = [0, row.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const there = row[middle];
    if (there && there.number < number) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function channelIn(row: ChannelRow, number: number): Channel | undefined {
  const found = row[placeIn(row, number)];
  return found?.number === number ? found : undefined;
}
export const withChannel = (row: ChannelRow, channel: Channel): ChannelRow =>
  row.toSpliced(placeIn(row, channel.number), 0, channel);
export const withoutChannel = (row: ChannelRow, channel: Channel): ChannelRow =>
  row.length === 1 && row[0] === channel ? noChannels : row.filter((other) => other !== channel);
