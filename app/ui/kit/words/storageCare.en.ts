// What is said about the data on this device: where it is gone, and what a check of it finds.

export const lost = {
  title: 'This browser’s data is gone',
  what: (date: string) =>
    `There was a Convo account in this browser until ${date}, and nothing is left of it. Browsers delete data when the device is short of space, after a long time unused, or when somebody clears it.`,
  messages: 'Its messages still lie at the relay, sealed: nobody can read them there.',
  next: 'This version can’t bring the account back without another device. Ask for a new invitation; the people you talked with will see you as somebody new.',
};

export const check = {
  title: 'What this device holds',
  sentence: 'Opens everything that is kept here, once, and counts. Nothing is changed.',
  start: 'Check now',
  checking: 'Checking …',
  result: 'Result of the check',
  chats: 'Chats',
  messages: 'Messages',
  unreadable: 'Rows that can’t be opened',
  segments: 'Kept parts that open',
  ofAll: (count: string, all: string) => `${count} of ${all}`,
  gaps: 'Devices with missing messages',
  waiting: 'Waiting to be sent',
};
