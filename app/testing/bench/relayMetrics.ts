// What `relay.ts` can measure, by name; apart from it, so that asking for another group loads none of its servers.
export const relayMetrics = [
  'relay.catch_up',
  'relay.catch_up_bytes',
  'relay.idle_memory',
  'relay.ack_p50',
  'relay.p99',
  'relay.fanout',
  'relay.fanout_vs_y_websocket',
  'relay.fanout_vs_hocuspocus',
  'relay.disk_after_compaction',
  'relay.slow_reader',
  'relay.slow_reader_pace',
] as const;
